internal import DequeModule
internal import MPI

/// How a Host reaches the Hosts of the other ranks.
protocol HostTransport: AnyObject {
    /// Sends a frame to the Host of another rank. It returns at once; frames to one rank arrive in order.
    func send(_ frame: Frame, toRank rank: Int) throws
    /// Moves messages along, and returns a frame that has arrived, if there is one.
    func receive() throws -> Frame?
    /// The ranks that have been found to be lost since this was asked last.
    func takeFailures() -> [Int]
    /// Expects nothing from a lost rank any more, and sends it nothing.
    func forget(_ rank: Int)
    /// Whether messages are on their way that move only while this Host looks after them.
    var isBusy: Bool { get }
    /// How long the Host may sleep from now on, in nanoseconds, without missing what only a look at the transport reveals; -1 for ever.
    func longestSleep(at now: ContinuousClock.Instant) -> Int64
}

extension HostTransport {
    func takeFailures() -> [Int] { [] }
    func forget(_ rank: Int) {}
}

/// There are no other ranks.
final class LoneTransport: HostTransport {
    func send(_ frame: Frame, toRank rank: Int) throws {
        throw ProcessingError(.notFound, "there is no rank \(rank): the program runs on one rank")
    }
    func receive() -> Frame? { nil }
    var isBusy: Bool { false }
    func longestSleep(at now: ContinuousClock.Instant) -> Int64 { -1 }
}

/// MPI, on a communicator of its own.
///
/// A message of MPI does not wake a process that sleeps; so the sender rings the doorbell of a receiver on its node.
/// A Host that has receivers on other nodes looks for messages by itself: soon after the last one, and every millisecond at last.
final class MPITransport: HostTransport {
    private let bytes: ByteTransport
    private let doorbell: Doorbell
    /// For each rank of this node, the name of its doorbell, once it is known.
    var bellNames: [String?] = []
    private var sends: [(send: ByteSend, rank: Int)] = []
    private var arrival: ByteArrival?
    /// Whether what fails for one rank is no failure for the others.
    private let survivesLosses: Bool
    private var lost: Set<Int> = []
    private var failures: Set<Int> = []
    /// When a frame last went to a rank on another node, or came from one.
    private var lastExchange: ContinuousClock.Instant?
    /// Frames that came before somebody looked for them.
    private var early: Deque<Frame> = []

    init(bytes: ByteTransport, doorbell: Doorbell, survivesLosses: Bool) {
        self.bytes = bytes
        self.doorbell = doorbell
        self.survivesLosses = survivesLosses
    }

    /// Has frames received again, before all others.
    func putBack(_ frames: [Frame]) { early.append(contentsOf: frames) }

    func send(_ frame: Frame, toRank rank: Int) throws {
        guard !lost.contains(rank), !failures.contains(rank) else { return }
        do {
            let send = try bytes.send(frame.bytes, to: rank)
            ring(rank)
            noteExchange(with: rank)
            // A small message has left already; a large one leaves when its receiver takes it.
            if try !send.test() { sends.append((send, rank)) }
        } catch {
            try note(error, of: rank)
        }
    }

    func receive() throws -> Frame? {
        if let frame = early.popFirst() { return frame }
        if !sends.isEmpty { try finishSends() }
        while true {
            // The first look makes MPI take in what has arrived, and only the second one finds it.
            if arrival == nil { arrival = try poll() ?? poll() }
            guard let current = arrival, let message = try test(current) else { return nil }
            arrival = nil
            noteExchange(with: current.source)
            // The sender may be asleep, with the end of a large transfer waiting for it.
            if message.count > 4096 { ring(current.source) }
            // Who is taken for lost may be there after all, but others have taken its place.
            if !lost.contains(current.source) { return try Frame(received: message) }
        }
    }

    private func poll() throws -> ByteArrival? {
        do {
            return try bytes.poll()
        } catch {
            try note(error, of: nil)
            return nil
        }
    }

    private func test(_ current: ByteArrival) throws -> [UInt8]? {
        do {
            return try current.test()
        } catch {
            try note(error, of: current.source)
            current.abandon()
            arrival = nil
            return nil
        }
    }

    // MARK: Ranks that fail

    /// Takes an error for the failure of ranks if it is one; otherwise throws it.
    private func note(_ error: MPIError, of rank: Int?) throws(MPIError) {
        guard survivesLosses else { throw error }
        if [.processFailed, .processFailedPending].contains(error.errorClass) {
            let failed = try bytes.acknowledgedFailures()
            failures.formUnion(failed.filter { !lost.contains($0) })
            if !failed.isEmpty { return }
        }
        // Other libraries have no name for it.
        guard let rank else { throw error }
        failures.insert(rank)
    }

    func takeFailures() -> [Int] {
        guard !failures.isEmpty else { return [] }
        defer { failures = [] }
        return failures.subtracting(lost).sorted()
    }

    func forget(_ rank: Int) {
        lost.insert(rank)
        for entry in sends where entry.rank == rank { entry.send.abandon() }
        sends.removeAll { $0.rank == rank }
        if let current = arrival, current.source == rank {
            current.abandon()
            arrival = nil
        }
    }

    private func test(_ entry: (send: ByteSend, rank: Int)) throws -> Bool {
        do {
            return try entry.send.test()
        } catch {
            try note(error, of: entry.rank)
            entry.send.abandon()
            return true
        }
    }

    private func finishSends() throws {
        var unfinished: [(send: ByteSend, rank: Int)] = []
        for entry in sends {
            if try test(entry) {
                // What had to wait for room may have missed the receiver's last look.
                ring(entry.rank)
            } else {
                unfinished.append(entry)
            }
        }
        sends = unfinished
    }

    private func ring(_ rank: Int) {
        if let name = bell(of: rank) { doorbell.ring(name) }
    }

    private func noteExchange(with rank: Int) {
        if bell(of: rank) == nil { lastExchange = ContinuousClock.now }
    }

    private func bell(of rank: Int) -> String? { bellNames.indices.contains(rank) ? bellNames[rank] : nil }

    var isBusy: Bool { !sends.isEmpty || arrival != nil || !early.isEmpty }

    func longestSleep(at now: ContinuousClock.Instant) -> Int64 {
        if isBusy { return MPITransport.shortestSleep }
        // Bells are reliable on a node; the look every 50 ms is for what MPI itself may want to do.
        if bellNames.indices.allSatisfy({ bellNames[$0] != nil || lost.contains($0) }) { return 50_000_000 }
        return MPITransport.sleep(after: lastExchange.map { now.nanoseconds(since: $0) })
    }

    private static let shortestSleep: Int64 = 50_000

    /// How long to sleep where no bell is rung, so many nanoseconds after the last exchange.
    ///
    /// What follows, an answer for example, is late by half as long as it has been waited for at most, and by a millisecond.
    static func sleep(after silence: Int64?) -> Int64 {
        min(1_000_000, max(shortestSleep, (silence ?? .max) / 2))
    }
}
