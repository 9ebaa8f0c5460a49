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
        loanDesk.admit(address, process.memory.claims, output: outputRoute(of: process))
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
        // Who starts several at once need not wait for the end of one.
        if spares.isEmpty, unoccupied.pid == 0 { adjustSpares() } else { adjustSparesSoon() }
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
        adjustSparesLater()
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
