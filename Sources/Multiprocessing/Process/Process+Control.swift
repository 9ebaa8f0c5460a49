internal import ClosureCoding
internal import Glibc
internal import MessageCoding
internal import Synchronization

extension Process {
    /// Starts the process.
    ///
    /// When this returns it runs, and `pid` and `rank` are known.
    ///
    /// - Throws: `ProcessingError` when it was started before, when a daemon calls it, when there is no `withProcesses`
    ///   around it or no such rank, or when the system gives no process; an error that names the culprit when the work
    ///   cannot be encoded. Nothing has been started then.
    ///
    /// As `Process.start` in Python.
    public func start() throws {
        let endpoint = try Endpoint.required(for: "starting a process")
        let (frame, departures) = try beginStart(endpoint)
        do {
            try finishStart(try endpoint.call(frame), endpoint)
        } catch {
            departures.giveBack()
            abandonStart()
            throw error
        }
        let children = Process.childrenToReview(endpoint)
        guard !children.isEmpty else { return }
        for process in children { _ = try? process.exitCodeNow() }
        endpoint.children.withLock { $0.noteReview() }
    }

    /// Starts the process without blocking the thread.
    ///
    /// See `start()`.
    public func start() async throws {
        let endpoint = try Endpoint.required(for: "starting a process")
        let (frame, departures) = try beginStart(endpoint)
        do {
            let reply = try await endpoint.call(frame)
            try finishStart(reply, endpoint)
        } catch {
            departures.giveBack()
            abandonStart()
            throw error
        }
        let children = Process.childrenToReview(endpoint)
        guard !children.isEmpty else { return }
        for process in children { _ = try? await process.exitCodeNow() }
        endpoint.children.withLock { $0.noteReview() }
    }

    /// Waits until the process has ended, or the time is up.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: Whether the process has ended.
    /// - Throws: `ProcessingError` of kind `misuse` when the process was not started by this one.
    ///
    /// As `Process.join` in Python, which leaves it to `exitcode` to tell whether the time was up.
    @discardableResult
    public func join(timeout: Duration? = nil) throws -> Bool {
        guard let (endpoint, frame) = try beginJoin(timeout) else { return true }
        return try finishJoin(try endpoint.call(frame), endpoint)
    }

    /// Waits until the process has ended, or the time is up, without blocking the thread.
    ///
    /// When the task is cancelled the wait ends with a `CancellationError`. See `join(timeout:)`.
    @discardableResult
    public func join(timeout: Duration? = nil) async throws -> Bool {
        guard let (endpoint, frame) = try beginJoin(timeout) else { return true }
        let reply = try await endpoint.call(frame)
        return try finishJoin(reply, endpoint)
    }

    /// Whether the process has been started and has not ended.
    ///
    /// As `Process.is_alive` in Python.
    public var isAlive: Bool {
        guard case .started = state.stage else {
            if case .running = state.stage { return true }
            return false
        }
        // If the Host is gone, so is the process.
        do { return try exitCodeNow() == nil } catch { return false }
    }

    /// `nil` while the process has not ended; then 0 for a normal end, a positive number for the status it gave to
    /// `exit` (1 after an uncaught error), and minus the number of the signal that ended it.
    ///
    /// As `Process.exitcode` in Python.
    public var exitCode: Int? { try? exitCodeNow() }

    /// Ends the process with SIGTERM; it has no chance to clean up unless it handles the signal.
    ///
    /// Does nothing after its end.
    ///
    /// As `Process.terminate` in Python.
    public func terminate() { signal(SIGTERM) }

    /// Ends the process with SIGKILL, which it cannot refuse.
    ///
    /// As `Process.kill` in Python.
    public func kill() { signal(SIGKILL) }

    // MARK: Steps

    private func beginStart(_ endpoint: Endpoint) throws -> (Frame, Departures) {
        guard !Lineage.isDaemon else {
            throw ProcessingError(
                .misuse,
                "'\(Process.current.name)' is a daemon, and daemons cannot start processes: they would be left behind when it is ended with the program"
            )
        }
        let fields = try state.fields.withLock { fields throws(ProcessingError) in
            guard case .initial = fields.stage else {
                if case .closed = fields.stage { throw Process.closedError(fields.name) }
                throw ProcessingError(
                    .misuse,
                    "'\(fields.name)' was started before; a process can be started once"
                )
            }
            if let rank = fields.requestedRank, !(0..<endpoint.rankCount).contains(rank) {
                throw ProcessingError(
                    .notFound,
                    "'\(fields.name)' asks for rank \(rank), but there are the ranks 0 to \(endpoint.rankCount - 1)"
                )
            }
            fields.stage = .starting
            return fields
        }
        do {
            let work = fields.work as (any Work)? ?? SubclassWork(instance: PortableObject(self))
            var encodedWork: [UInt8] = []
            let departures = try MessageEncoder().encode(
                work: PortableWork(work),
                appendingTo: &encodedWork
            )
            let current = Process.current
            let order = ProcessOrder(
                name: fields.name,
                identity: fields.identity,
                isDaemon: fields.isDaemon,
                startMethod: fields.startMethod ?? endpoint.startMethod,
                parent: endpoint.address,
                parentName: current.name,
                parentPid: Int32(current.pid),
                mainRank: endpoint.mainRank,
                requestedRank: fields.requestedRank,
                ranks: fields.ranks,
                cores: fields.cores,
                passengers: departures.reservations,
                passages: departures.passages,
                result: fields.result
            )
            var frame = endpoint.makeFrame(
                .placeProcess,
                to: endpoint.host,
                reserving: encodedWork.count + 512
            )
            do {
                try frame.append(order)
            } catch {
                departures.giveBack()
                throw error
            }
            frame.bytes.append(contentsOf: encodedWork)
            return (frame, departures)
        } catch {
            abandonStart()
            throw error
        }
    }

    private func abandonStart() {
        state.fields.withLock { fields in
            if case .starting = fields.stage { fields.stage = .initial }
        }
    }

    private func finishStart(_ reply: Frame, _ endpoint: Endpoint) throws {
        try reply.checkOutcome(of: "starting '\(name)'")
        let pid = Int32(truncatingIfNeeded: reply.argument & 0xffff_ffff)
        let address = Address(
            rank: reply.source.rank,
            serial: UInt32(truncatingIfNeeded: reply.argument >> 32)
        )
        let work = state.fields.withLock { fields in
            fields.stage = .started(address, pid: pid)
            fields.epoch = endpoint.epoch
            return fields.work.take()
        }
        endpoint.children.withLock { $0.add(state) }
        // It has travelled: what it holds on to need not live any longer on its account. Not let go of under the lock, since
        // that may run any code.
        withExtendedLifetime(work) {}
    }

    /// The children that are to be asked whether they have ended, by which those that have are forgotten.
    private static func childrenToReview(_ endpoint: Endpoint) -> [Process] {
        endpoint.children.withLock { $0.due }.map { Process($0) }
    }

    /// The endpoint of the `withProcesses` that the process was started in.
    private func endpoint(for purpose: String) throws(ProcessingError) -> Endpoint {
        try .required(for: purpose, epoch: state.fields.withLock { $0.epoch })
    }

    func beginJoin(_ timeout: Duration?) throws -> (Endpoint, Frame)? {
        switch state.stage {
        case .ended: return nil
        case .started(let address, _):
            let endpoint = try endpoint(for: "joining a process")
            return (
                endpoint,
                endpoint.makeFrame(
                    .joinProcess,
                    to: .host(ofRank: Int(address.rank)),
                    argument: UInt64(address.serial),
                    timeout: Timeout(timeout)
                )
            )
        case .running: throw ProcessingError(.misuse, "a process cannot join itself")
        case .initial, .starting:
            throw ProcessingError(.misuse, "'\(name)' was not started, so it cannot be joined")
        case .closed: throw Process.closedError(name)
        }
    }

    private func finishJoin(_ reply: Frame, _ endpoint: Endpoint) throws -> Bool {
        if reply.code == Outcome.timedOut.rawValue {
            try Task.checkCancellation()
            return false
        }
        try reply.checkOutcome(of: "joining '\(name)'")
        _ = noteEnd(exitCode: Int(Int64(bitPattern: reply.argument)), endpoint)
        return true
    }

    /// Notes how the process ended; returns what it was if that is known already, as the Host may have forgotten it then.
    private func noteEnd(exitCode: Int, _ endpoint: Endpoint) -> Int {
        let (exitCode, address) = state.fields.withLock { fields -> (Int, Address?) in
            switch fields.stage {
            case .started(let address, let pid):
                fields.stage = .ended(address, pid: pid, ExitStatus(exitCode: exitCode))
                return (exitCode, address)
            case .ended(_, _, let status): return (status.exitCode, nil)
            default: return (exitCode, nil)
            }
        }
        guard let address else { return exitCode }
        endpoint.children.withLock { $0.remove(state) }
        // If the Host is gone, so is what it knew.
        try? endpoint.notify(
            endpoint.makeFrame(
                .forgetEnd,
                to: .host(ofRank: Int(address.rank)),
                argument: UInt64(address.serial)
            )
        )
        return exitCode
    }

    /// The exit code if the process has ended by now.
    func exitCodeNow() throws -> Int? {
        guard let (endpoint, frame) = try beginStatus() else { return try knownExitCode() }
        return try finishStatus(try endpoint.call(frame), endpoint)
    }

    private func exitCodeNow() async throws -> Int? {
        guard let (endpoint, frame) = try beginStatus() else { return try knownExitCode() }
        let reply = try await endpoint.call(frame)
        return try finishStatus(reply, endpoint)
    }

    private func knownExitCode() throws(ProcessingError) -> Int? {
        switch state.stage {
        case .initial, .starting, .running, .started: return nil
        case .closed: throw Process.closedError(name)
        case .ended(_, _, let status): return status.exitCode
        }
    }

    /// The question for the exit code, if it is not known.
    private func beginStatus() throws(ProcessingError) -> (Endpoint, Frame)? {
        guard case .started(let address, _) = state.stage else { return nil }
        let endpoint = try endpoint(for: "asking for a process")
        let frame = endpoint.makeFrame(
            .processStatus,
            to: .host(ofRank: Int(address.rank)),
            argument: UInt64(address.serial)
        )
        return (endpoint, frame)
    }

    private func finishStatus(_ reply: Frame, _ endpoint: Endpoint) throws(ProcessingError) -> Int? {
        if reply.code == Outcome.timedOut.rawValue { return nil }
        try reply.checkOutcome(of: "asking for '\(name)'")
        return noteEnd(exitCode: Int(Int64(bitPattern: reply.argument)), endpoint)
    }

    private func signal(_ number: Int32) {
        guard case .started(let address, _) = state.stage,
            let endpoint = try? endpoint(for: "ending a process")
        else { return }
        let argument = UInt64(address.serial) | UInt64(number) << 32
        // If the Host is gone, so is the process.
        try? endpoint.notify(
            endpoint.makeFrame(.signalProcess, to: .host(ofRank: Int(address.rank)), argument: argument)
        )
    }
}

extension Frame {
    /// The text of a failure.
    var text: String { withBody { String(decoding: $0, as: UTF8.self) } }

    /// Throws what a reply reports, unless it is a success.
    func checkOutcome(of purpose: String) throws(ProcessingError) {
        switch Outcome(rawValue: code) {
        case .done: return
        case .timedOut: throw ProcessingError(.timedOut, "\(purpose): the time was up")
        case .closed: throw ProcessingError(.closed, "\(purpose): it is closed")
        case .endOfStream: throw ProcessingError(.endOfStream, "\(purpose): the other end is gone")
        case .notFound: throw ProcessingError(.notFound, "\(purpose): it no longer exists")
        case .failed: throw ProcessingError(.resources, "\(purpose): \(text)")
        case .terminated: throw ProcessingError(.terminated, "\(purpose): it was terminated")
        case .workerLost: throw ProcessingError(.transport, "\(purpose): a worker was lost")
        case .misused: throw ProcessingError(.misuse, "\(purpose): \(text)")
        case .broken: throw ProcessingError(.brokenBarrier, "\(purpose): the barrier is broken")
        case .messageTooLong: throw .messageTooLong(Int(clamping: argument), of: purpose)
        case .scopeEnded: throw ProcessingError(.noScope, "\(purpose): \(text)")
        case .hostLost: throw ProcessingError(.transport, "\(purpose): \(text)")
        case .rankLost: throw ProcessingError(.rankLost, "\(purpose): \(text)")
        case .malformed, .lookAgain, nil:
            throw ProcessingError(.transport, "\(purpose): the request was not understood")
        }
    }
}

extension ProcessingError {
    /// A message was longer than what was to be taken.
    static func messageTooLong(_ size: Int, of purpose: String) -> ProcessingError {
        ProcessingError(.tooLong, "\(purpose): the message has \(size) bytes")
    }
}
