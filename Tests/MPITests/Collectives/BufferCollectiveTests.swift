import MPI
import RankChecks
import Testing

/// What rank `rank` gives at index `index`.
private func element(_ rank: Int, _ index: Int) -> Int64 { Int64(rank * 1_000_000 + index) }

private func row(_ rank: Int, _ range: Range<Int>) -> [Int64] { range.map { element(rank, $0) } }

/// The world, a duplicate, and the half that this rank is in.
private func communicators() throws -> [Communicator] {
    let world = Communicator.world
    let half = try #require(try world.split(color: world.rank % 2))
    return [world, try world.duplicate(), half]
}

@Suite("Collective operations on buffers")
struct BufferCollectiveTests {
    @Test(
        "elements are moved alike by the blocking, the immediate and the persistent form",
        arguments: [1, 2, 3, 4, 7]
    )
    func movement(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            for team in try communicators() {
                let (rank, size) = (team.rank, team.size)
                for count in [0, 1, 5, 3000] {
                    let mine = row(rank, 0..<count)
                    let all = (0..<size).flatMap { row($0, 0..<count) }
                    try team.immediateBarrier().wait()
                    for root in 0..<size {
                        #expect(
                            try team.immediateBroadcast(keeping: mine, from: root).wait()
                                == row(root, 0..<count)
                        )
                        #expect(
                            try team.immediateGather(keeping: mine, to: root).wait()
                                == (rank == root ? all : nil)
                        )
                        let part = try team.immediateScatter(
                            keeping: rank == root ? all : nil,
                            count: count,
                            from: root
                        ).wait()
                        #expect(part == mine)
                    }
                    #expect(try team.immediateAllGather(keeping: mine).wait() == all)
                    var gathered = [Int64](repeating: -1, count: size * count)
                    gathered.replaceSubrange((rank * count)..<((rank + 1) * count), with: mine)
                    try team.allGather(inPlace: &gathered)
                    #expect(gathered == all)

                    // Rank r gives rank d the d-th part of its row.
                    let parts = row(rank, 0..<(size * count))
                    let received = (0..<size).flatMap { row($0, (rank * count)..<((rank + 1) * count)) }
                    var result = [Int64](repeating: -1, count: size * count)
                    try team.allToAll(parts.span, into: &result)
                    #expect(result == received)
                    var inPlace = parts
                    try team.allToAll(inPlace: &inPlace)
                    #expect(inPlace == received)
                    #expect(try team.immediateAllToAll(keeping: parts).wait() == received)
                }
                if team !== Communicator.world { try team.free() }
            }
        }
    }

    @Test(
        "parts of different lengths are moved, and what lies between them stays",
        arguments: [1, 2, 3, 4, 7]
    )
    func differentLengths(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            for team in try communicators() {
                let (rank, size) = (team.rank, team.size)
                let counts = (0..<size).map { ($0 * 3 + 1) % 5 }
                let total = counts.reduce(0, +)
                let mine = row(rank, 0..<counts[rank])
                let all = (0..<size).flatMap { row($0, 0..<counts[$0]) }
                // A gap of two before each part.
                var next = 0
                let gaps = counts.map { count in
                    defer { next += count + 2 }
                    return next + 2
                }
                var spread = [Int64](repeating: -7, count: next)
                for source in 0..<size {
                    spread.replaceSubrange(
                        gaps[source]..<(gaps[source] + counts[source]),
                        with: row(source, 0..<counts[source])
                    )
                }
                let empty = [Int64](repeating: -7, count: next)
                for root in 0..<size {
                    var gathered = empty
                    try team.gather(mine.span, counts: counts, displacements: gaps, into: &gathered, to: root)
                    #expect(gathered == (rank == root ? spread : empty))
                    #expect(
                        try team.immediateGather(keeping: mine, counts: counts, to: root).wait()
                            == (rank == root ? all : nil)
                    )
                    var part = [Int64](repeating: -7, count: counts[rank])
                    if rank == root {
                        try team.scatter(
                            spread.span,
                            counts: counts,
                            displacements: gaps,
                            into: &part,
                            from: root
                        )
                    } else {
                        try team.scatter(nil, counts: [], into: &part, from: root)
                    }
                    #expect(part == mine)
                    let request = try team.immediateScatter(
                        keeping: all,
                        counts: counts,
                        count: counts[rank],
                        from: root
                    )
                    #expect(try request.wait() == mine)
                }
                var gathered = empty
                try team.allGather(mine.span, counts: counts, displacements: gaps, into: &gathered)
                #expect(gathered == spread)
                #expect(try team.immediateAllGather(keeping: mine, counts: counts).wait() == all)
                #expect(try team.allGatherElements(mine.span) == (0..<size).map { row($0, 0..<counts[$0]) })

                // Rank r gives rank d as many as d's count: the first of its row.
                let given = counts.flatMap { row(rank, 0..<$0) }
                let taken = (0..<size).flatMap { row($0, 0..<counts[rank]) }
                let even = [Int](repeating: counts[rank], count: size)
                var result = [Int64](repeating: -7, count: size * (counts[rank] + 1))
                try team.allToAll(
                    given.span,
                    counts: counts,
                    into: &result,
                    resultCounts: even,
                    resultDisplacements: (0..<size).map { $0 * (counts[rank] + 1) }
                )
                #expect(result == (0..<size).flatMap { row($0, 0..<counts[rank]) + [-7] })
                #expect(
                    try team.immediateAllToAll(keeping: given, counts: counts, resultCounts: even).wait()
                        == taken
                )
                #expect(given.count == total)
                if team !== Communicator.world { try team.free() }
            }
        }
    }

    @Test("persistent operations are started again and again with other elements", arguments: [1, 2, 3, 4])
    func persistent(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let counts = (0..<size).map { $0 + 1 }
            let barrier: PersistentRequest<UInt8>
            do {
                barrier = try world.makePersistentBarrier()
            } catch let error as MPIError where error.errorClass == .notSupported {
                return print("no persistent collective operations: \(error)")
            }
            let broadcast = try world.makePersistentBroadcast(count: 2, of: Int64.self, from: size - 1)
            let gather = try world.makePersistentGather(count: 2, of: Int64.self, to: 0)
            let scatter = try world.makePersistentScatter(count: 2, of: Int64.self, from: 0)
            let allGather = try world.makePersistentAllGather(count: 2, of: Int64.self)
            let allGatherCounts = try world.makePersistentAllGather(of: Int64.self, counts: counts)
            let allToAll = try world.makePersistentAllToAll(count: 1, of: Int64.self)
            let reduce = try world.makePersistentReduce(count: 2, of: Int64.self, .sum, to: 0)
            let allReduce = try world.makePersistentAllReduce(count: 2, of: Int64.self, .max)
            let scan = try world.makePersistentScan(count: 1, of: Int64.self, .sum)
            let exclusive = try world.makePersistentExclusiveScan(count: 1, of: Int64.self, .sum)
            let reduceScatter = try world.makePersistentReduceScatter(count: 1, of: Int64.self, .sum)
            let last = try world.makePersistentAllReduce(count: 2, of: Int64.self, ReduceOperation { $1 })
            for round in 0..<3 {
                func fill(_ request: borrowing PersistentRequest<Int64>) throws {
                    try request.withInput { input in
                        for index in input.indices { input[index] = element(rank, index + round) }
                    }
                    try request.start()
                    try request.wait(timeout: .seconds(20))
                }
                try barrier.start()
                try barrier.wait()
                try fill(broadcast)
                #expect(try broadcast.output == row(size - 1, round..<(round + 2)))
                try fill(gather)
                let all = (0..<size).flatMap { row($0, round..<(round + 2)) }
                if rank == 0 { #expect(try gather.output == all) }
                try fill(scatter)
                #expect(try scatter.output == row(0, (2 * rank + round)..<(2 * rank + round + 2)))
                try fill(allGather)
                #expect(try allGather.output == all)
                try fill(allGatherCounts)
                #expect(
                    try allGatherCounts.output == (0..<size).flatMap { row($0, round..<(round + counts[$0])) }
                )
                try fill(allToAll)
                #expect(try allToAll.output == (0..<size).map { element($0, rank + round) })
                try fill(reduce)
                let sum = (0..<size).reduce(0) { $0 + element($1, round) }
                if rank == 0 { #expect(try reduce.output[0] == sum) }
                try fill(allReduce)
                #expect(try allReduce.output == row(size - 1, round..<(round + 2)))
                try fill(scan)
                #expect(try scan.output == [(0...rank).reduce(0) { $0 + element($1, round) }])
                try fill(exclusive)
                if rank > 0 {
                    #expect(try exclusive.output == [(0..<rank).reduce(0) { $0 + element($1, round) }])
                }
                try fill(reduceScatter)
                #expect(try reduceScatter.output == [(0..<size).reduce(0) { $0 + element($1, rank + round) }])
                try fill(last)
                #expect(try last.output == row(size - 1, round..<(round + 2)))
            }
        }
    }

    @Test(
        "a wrong count on one rank is an error on every rank, and the communicator goes on",
        arguments: [2, 3]
    )
    func wrongCounts(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            func everywhere(_ body: () throws -> Void) throws {
                let error = #expect(throws: MPIError.self) { try body() }
                #expect(
                    [.count, .displacement, .remoteFailure].contains(error?.errorClass),
                    "\(error as Any)"
                )
                #expect(try world.allReduce(1, .sum) == size)
            }
            for wrong in 0..<size {
                let extra = rank == wrong ? 1 : 0
                let elements = [Int](repeating: rank, count: size + extra)
                var result = elements
                try everywhere { try world.allToAll(elements.span, into: &result) }
                try everywhere { try world.allToAll(inPlace: &result) }
                var short = [Int](repeating: 0, count: 1)
                try everywhere { try world.scatter(elements.span, into: &short, from: wrong) }
                var long = [Int](repeating: 0, count: 1 + extra)
                let exact = [Int](repeating: 0, count: size)
                try everywhere { try world.scatter(exact.span, into: &long, from: 0) }
                var all = [Int](repeating: 0, count: size + extra)
                let one = [1]
                try everywhere { try world.gather(one.span, into: &all, to: wrong) }
                try everywhere { try world.allGather(one.span, into: &all) }
                try everywhere { try world.allGather(inPlace: &all) }
                try everywhere { try world.reduceScatter(elements.span, .sum, into: &short) }
                try everywhere { try world.reduceScatter(elements.span, counts: [1], .sum, into: &short) }
                try everywhere { try world.gather(one.span, counts: [1], into: &all, to: wrong) }
                try everywhere {
                    let displacements = [Int](repeating: 100, count: size)
                    try world.scatter(
                        elements.span,
                        counts: exact,
                        displacements: displacements,
                        into: &long,
                        from: wrong
                    )
                }
            }
        }
    }

    @Test("neighbours exchange elements in a ring and in a grid with edges", arguments: [1, 2, 3, 4, 7])
    func neighbors(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let (left, right) = ((rank + size - 1) % size, (rank + 1) % size)
            let ring = try world.makeDistributedGraph(from: [left], to: [right])
            let mine = row(rank, 0..<3)
            var result = [Int64](repeating: -1, count: 3)
            try ring.neighborAllGather(mine.span, into: &result)
            #expect(result == row(left, 0..<3))
            #expect(try ring.immediateNeighborAllGather(keeping: mine).wait() == row(left, 0..<3))
            try ring.neighborAllToAll(mine.span, into: &result)
            #expect(result == row(left, 0..<3))
            #expect(try ring.immediateNeighborAllToAll(keeping: mine).wait() == row(left, 0..<3))
            // Each rank gives as many elements as its number.
            let some = row(rank, 0..<rank)
            var fromLeft = [Int64](repeating: -1, count: left)
            try ring.neighborAllGather(some.span, counts: [left], into: &fromLeft)
            #expect(fromLeft == row(left, 0..<left))
            try ring.neighborAllToAll(some.span, counts: [rank], into: &fromLeft, resultCounts: [left])
            #expect(fromLeft == row(left, 0..<left))
            #expect(try ring.immediateNeighborAllGather(keeping: some, counts: [left]).wait() == fromLeft)
            #expect(
                try ring.immediateNeighborAllToAll(keeping: some, counts: [rank], resultCounts: [left]).wait()
                    == fromLeft
            )
            #expect(throws: MPIError.self) { try world.neighborAllGather(mine.span, into: &result) }
            var other = [Int64](repeating: 0, count: 4)
            #expect(throws: MPIError.self) { try ring.neighborAllGather(mine.span, into: &other) }
            try ring.free()

            let line = try #require(try world.makeCartesian(dimensions: [size]))
            var around: [Int64] = [-1, -1]
            try line.neighborAllGather([element(rank, 0)].span, into: &around)
            #expect(
                around == [rank > 0 ? element(rank - 1, 0) : -1, rank < size - 1 ? element(rank + 1, 0) : -1]
            )
            try line.free()
        }
    }

    @Test("several immediate operations are under way at a time, and are awaited", arguments: [2, 4])
    func atATime(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in
            let world = Communicator.world
            let size = world.size
            let sum = try world.immediateAllReduce(keeping: [Int64(world.rank)], .sum)
            let all = try world.immediateAllGather(keeping: [Int64(world.rank)])
            let barrier = try world.immediateBarrier()
            #expect(try await all.value == (0..<size).map { Int64($0) })
            try await barrier.value
            #expect(try await sum.value(timeout: .seconds(20)) == [Int64(size * (size - 1) / 2)])
        }
    }
}
