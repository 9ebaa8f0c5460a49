/// How long a service lives: as long as somebody can use it.
///
/// Its maker holds it until it lets go, or ends. It is also held by each *passage*: a handle that travels in what a process or a
/// job of a pool is given keeps the service until that process has ended, or that job. A handle that travels in any other way, in an
/// item of a queue or a message, may be read at any time by anybody: then the service is kept for good.
struct ServiceTenure {
    let maker: Address
    private var isHeldByMaker = true
    private var passages: Set<UInt64> = []
    /// Passages that have ended before the word that they have begun, as the words of two ranks come in any order.
    private var settled: Set<UInt64> = []
    private var isKept = false

    /// More passages than that, and the service is kept for good: whatever a process says, there is no end to the memory
    /// of a Host otherwise.
    static let maximumPassageCount = 1 << 16

    /// - Parameter maker: The process or main program that has the service made, on the service's rank.
    init(maker: Address) { self.maker = maker }

    /// Whether nobody can use the service any more.
    var isOver: Bool { !isHeldByMaker && passages.isEmpty && !isKept }

    /// How many passages it remembers.
    var passageCount: Int { passages.count + settled.count }

    /// A handle is about to leave in what a process or a job is given.
    mutating func open(_ passage: UInt64) {
        guard !isKept, settled.remove(passage) == nil else { return }
        // Of two with one number nobody could tell which one ends.
        if !passages.insert(passage).inserted || passages.count > ServiceTenure.maximumPassageCount { keep() }
    }

    /// That process or job is over, or nothing came of it.
    mutating func close(_ passage: UInt64) {
        guard !isKept, passages.remove(passage) == nil else { return }
        // What begins on this rank is known before it ends, so it has ended before.
        guard !ReservationToken.isFrom(rank: maker.rank, passage) else { return }
        settled.insert(passage)
        if settled.count > ServiceTenure.maximumPassageCount { keep() }
    }

    /// A handle is about to leave in some other way.
    mutating func keep() {
        isKept = true
        (passages, settled) = ([], [])
    }

    /// The maker has no handle any more.
    mutating func letGo() { isHeldByMaker = false }

    /// A process has ended, and everything that it had to say has come before.
    mutating func processEnded(_ address: Address) {
        if address == maker { isHeldByMaker = false }
        if !settled.isEmpty { settled = settled.filter { !ReservationToken.isFrom(address, $0) } }
    }
}

/// A handle that travels in what a process or a job of a pool is given, for those who see to its end.
struct ServicePassage: Codable, Hashable, Sendable {
    var service: Address
    var token: UInt64
}
