/// What a service knows of the lane to one of its places: it opens one for the process that sends and the one that receives, tells them, and closes it as
/// soon as anybody else wants something.
///
/// The sender is told first, and writes into the lane from then on; the receiver when it has been given everything that came before.
struct LaneKeeper {
    private struct Lane {
        let memory: LaneMemory
        let sender: Address
        let receiver: Address
        /// Whether the receiver knows of it.
        var isKnown = false
    }

    private let desk: LoanDesk?
    private let supply: LaneSupply?
    private var choice = LaneChoice()
    private var lane: Lane?

    /// At the desk it is known who is on this rank; without it, or a supply, everything passes the Host.
    init(desk: LoanDesk?, supply: LaneSupply?) { (self.desk, self.supply) = (desk, supply) }

    var isOpen: Bool { lane != nil }
    /// Whether there is something in the lane.
    var hasMessage: Bool { lane?.memory.hasMessage == true }
    /// Whether the sender sleeps until there is room in the lane, and nobody has said that there is.
    var hasSleepingWriter: Bool { lane?.memory.hasSleepingWriter == true }
    /// What is in the lane, at the moment.
    var unread: (count: Int, byteCount: Int) { lane?.memory.unread ?? (0, 0) }

    /// Whether the lane is one from, or to, that process.
    func isOf(_ address: Address) -> Bool { isFrom(address) || lane?.receiver == address }
    func isFrom(_ address: Address) -> Bool { lane?.sender == address }

    // MARK: Opening

    /// A process has sent something past the lane.
    mutating func noteSend(by address: Address, canHaveLane: Bool) {
        choice.noteSend(by: address, isAble: canHaveLane && desk?.knows(address) == true)
    }

    /// A process wants to receive; the mark is that of its `ReceivingLane`.
    mutating func noteReceive(by address: Address, mark: UInt64) {
        choice.noteReceive(by: address, isAble: mark != 0 && desk?.knows(address) == true)
    }

    /// A process was brought something that it had not asked for.
    mutating func noteDelivery(to address: Address) { choice.noteDelivery(to: address) }

    /// Whether the lane has to be closed before a process with that mark can receive: it is not its lane; or it cannot have it, or not with two
    /// handles at once.
    func isInTheWay(of address: Address, mark: UInt64) -> Bool {
        guard let lane else { return false }
        return lane.receiver != address || mark == 0 || lane.isKnown != (mark == 2)
    }

    /// Opens a lane, if that is worth it, for a process that has just sent something; returns its ticket, else 0.
    mutating func open(for sender: Address) -> UInt64 {
        guard lane == nil, let supply, let pair = choice.pair, pair.sender == sender,
            desk?.mayPass(from: sender, to: pair.receiver) == true
        else { return 0 }
        guard let memory = supply.make(), let ticket = memory.ticket else { return 0 }
        lane = Lane(memory: memory, sender: pair.sender, receiver: pair.receiver)
        return ticket.rawValue
    }

    /// The ticket for the receiver, which has been given everything that came before, if it does not know of the lane; else 0.
    mutating func tell(_ receiver: Address) -> UInt64 {
        guard let lane, !lane.isKnown, lane.receiver == receiver else { return 0 }
        self.lane?.isKnown = true
        return lane.memory.ticket?.rawValue ?? 0
    }

    // MARK: While it is open

    /// Has the sender say when it has written something; whether it has is to be looked at after that.
    func announceSleep() { lane?.memory.announceSleep(.readerSleeps) }

    /// Closes the lane, and puts what is in it at the end of a backlog.
    ///
    /// Returns how many items that were.
    @discardableResult
    mutating func close(into backlog: inout Backlog, of service: Address, _ operation: Operation) -> Int {
        guard let lane else { return 0 }
        self.lane = nil
        choice.noteEnd(messageCount: lane.memory.greatestMessageCount)
        var count = 0
        lane.memory.close { message in
            var frame = Frame(
                .notice,
                code: operation.rawValue,
                from: lane.sender,
                to: service,
                reserving: message.count
            )
            frame.bytes.append(contentsOf: message)
            frame.seal()
            backlog.append(frame)
            count += 1
        }
        return count
    }
}
