internal import MPI

/// How a Host reaches the Hosts of the other ranks.
protocol HostTransport: AnyObject {
    /// Sends a frame to the Host of another rank. It returns at once; frames to one rank arrive in order.
    func send(_ frame: Frame, toRank rank: Int) throws
    /// Moves messages along, and returns a frame that has arrived, if there is one.
    func receive() throws -> Frame?
    /// Whether messages are on their way that move only while this Host looks after them.
    var isBusy: Bool { get }
    /// How long the Host may sleep, in nanoseconds, without missing what only a look at the transport reveals.
    var longestSleep: Int64 { get }
}

/// There are no other ranks.
final class LoneTransport: HostTransport {
    func send(_ frame: Frame, toRank rank: Int) throws {
        throw ProcessingError(.notFound, "there is no rank \(rank): the program runs on one rank")
    }
    func receive() -> Frame? { nil }
    var isBusy: Bool { false }
    var longestSleep: Int64 { -1 }
}

/// MPI, on a communicator of its own.
///
/// A message of MPI does not wake a process that sleeps; so the sender rings the doorbell of a receiver on its node.
/// A Host that has receivers on other nodes looks for messages every millisecond.
final class MPITransport: HostTransport {
    private let bytes: ByteTransport
    private let doorbell: Doorbell
    /// For each rank of this node, the name of its doorbell.
    private let bellNames: [String?]
    private var sends: [(send: ByteSend, rank: Int)] = []
    private var arrival: ByteArrival?

    init(bytes: ByteTransport, doorbell: Doorbell, bellNames: [String?]) {
        self.bytes = bytes
        self.doorbell = doorbell
        self.bellNames = bellNames
    }

    func send(_ frame: Frame, toRank rank: Int) throws {
        let send = try bytes.send(frame.bytes, to: rank)
        ring(rank)
        // A small message has left already; a large one leaves when its receiver takes it.
        if try !send.test() { sends.append((send, rank)) }
    }

    func receive() throws -> Frame? {
        if !sends.isEmpty { try finishSends() }
        // The first look makes MPI take in what has arrived, and only the second one finds it.
        if arrival == nil { arrival = try bytes.poll() ?? bytes.poll() }
        guard let current = arrival, let message = try current.test() else { return nil }
        arrival = nil
        // The sender may be asleep, with the end of a large transfer waiting for it.
        if message.count > 4096 { ring(current.source) }
        return try Frame(received: message)
    }

    private func finishSends() throws {
        var unfinished: [(send: ByteSend, rank: Int)] = []
        for entry in sends {
            if try entry.send.test() {
                // What had to wait for room may have missed the receiver's last look.
                ring(entry.rank)
            } else {
                unfinished.append(entry)
            }
        }
        sends = unfinished
    }

    private func ring(_ rank: Int) {
        if let name = bellNames[rank] { doorbell.ring(name) }
    }

    var isBusy: Bool { !sends.isEmpty || arrival != nil }

    var longestSleep: Int64 {
        if isBusy { return 50_000 }
        // Bells are reliable on a node; the look every 50 ms is for what MPI itself may want to do.
        return bellNames.allSatisfy { $0 != nil } ? 50_000_000 : 1_000_000
    }
}
