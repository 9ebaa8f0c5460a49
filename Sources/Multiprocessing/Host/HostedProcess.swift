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
            host: host,
            result: order.result
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
