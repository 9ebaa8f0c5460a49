internal import CProcessSupport
// `cps_serve_main_queue` needs the library.
internal import Dispatch
internal import Glibc
internal import Logging
internal import MPI
internal import MessageCoding
internal import Synchronization

/// The way in of a new process: everything between its first instruction and its work, and what follows the work.
enum ProcessEntry {
    /// Runs the process whose link to its Host consists of a socket and of memory behind a descriptor; never returns.
    ///
    /// Everything happens on a thread of its own. The first thread of a forked process still has what the program's
    /// locks noted of the thread that it was forked from, its number above all, and so may not take one; it serves the main actor.
    static func run(socket: Int32, memory: Int32) -> Never {
        do {
            try NativeThread(name: "process") { live(socket, memory) }.detach()
        } catch {
            _exit(1)
        }
        cps_serve_main_queue()
    }

    /// Does what is to be done once in every process, and what it has in common with those that are forked from it.
    static func settle() {
        cps_buffer_output_by_line()
        cps_keep_freed_memory()
        for variable in launcherVariables() { unsetenv(variable) }
    }

    private static func live(_ socket: Int32, _ descriptor: Int32) -> Never {
        do {
            let assignment = try takeAssignment(socket, descriptor)
            cps_set_process_title(assignment.order.name)
            // `exit` inside the work, too, waits for the children and ends the daemons. Last registered, this is called first, and
            // the handlers of the program that the process was forked from are not called at all.
            _ = cps_on_exit { status in ProcessEntry.finish(status: status) }
            if case .cores(let cores) = assignment.order.cores { try Machine.bind(to: cores) }
            ProcessLogging.resume()
            perform(try assignment.work(), assignment.process)
        } catch {
            report(error)
            finish(status: 1)
        }
    }

    /// What a process is to do, as its Host has said.
    struct Assignment {
        let order: ProcessOrder
        let process: Process
        fileprivate let frame: Frame
        fileprivate let workOffset: Int

        /// The work, which can be anything that a user has written.
        func work() throws -> any Work {
            try frame.withBody { body in
                try MessageDecoder().decode(
                    PortableWork.self,
                    from: UnsafeRawBufferPointer(rebasing: body[workOffset...])
                ).work
            }
        }
    }

    /// Waits for the first frame, and becomes the process that it names.
    static func takeAssignment(_ socket: Int32, _ descriptor: Int32) throws -> Assignment {
        var memory = try LinkMemory(takingOver: descriptor)
        let link = HostLink(socket: socket, memory: memory)
        let frame = try firstFrame(of: link)
        let (order, workOffset) = try frame.order()
        memory.recordSize = Int(clamping: frame.correlation)
        PrintedOutput.begin(memory.outputInHand)
        Recorder.begin(memory.record)
        let process = introduce(order, frame, link, memory.claims)
        Journal.begin(memory.journal)
        return Assignment(order: order, process: process, frame: frame, workOffset: workOffset)
    }

    /// The variables that make a program think it is a rank: a process is none, and may start programs that ask.
    ///
    /// Of Slurm's, those of the step that the rank belongs to: with them Open MPI takes any program for one that `srun` has started as a
    /// rank, and `srun` binds to the rank's core. What tells of the job is as true here.
    private static func launcherVariables() -> [String] {
        var names: [String] = []
        var entry = environ
        while let text = entry.pointee {
            let line = String(cString: text)
            if launcherPrefixes.contains(where: line.hasPrefix),
                let end = line.firstIndex(of: "=")
            {
                names.append(String(line[..<end]))
            }
            entry += 1
        }
        return names
    }

    private static let launcherPrefixes = [
        "OMPI_", "PMIX_", "PMI_", "PRTE_", "SLURM_STEP", "SLURM_PMI", "SLURM_CPU_BIND",
    ]

    private static func firstFrame(of link: HostLink) throws(ProcessingError) -> Frame {
        // The Host sends one frame and then waits to be addressed, so nothing else can come with it.
        var first: Frame?
        while first == nil {
            // Without a Host there is nothing to do, and nobody to tell.
            if try link.readAfterSleeping({ first = $0 }) == .ended { _exit(1) }
        }
        return first ?? .empty
    }

    private static func introduce(
        _ order: ProcessOrder,
        _ frame: Frame,
        _ link: HostLink,
        _ claims: ClaimMemory
    ) -> Process {
        let endpoint = Endpoint(
            address: frame.destination,
            parent: frame.source,
            hostName: HostName.current,
            mainRank: order.mainRank,
            rankCount: Int(frame.argument),
            startMethod: order.startMethod,
            epoch: frame.epoch,
            claims: claims,
            outlet: link,
            inlet: link
        )
        Endpoint.makeCurrent(endpoint)
        Lineage.begin(
            path: order.identity,
            isDaemon: order.isDaemon,
            parent: order.maker ?? order.parent
        )
        Process.setCurrent(
            CurrentProcess(
                name: order.name,
                pid: Int(getpid()),
                parentName: order.parentName,
                parentPid: Int(order.parentPid),
                isDaemon: order.isDaemon,
                rank: Int(frame.destination.rank),
                rankCount: Int(frame.argument),
                host: HostName.current
            )
        )
        MPIAvailability.forbid(
            """
            process '\(order.name)' is hosted by rank \(frame.destination.rank) and is no rank itself. Communicate through \
            queues, pipes and results, or use MPI in the code outside `withProcesses`, which every rank runs
            """
        )
        let state = ProcessState(
            .init(
                name: order.name,
                isDaemon: order.isDaemon,
                identity: order.identity,
                stage: .running(frame.destination, pid: getpid())
            )
        )
        return Process(state)
    }

    private static func perform(_ work: any Work, _ process: Process) -> Never {
        ProcessLogging.note("the process begins its work")
        var process = process
        if let subclass = work as? SubclassWork, let instance = subclass.instance.object as? Process {
            instance.state.fields.withLock { $0.stage = process.state.stage }
            process = instance
        }
        if let work = work.withoutSuspending {
            do {
                try work.performNow(in: process)
                finish(status: 0)
            } catch {
                report(error)
                finish(status: 1)
            }
        }
        runSuspending(work, process)
    }

    /// Runs the work in a task.
    private static func runSuspending(_ work: any Work, _ process: Process) -> Never {
        let handedOver = HandedOver((work: work, process: process))
        Task {
            do {
                try await handedOver.value.work.perform(in: handedOver.value.process)
                finish(status: 0)
            } catch {
                report(error)
                finish(status: 1)
            }
        }
        while true { pause() }
    }

    private static func report(_ error: any Error) {
        guard !(error is DeliveredFailure) else { return }
        cps_flush_output()
        let line = "Process \(Process.current.name): \(String(reflecting: type(of: error))): \(error)\n"
        Array(line.utf8).withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// What remains to be done after the work: what the process has started is seen to, then the process ends.
    static func finish(status: Int32) -> Never {
        finishChildren()
        ProcessLogging.note("the process ends with status \(status)")
        cps_flush_output()
        // Not `exit`: a forked process does not run the exit handlers of the program it was forked from.
        cps_end_process(status)
    }

    /// Ends the daemons that this process has started and waits for its other children, as Python does.
    static func finishChildren() {
        guard let endpoint = Endpoint.current else { return }
        endpoint.finishChildren()
    }
}

extension Endpoint {
    /// Ends the daemons among the children and waits for the others.
    func finishChildren() {
        let states = children.withLock { $0.removeAll() }
        let daemons = states.filter { state in state.fields.withLock { $0.isDaemon } }
        for state in daemons { Process(state).terminate() }
        // Time to clean up, for those that handle the signal; those that ignore it do not hold up the end.
        let deadline = ContinuousClock.now.advanced(by: .seconds(1))
        for state in daemons {
            let process = Process(state)
            let hasEnded = try? process.join(timeout: max(.zero, ContinuousClock.now.duration(to: deadline)))
            if hasEnded == false { process.kill() }
        }
        for state in states {
            // If the Host is gone, so is the child.
            _ = try? Process(state).join()
        }
    }
}

@_cdecl("swift_mpi_run_process")
func runProcess(socket: Int32, memory: Int32) {
    cps_set_close_on_exec(socket, 1)
    ProcessEntry.settle()
    ProcessEntry.run(socket: socket, memory: memory)
}

@_cdecl("swift_mpi_run_fork_server")
func runForkServer(control: Int32) {
    cps_set_close_on_exec(control, 1)
    ForkServerLoop.run(control: control)
}
