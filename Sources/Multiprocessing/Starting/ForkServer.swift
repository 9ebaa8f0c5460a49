internal import CProcessSupport
internal import Glibc

/// The Host's side of its fork server.
final class ForkServer {
    /// What the server has to tell.
    enum Report {
        case started(serial: UInt32, pid: Int32)
        case failed(serial: UInt32, error: Int32)
        case ended(serial: UInt32, status: ExitStatus, peakMemory: Int)
    }

    /// The Host's end of the conversation; -1 once the server is gone.
    private(set) var control: Int32
    private let pid: pid_t
    /// Reports that were read while a message had to wait.
    private var unread: [Report] = []

    init(control: Int32, pid: pid_t) {
        self.control = control
        self.pid = pid
    }

    /// Stands for a server that could not be started.
    static var gone: ForkServer { ForkServer(control: -1, pid: -1) }

    var isGone: Bool { control < 0 }

    /// Starts the server by forking the calling process, which has to be the program's main thread and its only one
    /// that runs Swift code: what the program has set up is there in all processes of this server.
    static func forked() throws(ProcessingError) -> ForkServer {
        let (near, far) = try makeSockets()
        cps_flush_output()
        let pid = cps_fork()
        if pid == 0 {
            close(near)
            ForkServerLoop.run(control: far)
        }
        let error = errno
        close(far)
        guard pid > 0 else {
            close(near)
            throw ProcessingError(.resources, "cannot fork a server for processes: \(SystemError(error))")
        }
        return ForkServer(control: near, pid: pid)
    }

    /// Starts the server by executing the program's file again.
    static func executed() throws(ProcessingError) -> ForkServer {
        let (near, far) = try makeSockets()
        let pid = cps_spawn_self(cps_server_variable, far)
        let error = errno
        close(far)
        guard pid > 0 else {
            close(near)
            throw ProcessingError(.resources, "cannot start a server for processes: \(SystemError(error))")
        }
        return ForkServer(control: near, pid: pid)
    }

    private static func makeSockets() throws(ProcessingError) -> (near: Int32, far: Int32) {
        try makeSocketPair(Int32(SOCK_SEQPACKET.rawValue))
    }

    /// A pair of connected sockets that no started program inherits.
    static func makeSocketPair(_ type: Int32) throws(ProcessingError) -> (near: Int32, far: Int32) {
        var sockets: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, type | Int32(SOCK_CLOEXEC.rawValue), 0, &sockets) == 0 else {
            throw ProcessingError(.resources, "cannot make a socket pair: \(SystemError())")
        }
        return (sockets[0], sockets[1])
    }

    /// Asks for a process.
    ///
    /// The descriptors are the process's own: its socket, its memory, and perhaps its two outputs.
    func start(_ serial: UInt32, _ options: ForkServerProtocol.Options, descriptors: [Int32])
        throws(ProcessingError)
    {
        try send(
            .init(kind: ForkServerProtocol.start, serial: serial, value: 0, flags: options.rawValue),
            descriptors
        )
    }

    /// Sends a signal to a process, if it still exists: the server knows, since it is the parent.
    func signal(_ serial: UInt32, _ number: Int32) throws(ProcessingError) {
        try send(.init(kind: ForkServerProtocol.signal, serial: serial, value: number, flags: 0), [])
    }

    /// Has something removed if this rank dies.
    func remember(_ serial: UInt32, _ leftover: Leftover) throws(ProcessingError) {
        let bytes = Array(leftover.bytes.prefix(ForkServerProtocol.longestLeftover))
        try send(.init(kind: ForkServerProtocol.remember, serial: serial, value: 0, flags: 0), [], bytes)
    }

    /// Leaves that to this rank.
    func forget(_ serial: UInt32) throws(ProcessingError) {
        try send(.init(kind: ForkServerProtocol.forget, serial: serial, value: 0, flags: 0), [])
    }

    private func send(
        _ message: ForkServerProtocol.Message,
        _ descriptors: [Int32],
        _ appendix: [UInt8] = []
    ) throws(ProcessingError) {
        guard !isGone else { throw ProcessingError(.resources, "there is no server for processes") }
        // The server may be waiting for its reports to be read: neither side may wait for the other.
        while cps_wait(control, Int16(POLLOUT), 0) == 0 {
            if let report = receive().report { unread.append(report) }
            _ = cps_wait(control, Int16(POLLIN | POLLOUT), 1_000_000)
        }
        let bytes = withUnsafeBytes(of: message) { Array($0) } + appendix
        guard
            cps_send_message(
                control,
                bytes,
                bytes.count,
                descriptors,
                Int32(descriptors.count)
            ) > 0
        else {
            throw ProcessingError(.resources, "the server for processes does not answer: \(SystemError())")
        }
    }

    /// Whether there are reports of which the descriptor says nothing any more.
    var hasUnread: Bool { !unread.isEmpty }

    /// The next report, without waiting.
    ///
    /// `hasEnded` says that the server is gone.
    func nextReport() -> (report: Report?, hasEnded: Bool) {
        unread.isEmpty ? receive() : (unread.removeFirst(), false)
    }

    private func receive() -> (report: Report?, hasEnded: Bool) {
        guard !isGone else { return (nil, false) }
        var message = ForkServerProtocol.Message(kind: 0, serial: 0, value: 0, flags: 0)
        var descriptors = [Int32](repeating: -1, count: 8)
        var descriptorCount: Int32 = 0
        guard cps_wait(control, Int16(POLLIN), 0) > 0 else { return (nil, false) }
        let count = cps_receive_message(
            control,
            &message,
            MemoryLayout.size(ofValue: message),
            &descriptors,
            &descriptorCount
        )
        guard count == MemoryLayout.size(ofValue: message) else { return (nil, count <= 0) }
        switch message.kind {
        case ForkServerProtocol.started where message.value > 0:
            return (.started(serial: message.serial, pid: message.value), false)
        case ForkServerProtocol.started:
            return (.failed(serial: message.serial, error: -message.value), false)
        case ForkServerProtocol.ended:
            let status = ExitStatus(waitStatus: message.value)
            return (.ended(serial: message.serial, status: status, peakMemory: Int(message.flags)), false)
        default:
            return (nil, false)
        }
    }

    /// Lets the server end, with whatever still runs under it, and waits for that.
    func stop() {
        guard !isGone else { return }
        // If it is gone already, it has nothing to forget.
        try? send(.init(kind: ForkServerProtocol.farewell, serial: 0, value: 0, flags: 0), [])
        close(control)
        control = -1
        while waitpid(pid, nil, 0) < 0, errno == EINTR {}
    }
}
