import MPI
import RankChecks
import Testing

/// A message of one of eight threads, with a tail by which it is seen whether it is whole.
private struct Parcel: Codable, Hashable, Sendable {
    var rank: Int
    var thread: Int
    var index: Int
    var tail: [Int]

    init(_ rank: Int, _ thread: Int, _ index: Int) {
        (self.rank, self.thread, self.index) = (rank, thread, index)
        // Most are sent at once, every fourth one only when its receiver asks for it.
        let length = index.isMultiple(of: 4) ? 2000 + thread : 3 * thread
        tail = [Int](repeating: index, count: length)
    }

    /// What travels as a buffer: longer than any value that fits into a buffer of less than 40,000 bytes.
    var elements: [Int] { [rank, thread, index] + tail + [Int](repeating: thread, count: 5000) }

    init(elements: [Int]) throws {
        self.init(elements[0], elements[1], elements[2])
        try #require(elements == self.elements, "a buffer is mixed up or cut off")
    }

    /// All that one rank's threads send.
    static func all(ofRank rank: Int, threads: Range<Int> = 0..<8) -> Set<Parcel> {
        Set(threads.flatMap { thread in (0..<rounds).map { Parcel(rank, thread, $0) } })
    }

    static let rounds = 12
}

/// Eight threads of every rank exchange with those of its neighbours, all on one tag.
private func exchangeOnThreads() throws {
    let world = Communicator.world
    let (left, right) = ((world.rank + world.size - 1) % world.size, (world.rank + 1) % world.size)
    let (rank, tag) = (world.rank, 3)
    func expect(_ received: [[Parcel]]) throws {
        let all = received.flatMap { $0 }
        #expect(all.count == 8 * Parcel.rounds, "something is lost or has come twice")
        #expect(Set(all) == Parcel.all(ofRank: left))
        try world.barrier()
    }

    try expect(
        onThreads(8) { thread in
            try (0..<Parcel.rounds).map { index in
                let own = Parcel(rank, thread, index)
                return try world.sendReceive(own, to: right, sendTag: tag, from: left, tag: tag)
            }
        }
    )
    try expect(
        onThreads(8) { thread in
            try (0..<Parcel.rounds).map { index in
                let elements = Parcel(rank, thread, index).elements
                var received = [Int](repeating: -1, count: 10_000)
                let status = try world.sendReceive(
                    elements.span,
                    to: right,
                    sendTag: tag,
                    into: &received,
                    from: left,
                    tag: tag
                )
                let count = try #require(status.count(of: Int.self))
                try #require(received[count...].allSatisfy { $0 == -1 })
                return try Parcel(elements: Array(received[..<count]))
            }
        }
    )
    // Values and buffers at a time, told apart by their length.
    try expect(
        onThreads(8) { thread in
            try (0..<Parcel.rounds).map { index in
                let own = Parcel(rank, thread, index)
                let send =
                    thread < 4
                    ? try world.immediateSend(own, to: right, tag: tag)
                    : try world.immediateSend(keeping: own.elements, to: right, tag: tag)
                let message = try world.matchedProbe(from: left, tag: tag)
                let isBuffer = message.status.byteCount >= 40_000
                let parcel =
                    isBuffer
                    ? try Parcel(elements: message.receiveElements(of: Int.self))
                    : try message.receive(Parcel.self)
                try #require(isBuffer == (parcel.thread >= 4))
                try send.wait()
                return parcel
            }
        }
    )
    // Receives that are begun before anything is sent.
    try expect(
        onThreads(8) { thread in
            var receives = RequestGroup<Parcel, any Error>()
            for _ in 0..<Parcel.rounds {
                receives.add(try world.immediateReceive(Parcel.self, from: left, tag: tag))
            }
            for index in 0..<Parcel.rounds {
                try world.send(Parcel(rank, thread, index), to: right, tag: tag)
            }
            return try receives.waitAll().map { try $0.get() }
        }
    )
}

@Suite("ThreadLevel")
struct ThreadLevelTests {
    @Test("eight threads that use one tag get every message whole and once", arguments: [1, 2, 3, 4])
    func eightThreads(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            #expect(try Environment.initialize(threads: .multiple) == .multiple)
            try exchangeOnThreads()
        }
    }

    @Test("eight threads that take turns in the library get every message whole and once")
    func takingTurns() async throws {
        try await onRanks(2) { () throws in
            #expect(try Environment.initialize(threads: .serialized) == .serialized)
            try exchangeOnThreads()
        }
    }

    @Test("eight tasks that use one tag get every message once")
    func eightTasks() async throws {
        try await onRanks(2) { () async throws in
            let world = Communicator.world
            let (rank, other) = (world.rank, 1 - world.rank)
            let received = try await withThrowingTaskGroup(of: [Parcel].self) { group in
                for thread in 0..<8 {
                    group.addTask {
                        var received: [Parcel] = []
                        for index in 0..<Parcel.rounds {
                            // Large ones leave only when they are received.
                            let parcel = Parcel(rank, thread, index)
                            async let sent: Void = world.asynchronous.send(parcel, to: other, tag: 3)
                            received.append(
                                try await world.asynchronous.receive(Parcel.self, from: other, tag: 3)
                            )
                            try await sent
                        }
                        return received
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(received.count == 8 * Parcel.rounds && Set(received) == Parcel.all(ofRank: other))
        }
    }
}
