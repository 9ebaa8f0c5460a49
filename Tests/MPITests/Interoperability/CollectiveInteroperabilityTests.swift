import MPI
import RankChecks
import Testing

private let row = PythonPeer.row

/// How many elements a rank gives, or gets, where ranks give different numbers.
private func count(of rank: Int) -> Int { rank + 1 }

/// How many elements one rank gives another.
private func count(from source: Int, to destination: Int) -> Int { (2 * source + destination) % 3 + 1 }

/// What all ranks give a rank, and where each part begins in what its giver has.
private func received(by rank: Int, of size: Int) -> [Int64] {
    (0..<size).flatMap { source in
        let start = (0..<rank).map { count(from: source, to: $0) }.reduce(0, +)
        return row(source, start..<(start + count(from: source, to: rank)))
    }
}

private func sums(_ ranks: Range<Int>, _ range: Range<Int>) -> [Int64] {
    range.map { index in ranks.reduce(0) { $0 + row($1, index..<(index + 1))[0] } }
}

@Suite("Collective operations with mpi4py", .enabled(if: PythonPeer.isAvailable, PythonPeer.requirement))
struct CollectiveInteroperabilityTests {
    @Test("every movement of buffers meets mpi4py's, from every root, blocking and immediate")
    func movement() async throws {
        try await PythonPeer.meet("movement.py") { () throws in
            let world = try PythonPeer.world()
            try world.barrier()
            try world.immediateBarrier().wait()
            for root in 0..<world.size { try Self.moveRooted(world, root) }
            try Self.moveAll(world)
            try Self.moveInPlace(world)
            try Self.movePersistently(world)
        }
    }

    private static func moveRooted(_ world: Communicator, _ root: Int) throws {
        let (rank, size) = (world.rank, world.size)
        let isRoot = rank == root
        let given = row(root, 0..<5)
        var elements = isRoot ? given : [Int64](repeating: 0, count: 5)
        try world.broadcast(inPlace: &elements, from: root)
        #expect(elements == given)
        let broadcast = isRoot ? given : [Int64](repeating: 0, count: 5)
        #expect(try world.immediateBroadcast(keeping: broadcast, from: root).wait() == given)

        let mine = row(rank, 0..<3)
        let all = (0..<size).flatMap { row($0, 0..<3) }
        #expect(try world.gather(mine.span, to: root) == (isRoot ? all : nil))
        #expect(try world.immediateGather(keeping: mine, to: root).wait() == (isRoot ? all : nil))
        let whole = row(root, 0..<(3 * size))
        var part = [Int64](repeating: 0, count: 3)
        try world.scatter(isRoot ? whole.span : nil, into: &part, from: root)
        #expect(part == row(root, (3 * rank)..<(3 * rank + 3)))
        part = try world.immediateScatter(keeping: isRoot ? whole : nil, count: 3, from: root).wait()
        #expect(part == row(root, (3 * rank)..<(3 * rank + 3)))

        let counts = (0..<size).map(count(of:))
        let total = counts.reduce(0, +)
        // A gap of one before each part.
        let gaps = (0..<size).map { counts[..<$0].reduce(0, +) + $0 + 1 }
        let own = row(rank, 0..<counts[rank])
        var gathered = [Int64](repeating: -1, count: total + size)
        try world.gather(own.span, counts: counts, displacements: gaps, into: &gathered, to: root)
        let spread: [Int64] = (0..<size).flatMap { [-1] + row($0, 0..<counts[$0]) }
        #expect(gathered == (isRoot ? spread : [Int64](repeating: -1, count: total + size)))
        let together = (0..<size).flatMap { row($0, 0..<counts[$0]) }
        #expect(
            try world.immediateGather(keeping: own, counts: counts, to: root).wait()
                == (isRoot ? together : nil)
        )
        let start = counts[..<rank].reduce(0, +)
        let wanted = row(root, start..<(start + counts[rank]))
        let parts = row(root, 0..<total)
        part = [Int64](repeating: 0, count: counts[rank])
        try world.scatter(isRoot ? parts.span : nil, counts: counts, into: &part, from: root)
        #expect(part == wanted)
        let request = try world.immediateScatter(
            keeping: isRoot ? parts : nil,
            counts: counts,
            count: counts[rank],
            from: root
        )
        #expect(try request.wait() == wanted)
    }

    private static func moveAll(_ world: Communicator) throws {
        let (rank, size) = (world.rank, world.size)
        let mine = row(rank, 0..<3)
        let all = (0..<size).flatMap { row($0, 0..<3) }
        var gathered = [Int64](repeating: 0, count: all.count)
        try world.allGather(mine.span, into: &gathered)
        #expect(gathered == all)
        #expect(try world.immediateAllGather(keeping: mine).wait() == all)

        let counts = (0..<size).map(count(of:))
        let own = row(rank, 0..<counts[rank])
        let together = (0..<size).flatMap { row($0, 0..<counts[$0]) }
        gathered = [Int64](repeating: 0, count: together.count)
        try world.allGather(own.span, counts: counts, into: &gathered)
        #expect(gathered == together)
        #expect(try world.immediateAllGather(keeping: own, counts: counts).wait() == together)
        #expect(try world.allGatherElements(own.span) == (0..<size).map { row($0, 0..<counts[$0]) })

        let parts = row(rank, 0..<(2 * size))
        let exchanged = (0..<size).flatMap { row($0, (2 * rank)..<(2 * rank + 2)) }
        gathered = [Int64](repeating: 0, count: 2 * size)
        try world.allToAll(parts.span, into: &gathered)
        #expect(gathered == exchanged)
        #expect(try world.immediateAllToAll(keeping: parts).wait() == exchanged)

        let giving = (0..<size).map { count(from: rank, to: $0) }
        let getting = (0..<size).map { count(from: $0, to: rank) }
        let lot = row(rank, 0..<giving.reduce(0, +))
        gathered = [Int64](repeating: 0, count: getting.reduce(0, +))
        try world.allToAll(lot.span, counts: giving, into: &gathered, resultCounts: getting)
        #expect(gathered == received(by: rank, of: size))
        #expect(
            try world.immediateAllToAll(keeping: lot, counts: giving, resultCounts: getting).wait()
                == received(by: rank, of: size)
        )

        // A matrix of two rows: rank d gets the d-th column, and stores it as a row.
        let number = try DerivedDatatype.element(Int64.self)
        let column = try DerivedDatatype.vector(count: 2, blockLength: 1, stride: size, of: number)
        let columns = (0..<size).map { DatatypePart(column, offset: $0) }
        let lines = (0..<size).map { DatatypePart(number, count: 2, offset: 2 * $0) }
        let turned = (0..<size).flatMap {
            row($0, rank..<(rank + 1)) + row($0, (size + rank)..<(size + rank + 1))
        }
        gathered = [Int64](repeating: 0, count: 2 * size)
        try world.allToAll(parts.span, parts: columns, into: &gathered, resultParts: lines)
        #expect(gathered == turned)
        let empty = [Int64](repeating: 0, count: 2 * size)
        let request = try world.immediateAllToAll(
            keeping: parts,
            parts: columns,
            into: empty,
            resultParts: lines
        )
        #expect(try request.wait() == turned)
    }

    private static func moveInPlace(_ world: Communicator) throws {
        let (rank, size) = (world.rank, world.size)
        var gathered = [Int64](repeating: 0, count: 3 * size)
        gathered.replaceSubrange((3 * rank)..<(3 * rank + 3), with: row(rank, 0..<3))
        try world.allGather(inPlace: &gathered)
        #expect(gathered == (0..<size).flatMap { row($0, 0..<3) })
        var exchanged = row(rank, 0..<(2 * size))
        try world.allToAll(inPlace: &exchanged)
        #expect(exchanged == (0..<size).flatMap { row($0, (2 * rank)..<(2 * rank + 2)) })
    }

    private static func movePersistently(_ world: Communicator) throws {
        let (rank, size) = (world.rank, world.size)
        let broadcast = try world.makePersistentBroadcast(count: 3, of: Int64.self, from: 2)
        let exchange = try world.makePersistentAllToAll(count: 2, of: Int64.self)
        for step in 0..<3 {
            try broadcast.start()
            try broadcast.wait()
            #expect(try broadcast.output == row(2, step..<(step + 3)))
            try exchange.withInput { span in
                for index in span.indices { span[index] = row(rank, (step + index)..<(step + index + 1))[0] }
            }
            try exchange.start()
            try exchange.wait()
            #expect(
                try exchange.output
                    == (0..<size).flatMap { row($0, (step + 2 * rank)..<(step + 2 * rank + 2)) }
            )
        }
    }

    @Test("every reduction meets mpi4py's, blocking, immediate, persistent and in place")
    func reductions() async throws {
        try await PythonPeer.meet("reductions.py") { () throws in
            let world = try PythonPeer.world()
            let (rank, size) = (world.rank, world.size)
            let mine = row(rank, 0..<3)
            let total = sums(0..<size, 0..<3)
            for root in 0..<size {
                var result = [Int64](repeating: 0, count: 3)
                try world.reduce(mine.span, .sum, into: &result, to: root)
                #expect(result == (rank == root ? total : [0, 0, 0]))
                #expect(
                    try world.immediateReduce(keeping: mine, .sum, to: root).wait()
                        == (rank == root ? total : nil)
                )
                result = mine
                try world.reduce(inPlace: &result, .sum, to: root)
                if rank == root { #expect(result == total) }
            }
            var result = [Int64](repeating: 0, count: 3)
            try world.allReduce(mine.span, .sum, into: &result)
            #expect(result == total)
            #expect(try world.immediateAllReduce(keeping: mine, .sum).wait() == total)
            result = mine
            try world.allReduce(inPlace: &result, .sum)
            #expect(result == total)

            let before = sums(0..<rank, 0..<3)
            let through = sums(0..<(rank + 1), 0..<3)
            try world.scan(mine.span, .sum, into: &result)
            #expect(result == through)
            #expect(try world.immediateScan(keeping: mine, .sum).wait() == through)
            result = mine
            try world.scan(inPlace: &result, .sum)
            #expect(result == through)
            result = mine
            try world.exclusiveScan(inPlace: &result, .sum)
            if rank > 0 { #expect(result == before) }
            #expect(
                try world.immediateExclusiveScan(keeping: mine, .sum).wait() == (rank > 0 ? before : nil)
            )

            let parts = row(rank, 0..<(2 * size))
            let share = sums(0..<size, (2 * rank)..<(2 * rank + 2))
            var part = [Int64](repeating: 0, count: 2)
            try world.reduceScatter(parts.span, .sum, into: &part)
            #expect(part == share)
            #expect(try world.immediateReduceScatter(keeping: parts, .sum).wait() == share)
            let counts = (0..<size).map(count(of:))
            let start = counts[..<rank].reduce(0, +)
            let lot = row(rank, 0..<counts.reduce(0, +))
            let own = sums(0..<size, start..<(start + counts[rank]))
            part = [Int64](repeating: 0, count: counts[rank])
            try world.reduceScatter(lot.span, counts: counts, .sum, into: &part)
            #expect(part == own)
            #expect(try world.immediateReduceScatter(keeping: lot, counts: counts, .sum).wait() == own)

            let persistent = try world.makePersistentAllReduce(count: 3, of: Int64.self, .sum)
            for step in 0..<3 {
                try persistent.withInput { span in
                    for index in span.indices { span[index] = mine[index] + Int64(step) }
                }
                try persistent.start()
                try persistent.wait()
                #expect(try persistent.output == total.map { $0 + Int64(step * size) })
            }
            try Self.operate(world)
        }
    }

    /// Every operation that MPI has, in the order of the script.
    private static func operate(_ world: Communicator) throws {
        let rank = world.rank
        let numbers: [Int32] = [Int32(rank + 1), Int32(7 - rank)]
        func expectNumbers(_ operation: ReduceOperation<Int32>, _ wanted: [Int32]) throws {
            var result: [Int32] = [0, 0]
            try world.allReduce(numbers.span, operation, into: &result)
            #expect(result == wanted)
        }
        try expectNumbers(.sum, [10, 22])
        try expectNumbers(.product, [24, 840])
        try expectNumbers(.min, [1, 4])
        try expectNumbers(.max, [4, 7])
        try expectNumbers(.bitwiseAnd, [1 & 2 & 3 & 4, 7 & 6 & 5 & 4])
        try expectNumbers(.bitwiseOr, [1 | 2 | 3 | 4, 7])
        try expectNumbers(.bitwiseXor, [1 ^ 2 ^ 3 ^ 4, 7 ^ 6 ^ 5 ^ 4])
        try expectNumbers(.logicalAnd, [1, 1])
        try expectNumbers(.logicalOr, [1, 1])
        try expectNumbers(.logicalXor, [0, 0])
        #expect(try world.allReduce(rank != 3, .logicalAnd) == false)
        #expect(try world.allReduce(rank == 3, .logicalOr) == true)
        #expect(try world.allReduce(rank > 0, .logicalXor) == true)
        #expect(try world.allReduce(Float(rank) + 0.5, .sum) == 8)
        #expect(try world.allReduce(Double(rank) - 0.5, .min) == -0.5)
        #expect(
            try world.allReduce(ComplexNumber(Double(rank), 1), .sum) == ComplexNumber(6, 4)
        )
        let largest = try world.allReduceMaxLocation(Double(rank % 3))
        #expect(largest.value == 2 && largest.rank == 2)
        let smallest = try world.allReduceMinLocation(Float(3 - rank))
        #expect(smallest.value == 0 && smallest.rank == 3)
    }

    @Test("neighbours of a ring and of a grid meet mpi4py's, blocking and immediate")
    func neighbors() async throws {
        try await PythonPeer.meet("neighbors.py") { () throws in
            let world = try PythonPeer.world()
            let ring = try #require(try world.makeCartesian(dimensions: [4], periodic: [true]))
            try Self.meetNeighbors(ring)
            let grid = try #require(try world.makeCartesian(dimensions: [2, 2]))
            #expect(grid.coordinates == [world.rank / 2, world.rank % 2])
            try Self.meetNeighbors(grid)
            try grid.free()
            try ring.free()
        }
    }

    private static func meetNeighbors(_ grid: CartesianCommunicator) throws {
        let rank = grid.rank
        let around = try grid.sourceNeighbors
        let places = around.indices
        // Where there is no neighbour nothing is stored.
        func expected(_ part: (_ neighbor: Int, _ place: Int) -> [Int64], of count: (Int) -> Int) -> [Int64] {
            places.flatMap { place in
                around[place].map { part($0, place) } ?? [Int64](repeating: 0, count: count(place))
            }
        }
        let mine = row(rank, 0..<2)
        let all = expected({ neighbor, _ in row(neighbor, 0..<2) }, of: { _ in 2 })
        var result = [Int64](repeating: 0, count: all.count)
        try grid.neighborAllGather(mine.span, into: &result)
        #expect(result == all)
        let immediate = try grid.immediateNeighborAllGather(keeping: mine).wait()
        for place in places where around[place] != nil {
            #expect(immediate[(2 * place)..<(2 * place + 2)] == all[(2 * place)..<(2 * place + 2)])
        }
        let counts = around.map { $0.map(count(of:)) ?? 0 }
        let own = row(rank, 0..<count(of: rank))
        let together = expected({ neighbor, _ in row(neighbor, 0..<count(of: neighbor)) }, of: { _ in 0 })
        result = [Int64](repeating: 0, count: together.count)
        try grid.neighborAllGather(own.span, counts: counts, into: &result)
        #expect(result == together)
        #expect(try grid.immediateNeighborAllGather(keeping: own, counts: counts).wait() == together)

        // What lies at a place of mine goes to the neighbour there, for whom I am at the place across.
        let parts = row(rank, 0..<(2 * around.count))
        let exchanged = expected(
            { neighbor, place in
                let across = place ^ 1
                return row(neighbor, (2 * across)..<(2 * across + 2))
            },
            of: { _ in 2 }
        )
        result = [Int64](repeating: 0, count: exchanged.count)
        try grid.neighborAllToAll(parts.span, into: &result)
        #expect(result == exchanged)
        let lengths = around.map { $0 == nil ? 0 : 2 }
        let present = places.filter { around[$0] != nil }
        let given = present.flatMap { row(rank, (2 * $0)..<(2 * $0 + 2)) }
        let taken = present.flatMap { exchanged[(2 * $0)..<(2 * $0 + 2)] }
        result = [Int64](repeating: 0, count: taken.count)
        try grid.neighborAllToAll(given.span, counts: lengths, into: &result, resultCounts: lengths)
        #expect(result == taken)
        #expect(
            try grid.immediateNeighborAllToAll(keeping: given, counts: lengths, resultCounts: lengths).wait()
                == taken
        )
        let number = try DerivedDatatype.element(Int64.self)
        let pieces = places.map { DatatypePart(number, count: 2, offset: 2 * $0) }
        result = [Int64](repeating: 0, count: exchanged.count)
        try grid.neighborAllToAll(parts.span, parts: pieces, into: &result, resultParts: pieces)
        #expect(result == exchanged)
    }
}
