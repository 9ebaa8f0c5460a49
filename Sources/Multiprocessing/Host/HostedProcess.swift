internal import CProcessSupport
internal import Glibc

/// A process as the Host that started it knows it.
final class HostedProcess {
    let address: Address
    let order: ProcessOrder
    /// The first frame to the process, kept until it runs.
    var runFrame: Frame?
    /// Who wants to hear that it has been started.
    let starter: Waiter?
    var pid: Int32 = 0

    let socket: Int32
    var reader = FrameReader()
    var writer = FrameWriter()
    var isWatchedForOutput = false
    var isLinkOpen = true
    /// What it writes to standard output and error, when it is printed on another rank.
    var outputs: [ProcessOutput] = []
    let journal: JournalMemory?

    /// Those who wait for its end.
    var joiners = WaitingList<Void>()
    /// The ranks that it has sent something to: they have to hear of its end.
    var touchedRanks: Set<Int32> = []

    init(
        address: Address,
        order: ProcessOrder,
        runFrame: Frame,
        starter: Waiter?,
        socket: Int32,
        journal: JournalMemory?
    ) {
        self.address = address
        self.order = order
        self.runFrame = runFrame
        self.starter = starter
        self.socket = socket
        self.journal = journal
        touchedRanks = [order.parent.rank]
    }

    func end(_ status: ExitStatus, on host: String) -> ProcessEnd {
        ProcessEnd(
            address: address,
            parent: order.parent,
            name: order.name,
            pid: pid,
            status: status,
            host: host
        )
    }

    /// Closes the link.
    ///
    /// Returns the frames that the process will never read.
    func closeLink() -> [Frame] {
        guard isLinkOpen else { return [] }
        isLinkOpen = false
        close(socket)
        return writer.removeUnwritten()
    }
}

/// One of the two output streams of a process, read by its Host a line at a time.
struct ProcessOutput {
    let descriptor: Int32
    /// 1 for standard output, 2 for standard error.
    let stream: Int32
    private var line: [UInt8] = []
    private static let longestLine = 16 << 10

    init(descriptor: Int32, stream: Int32) {
        self.descriptor = descriptor
        self.stream = stream
    }

    /// Reads what is there.
    ///
    /// Returns the complete lines, and whether the stream has ended.
    mutating func read() -> (lines: [UInt8], hasEnded: Bool) {
        var hasEnded = false
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count > 0 {
                line.append(contentsOf: buffer[..<count])
                if count < buffer.count { break }
            } else if count < 0, errno == EINTR {
                continue
            } else {
                hasEnded = count == 0
                break
            }
        }
        if hasEnded || line.count > ProcessOutput.longestLine { return (takeRest(), hasEnded) }
        guard let newline = line.lastIndex(of: UInt8(ascii: "\n")) else { return ([], hasEnded) }
        let lines = Array(line[...newline])
        line.removeFirst(newline + 1)
        return (lines, hasEnded)
    }

    /// What was written without a line's end.
    mutating func takeRest() -> [UInt8] {
        defer { line = [] }
        return line
    }
}
