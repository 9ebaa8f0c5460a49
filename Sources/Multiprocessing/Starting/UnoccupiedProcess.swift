internal import CProcessSupport
internal import Glibc

/// The Host's side of a process that has no work yet: its link, its outputs, and its number.
final class UnoccupiedProcess {
    let serial: UInt32
    let kind: SpareSupply.Kind
    let memory: LinkMemory
    /// The Host's end of the link, and of the pipes for the streams that it reads.
    let socket: Int32
    let outputs: [Int32]
    /// 0 until the server has said that it runs.
    var pid: Int32 = 0

    /// Orders it from the server.
    init(_ serial: UInt32, _ kind: SpareSupply.Kind, from server: ForkServer, recordSize: Int = 0) throws {
        let memory = try LinkMemory(journalSize: kind.journalSize, recordSize: recordSize)
        let (near, far) = try ForkServer.makeSocketPair(Int32(SOCK_STREAM.rawValue))
        var kept = [near]
        var lent = [far, memory.mapping.takeDescriptor()]
        // Whatever goes wrong, nothing stays open.
        defer { for descriptor in kept + lent { Glibc.close(descriptor) } }
        var options = kind.options
        if !kind.readStreams.isEmpty {
            options.insert(.redirectsOutput)
            for stream in [STDOUT_FILENO, STDERR_FILENO] {
                var pipe: [Int32] = [-1, -1]
                if !kind.readStreams.contains(stream) {
                    pipe[1] = fcntl(stream, F_DUPFD_CLOEXEC, 3)
                } else if cps_make_output_pipe(&pipe) == 0 {
                    kept.append(pipe[0])
                }
                guard pipe[1] >= 0 else {
                    throw ProcessingError(.resources, "cannot make a pipe: \(SystemError())")
                }
                lent.append(pipe[1])
            }
        }
        try server.start(serial, options, descriptors: lent)
        self.serial = serial
        self.kind = kind
        self.memory = memory
        socket = near
        outputs = Array(kept.dropFirst())
        kept = []
    }

    /// Lets it end: it finds that nobody has work for it any more.
    func dismiss() { for descriptor in [socket] + outputs { close(descriptor) } }
}
