internal import Glibc

/// A process as the Host that started it knows it.
final class HostedProcess {
    let address: Address
    let order: ProcessOrder
    /// Who wants to hear that it has been started.
    let starter: Waiter?
    var pid: Int32 = 0

    /// By which the sides of the link wake each other.
    let socket: Int32
    let memory: LinkMemory
    var reader: FrameReader
    var writer: FrameWriter
    /// Whether the Host looks for frames by itself; otherwise the process wakes it.
    var isWatched = false
    var isLinkOpen = true
    /// Whether it has sent a frame.
    var hasSpoken = false
    /// What it writes to standard output and error, as far as its Host passes that on.
    var outputs: [ProcessOutput] = []
    let journal: JournalMemory?
    /// What it was said about its cores, of which the order says which they are.
    var coreBinding = CoreBinding.none
    /// What is noted of it.
    var observed: ProcessObservation

    /// Whether the one that started it has ended, and will not ask how it ended.
    var isOrphan = false
    /// Those who wait for its end.
    var joiners = WaitingList<Void>()
    /// The ranks that it has sent something to: they have to hear of its end.
    var touchedRanks: Set<Int32> = []

    init(
        address: Address,
        order: ProcessOrder,
        starter: Waiter?,
        socket: Int32,
        memory: LinkMemory
    ) {
        self.address = address
        self.order = order
        self.starter = starter
        self.socket = socket
        self.memory = memory
        journal = order.journalSize > 0 ? memory.journal : nil
        observed = ProcessObservation(memory.record)
        reader = FrameReader(memory.toHost)
        // Until the Host has sent it something, the process is not expected to say anything.
        reader.askForInput()
        writer = FrameWriter(memory.toProcess)
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
