internal import CProcessSupport
internal import Glibc
internal import Logging
internal import MessageCoding

/// Starting processes, listening to them, and seeing them end.
extension Host {
    /// Finds a rank for a process and has its Host start it.
    func place(_ frame: Frame) {
        do {
            let (order, _) = try frame.order()
            guard !isStopping else { return refuseStart(frame, order, .scopeEnded, "the program is ending") }
            var rank: Int
            do {
                rank = try placement.chooseRank(requested: order.requestedRank, among: order.ranks)
                // A pool's worker whose place is lost works somewhere else.
                if frame.kind == .notice, roll.loss(of: rank) != nil {
                    rank = try placement.chooseRank(requested: nil, among: order.ranks)
                }
            } catch {
                return refuseStart(frame, order, Outcome(error), error.message)
            }
            if let loss = roll.loss(of: rank) {
                return refuseStart(frame, order, .rankLost, loss.description)
            }
            var forwarded = frame
            forwarded.code = Operation.startProcess.rawValue
            forwarded.destination = .host(ofRank: rank)
            // Its end, or its starter's end, concerns that rank.
            processes[frame.source.serial]?.touchedRanks.insert(Int32(rank))
            if rank != setup.rank { remote.notePlacement(&forwarded, order) }
            send(forwarded)
        } catch {
            reply(to: frame, .malformed)
        }
    }

    /// Starts a process on this rank.
    func startProcess(_ frame: Frame) {
        guard let (given, workOffset) = try? frame.order() else { return reply(to: frame, .malformed) }
        var order = given
        do {
            guard !isStopping else { return refuseStart(frame, order, .scopeEnded, "the program is ending") }
            guard (0..<setup.size).contains(order.mainRank) else {
                return refuseStart(frame, order, .misused, "there is no rank \(order.mainRank)")
            }
            var runFrame = frame
            runFrame.kind = .notice
            runFrame.code = Operation.run.rawValue
            runFrame.source = order.parent
            runFrame.argument = UInt64(setup.size)
            // How much memory it has to note what it does, in bytes.
            runFrame.correlation = UInt64(setup.observation.recordSize)
            let binding = order.cores ?? .none
            if let cores = try coreSupply.take(binding) { order.cores = .cores(cores) }
            let starter = frame.kind == .request ? Request(frame, now: now).waiter : nil
            let address: Address
            do {
                if order.cores != nil {
                    runFrame = try runFrame.replacingOrder(by: order, workOffset: workOffset)
                }
                address = try start(order, runFrame, starter)
            } catch {
                giveBackCores(of: order, binding)
                throw error
            }
            processes[address.serial]?.coreBinding = binding
            if frame.kind == .notice {
                tellPool(of: order, .workerStarted, from: address, correlation: frame.correlation)
            }
        } catch {
            let known = error as? ProcessingError
            refuseStart(frame, order, known.map { Outcome($0) } ?? .failed, known?.message ?? "\(error)")
        }
    }

    /// A process has ended, or was not started, for which cores were taken.
    private func giveBackCores(of order: ProcessOrder, _ binding: CoreBinding) {
        if case .cores(let cores) = order.cores { coreSupply.giveBack(cores, of: binding) }
    }

    /// Says that there will be no process: to the one who asked, or to the pool that wanted a worker.
    private func refuseStart(_ frame: Frame, _ order: ProcessOrder, _ outcome: Outcome, _ reason: String) {
        guard frame.kind == .notice else { return reply(to: frame, outcome, text: reason) }
        tellPool(
            of: order,
            .workerNotStarted,
            from: .host(ofRank: setup.rank),
            correlation: frame.correlation,
            text: reason
        )
    }

    /// Gives the work to a process and returns that one's address.
    private func start(_ order: ProcessOrder, _ runFrame: Frame, _ starter: Waiter?) throws -> Address {
        try ensureServer()
        let kind = SpareSupply.Kind(
            options: order.startMethod == .spawn ? .spawn : [],
            journalSize: max(0, order.journalSize),
            readStreams: readStreams(of: order)
        )
        let unoccupied = try takeUnoccupied(kind)
        let address = address(ofService: unoccupied.serial)
        let process = HostedProcess(
            address: address,
            order: order,
            starter: starter,
            socket: unoccupied.socket,
            memory: unoccupied.memory
        )
        let mark = setup.outputForm.mark(of: order.name, rank: setup.rank)
        process.outputs = zip(unoccupied.outputs, kind.readStreams)
            .map { ProcessOutput(descriptor: $0, stream: $1, mark: mark) }
        processes[address.serial] = process
        loanDesk.admit(address, process.memory.claims)
        startCount += 1
        observeStart(of: process)
        for descriptor in [unoccupied.socket] + unoccupied.outputs {
            processOfDescriptor[descriptor] = process
            poller.add(descriptor)
        }
        var runFrame = runFrame
        runFrame.destination = address
        send(runFrame, to: process)
        if unoccupied.pid > 0 { noteStart(of: process, pid: unoccupied.pid) }
        // Who starts several at once need not wait for the end of one; otherwise the next are made when nobody waits.
        if spares.isEmpty { adjustSpares() }
        return address
    }

    /// It is there: tells who wanted it.
    private func noteStart(of process: HostedProcess, pid: Int32) {
        process.pid = pid
        guard let starter = process.starter else { return }
        var outbox = Outbox(service: .host(ofRank: setup.rank))
        outbox.reply(
            to: starter,
            argument: UInt64(process.address.serial) << 32 | UInt64(UInt32(bitPattern: pid))
        )
        finish(outbox)
    }

    // MARK: What the fork server says

    func takeServerReports() {
        while true {
            let (report, hasEnded) = server.nextReport()
            if hasEnded { return replaceServer() }
            guard let report else { return }
            switch report {
            case .started(let serial, let pid):
                if let process = processes[serial] {
                    noteStart(of: process, pid: pid)
                } else {
                    noteSpare(serial, pid: pid)
                }
            case .failed(let serial, let error):
                guard let process = processes[serial] else {
                    removeSpare(serial, isShortage: true)
                    continue
                }
                failStart(of: process, "the system gives no process: \(SystemError(error))")
                noteEnd(of: process, .exited(127))
            case .ended(let serial, let status, let peakMemory):
                if let process = processes[serial] {
                    process.observed.peakMemory = peakMemory
                    noteEnd(of: process, status)
                } else {
                    removeSpare(serial, isShortage: false)
                }
            }
        }
    }

    /// Tells who wanted a process that there is none.
    private func failStart(of process: HostedProcess, _ reason: String) {
        guard let starter = process.starter else { return }
        var outbox = Outbox(service: .host(ofRank: setup.rank))
        outbox.reply(to: starter, .failed, body: Array(reason.utf8))
        finish(outbox)
    }

    /// The server was killed, and its children with it.
    ///
    /// The new one is there before anybody hears of that: who loses a process may want another one in its place at once.
    private func replaceServer() {
        logger.warning("the server for processes has ended; its processes are lost")
        let lostProcesses = Array(processes.values)
        poller.remove(server.control)
        server.stop()
        dismissSpares()
        do {
            try ensureServer()
        } catch {
            logger.critical("no new server for processes", metadata: ["reason": "\(error)"])
        }
        for process in lostProcesses {
            if process.pid == 0 { failStart(of: process, "the server for processes has ended") }
            noteEnd(of: process, .signalled(SIGKILL))
        }
    }

    /// Makes a new server if there is none.
    private func ensureServer() throws {
        guard server.isGone else { return }
        server = try ForkServer.executed()
        poller.add(server.control)
        for (serial, leftover) in leftovers { try server.remember(serial, leftover) }
    }

    // MARK: The links

    func readDescriptor(_ descriptor: Int32, of process: HostedProcess) {
        if descriptor == process.socket {
            takeWakeUp(of: process)
        } else {
            readOutput(descriptor, of: process)
        }
    }

    /// A process has something to say, or has taken something from a ring that was full; or it has ended.
    private func takeWakeUp(of process: HostedProcess) {
        var bytes = (UInt64(0), UInt64(0))
        let count = recv(process.socket, &bytes, MemoryLayout.size(ofValue: bytes), Int32(MSG_DONTWAIT))
        // Its end, with what it came to, is reported by the server.
        if count == 0 { poller.remove(process.socket) }
        watch(process)
    }

    /// Looks for what the process says from now on, until nothing has happened for a while.
    private func watch(_ process: HostedProcess) {
        guard !process.isWatched else { return }
        process.isWatched = true
        process.reader.withdrawAsking()
        watched.append(process)
    }

    /// Takes in what the watched processes have sent, and gives them what there is room for now.
    ///
    /// Returns whether there was anything.
    func takeFromLinks() -> Bool {
        var isActive = false
        // What is taken in may have further processes watched, or links closed.
        var index = 0
        while index < watched.count {
            let process = watched[index]
            index += 1
            guard process.isLinkOpen else { continue }
            if process.reader.hasInput {
                isActive = true
                readLink(of: process)
            }
            if !process.writer.isEmpty, process.writer.write() {
                isActive = true
                wakeIfAsleep(process)
            }
        }
        return isActive
    }

    /// Has the watched processes wake the Host when they have something to say, as the Host is going to sleep.
    ///
    /// Returns false when one of them has said something meanwhile.
    func stopWatching() -> Bool {
        for process in watched where process.isLinkOpen {
            process.reader.askForInput()
            if !process.writer.isEmpty { process.writer.askForRoom() }
        }
        for process in watched where process.isLinkOpen {
            guard !process.reader.hasInput, process.writer.isEmpty || !process.writer.write() else {
                for process in watched where process.isLinkOpen {
                    process.reader.withdrawAsking()
                    wakeIfAsleep(process)
                }
                return false
            }
        }
        for process in watched { process.isWatched = false }
        watched.removeAll(keepingCapacity: true)
        return true
    }

    /// How often the links of a process that has ended are read: much more than they hold.
    ///
    /// They may be in the hands of a program that it has started, which writes on without pause.
    private static let lastRounds = 32

    /// Takes in the frames that a process has sent.
    private func readLink(of process: HostedProcess, untilEmpty: Bool = false) {
        // A process that sends without pause must not keep the Host from everything else, unless it has ended.
        var rounds = 0
        while process.isLinkOpen, process.reader.hasInput, rounds < (untilEmpty ? Host.lastRounds : 16) {
            rounds += 1
            do {
                try process.reader.look()
                // What it has printed before it sent this goes first; a pipe holds no more than is read at once.
                for output in process.outputs { readOutput(output.descriptor, of: process, rounds: 1) }
                while let frame = try process.reader.nextGathering() {
                    take(frame, from: process)
                    guard process.isLinkOpen else { return }
                }
                if process.reader.mustWakeWriter() { wake(process) }
            } catch {
                return closeMalformedLink(of: process, "\(error)")
            }
        }
    }

    /// Sends a frame to a process, which may well answer.
    func send(_ frame: Frame, to process: HostedProcess) {
        process.observed.toProcess.add(frame.bytes.count)
        process.writer.append(frame)
        wakeIfAsleep(process)
        watch(process)
    }

    private func wakeIfAsleep(_ process: HostedProcess) {
        if process.writer.mustWakeReader() { wake(process) }
    }

    private func wake(_ process: HostedProcess) {
        var byte: UInt8 = 0
        // If it cannot be told, it has been told often enough, or has ended.
        Glibc.send(process.socket, &byte, 1, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }

    private func take(_ frame: consuming Frame, from process: HostedProcess) {
        process.hasSpoken = true
        guard frame.source == process.address else {
            return closeMalformedLink(of: process, "a frame in the name of \(frame.source)")
        }
        process.touchedRanks.insert(frame.destination.rank)
        process.observed.fromProcess.add(frame.bytes.count)
        route(frame)
    }

    private func closeMalformedLink(of process: HostedProcess, _ reason: String) {
        logger.error(
            "a process does not keep to the protocol and is ended",
            metadata: ["process": "\(process.order.name)", "reason": "\(reason)"]
        )
        closeLink(of: process)
        try? server.signal(process.address.serial, SIGKILL)
    }

    private func closeLink(of process: HostedProcess) {
        guard process.isLinkOpen else { return }
        poller.remove(process.socket)
        processOfDescriptor[process.socket] = nil
        watched.removeAll { $0 === process }
        for frame in process.closeLink() { refuse(frame) }
    }

    private func readOutput(_ descriptor: Int32, of process: HostedProcess, rounds limit: Int = 16) {
        guard let index = process.outputs.firstIndex(where: { $0.descriptor == descriptor }) else { return }
        // A process that writes without pause must not keep the Host from everything else; what is left calls again.
        var rounds = 0
        while true {
            let (lines, progress) = process.outputs[index].read()
            sendOutput(lines, process.outputs[index].stream, of: process)
            rounds += 1
            switch progress {
            case .ended: return closeOutput(descriptor, of: process)
            case .wouldBlock: return
            case .advanced: guard rounds < limit else { return }
            }
        }
    }

    private func sendOutput(_ lines: [UInt8], _ stream: Int32, of process: HostedProcess) {
        guard !lines.isEmpty else { return }
        notify(.output, rank: process.order.mainRank, argument: UInt64(stream), body: lines)
    }

    private func closeOutput(_ descriptor: Int32, of process: HostedProcess) {
        poller.remove(descriptor)
        processOfDescriptor[descriptor] = nil
        process.outputs.removeAll { $0.descriptor == descriptor }
        close(descriptor)
    }

    // MARK: The end of a process

    private func noteEnd(of process: HostedProcess, _ status: ExitStatus) {
        guard processes[process.address.serial] != nil else { return }
        // What it said and wrote before it ended comes before the news of its end.
        if process.isLinkOpen { readLink(of: process, untilEmpty: true) }
        closeLink(of: process)
        for output in process.outputs {
            readOutput(output.descriptor, of: process, rounds: Host.lastRounds)
            if let index = process.outputs.firstIndex(where: { $0.descriptor == output.descriptor }) {
                sendOutput(process.outputs[index].takeRest(), output.stream, of: process)
                closeOutput(output.descriptor, of: process)
            }
        }
        if let journal = process.journal { sendJournal(journal, of: process) }
        observeEnd(of: process, status)
        processes[process.address.serial] = nil
        giveBackCores(of: process.order, process.coreBinding)
        disarm(process.address.serial)
        // How workers of a pool ended, nobody asks.
        if !process.isOrphan, process.order.maker == nil {
            pastEnds[process.order.parent, default: [:]][process.address.serial] = status
        }
        release(process.order.passengers)
        closePassages(process.order.passages)
        announce(process.end(status, on: setup.hostName), toRanks: process.touchedRanks)
        var outbox = Outbox(service: .host(ofRank: setup.rank))
        for waiter in process.joiners.popAll() {
            outbox.reply(to: waiter, argument: UInt64(bitPattern: Int64(status.exitCode)))
        }
        finish(outbox)
        adjustSpares()
        checkWhetherDrained()
    }

    /// Tells the services, here and on the ranks that the process had to do with, that it has ended.
    private func announce(_ end: ProcessEnd, toRanks ranks: Set<Int32>) {
        let body: [UInt8]
        do {
            body = try MessageEncoder().encode(end)
        } catch {
            return logger.error("the end of a process cannot be encoded", metadata: ["reason": "\(error)"])
        }
        for rank in ranks.union([Int32(setup.rank)]).sorted() {
            notify(.processEnded, rank: Int(rank), body: body)
        }
    }

    /// A process has ended, here or on another rank.
    func noteEnd(elsewhere frame: Frame) {
        guard let end = try? frame.withBody({ try MessageDecoder().decode(ProcessEnd.self, from: $0) }) else {
            return
        }
        noteEnd(end)
    }

    /// A process has ended: the services here are told.
    func noteEnd(_ end: ProcessEnd) {
        remote.noteEnd(end)
        mainJoiners.forget(end.address)
        for serial in services.keys.sorted() {
            guard let place = services[serial] else { continue }
            var outbox = Outbox(service: address(ofService: serial))
            place.service.processEnded(end, &outbox)
            arm(serial, at: place.service.nextDeadline)
            finish(outbox)
            place.tenure?.processEnded(end.address)
            removeIfOver(serial, place)
        }
        loanDesk.dismiss(end.address)
        pastEnds[end.address] = nil
        for process in processes.values where process.order.parent == end.address {
            process.isOrphan = true
            // Daemons do not outlive the one that started them.
            if process.order.isDaemon { try? server.signal(process.address.serial, SIGTERM) }
        }
    }

    /// Connections that travelled to a process which never took them up, or never will, are let go.
    func release(_ passengers: [ConnectionReservation]) {
        for passenger in passengers {
            var frame = Frame(
                .notice,
                code: Operation.pipeRelease.rawValue,
                from: .host(ofRank: setup.rank),
                to: passenger.pipe,
                argument: passenger.argument
            )
            frame.seal()
            send(frame)
        }
    }
}
