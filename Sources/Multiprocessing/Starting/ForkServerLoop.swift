internal import CProcessSupport
internal import Glibc

/// The helper process beside each rank that starts the rank's processes, and reaps them.
///
/// It has one thread and does nothing else, so that it can fork at any time: what it forks finds the memory of the
/// program as it was when the helper itself was forked. It ends, with all its children, when the rank is gone.
struct ForkServerLoop {
    private let control: Int32
    private let childSignals: Int32
    /// The rank's process group, which is that of its processes, too.
    private let group: pid_t
    private var pids: [UInt32: pid_t] = [:]
    private var serials: [pid_t: UInt32] = [:]
    /// What the rank would leave behind if it died.
    private var leftovers: [UInt32: Leftover] = [:]
    /// For finding out which code is used while the first process is started and ends; else -1.
    private var codeNotes: Int32

    /// Serves until the rank is gone; never returns.
    static func run(control: Int32) -> Never {
        cps_set_process_title("mpi-forkserver")
        cps_use_all_processors()
        // A launcher kills the whole group of a rank when its job is to end. This process has to outlive the rank, to see to what
        // is left; its children stay in the group.
        let group = getpgrp()
        setpgid(0, 0)
        // Signals are blocked here: it still has to see its children out.
        let childSignals = cps_child_signal_descriptor()
        guard childSignals >= 0 else { _exit(1) }
        cps_read_nothing()
        // Whatever is alike in all children is done here, once.
        ProcessEntry.settle()
        cps_prepare_main_queue()
        ProcessEntry.warmUp()
        var loop = ForkServerLoop(control: control, childSignals: childSignals, group: group)
        loop.serve()
    }

    /// Whether processes can inherit the code that they need, besides what they would have to get anyway.
    static var sharesCode: Bool { cps_can_note_code() != 0 }

    private init(control: Int32, childSignals: Int32, group: pid_t) {
        self.group = group
        self.control = control
        self.childSignals = childSignals
        codeNotes = cps_begin_noting_code()
        // Once more, now that it only does what each process does.
        if codeNotes >= 0 { ProcessEntry.warmUp() }
    }

    private mutating func serve() -> Never {
        while true {
            var entries = [
                pollfd(fd: control, events: Int16(POLLIN), revents: 0),
                pollfd(fd: childSignals, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&entries, nfds_t(entries.count), -1) > 0 else { continue }
            if entries[1].revents != 0 { reap() }
            if entries[0].revents != 0 { takeOrder() }
        }
    }

    private mutating func takeOrder() {
        let size = MemoryLayout<ForkServerProtocol.Message>.size
        var bytes = [UInt8](repeating: 0, count: size + ForkServerProtocol.longestLeftover)
        var descriptors = [Int32](repeating: -1, count: 8)
        var descriptorCount: Int32 = 0
        let count = cps_receive_message(control, &bytes, bytes.count, &descriptors, &descriptorCount)
        guard count > 0 else {
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            endEverything()
        }
        descriptors.removeLast(descriptors.count - Int(descriptorCount))
        defer { for descriptor in descriptors { close(descriptor) } }
        guard count >= size else { return }
        let message = bytes.withUnsafeBytes { $0.loadUnaligned(as: ForkServerProtocol.Message.self) }
        switch message.kind {
        case ForkServerProtocol.start:
            start(message.serial, ForkServerProtocol.Options(rawValue: message.flags), descriptors)
        case ForkServerProtocol.signal:
            if let pid = pids[message.serial] { kill(pid, message.value) }
        case ForkServerProtocol.remember:
            leftovers[message.serial] = Leftover(Array(bytes[size..<count]))
        case ForkServerProtocol.forget:
            leftovers[message.serial] = nil
        case ForkServerProtocol.farewell:
            leftovers = [:]
        default:
            break
        }
    }

    private mutating func start(
        _ serial: UInt32,
        _ options: ForkServerProtocol.Options,
        _ descriptors: [Int32]
    ) {
        let expected = options.contains(.redirectsOutput) ? 4 : 2
        guard descriptors.count == expected else {
            return report(ForkServerProtocol.started, serial, -EMFILE)
        }
        let server = getpid()
        let pid = cps_fork()
        if pid == 0 { becomeProcess(of: server, options, descriptors) }
        guard pid > 0 else { return report(ForkServerProtocol.started, serial, -errno) }
        pids[serial] = pid
        serials[pid] = serial
        report(ForkServerProtocol.started, serial, pid)
    }

    private func becomeProcess(
        of server: pid_t,
        _ options: ForkServerProtocol.Options,
        _ descriptors: [Int32]
    ) -> Never {
        close(control)
        close(childSignals)
        if codeNotes >= 0 { close(codeNotes) }
        // If the rank is gone, so is the group, and soon this process.
        setpgid(0, group)
        guard cps_become_child(server) == 0 else { _exit(1) }
        if options.contains(.redirectsOutput) {
            dup2(descriptors[2], STDOUT_FILENO)
            dup2(descriptors[3], STDERR_FILENO)
            close(descriptors[2])
            close(descriptors[3])
        }
        if options.contains(.spawn) {
            cps_execute_self(cps_process_variable, descriptors[0], descriptors[1])
            _exit(127)
        }
        ProcessEntry.run(socket: descriptors[0], memory: descriptors[1])
    }

    private mutating func reap() {
        var drain = [UInt8](repeating: 0, count: 512)
        while read(childSignals, &drain, drain.count) > 0 {}
        var status: Int32 = 0
        var usage = rusage()
        while true {
            let pid = wait4(-1, &status, WNOHANG, &usage)
            guard pid > 0 else { break }
            guard let serial = serials.removeValue(forKey: pid) else { continue }
            pids[serial] = nil
            report(ForkServerProtocol.ended, serial, status, flags: UInt32(clamping: usage.ru_maxrss))
        }
        guard codeNotes >= 0 else { return }
        cps_end_noting_code(codeNotes)
        codeNotes = -1
    }

    private func report(_ kind: UInt32, _ serial: UInt32, _ value: Int32, flags: UInt32 = 0) {
        var message = ForkServerProtocol.Message(kind: kind, serial: serial, value: value, flags: flags)
        while cps_send_message(control, &message, MemoryLayout.size(ofValue: message), nil, 0) < 0 {
            guard errno == EAGAIN || errno == ENOBUFS else { endEverything() }
            _ = cps_wait(control, Int16(POLLOUT), 1_000_000)
        }
    }

    /// The rank is gone: nothing of it stays behind.
    private func endEverything() -> Never {
        // First, because a launcher that ends the whole job may have lost its patience by the time all children are gone.
        for leftover in leftovers.values { leftover.remove() }
        for pid in serials.keys { kill(pid, SIGKILL) }
        while waitpid(-1, nil, 0) > 0 {}
        _exit(0)
    }
}
