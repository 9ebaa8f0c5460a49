import MPI
import RankChecks
import Testing

/// What ranks 0 to `last` combine to, from left to right.
private func folded<Element>(_ last: Int, _ make: (Int) -> Element, _ combine: (Element, Element) -> Element)
    -> Element
{
    (1..<(last + 1)).reduce(make(0)) { combine($0, make($1)) }
}

@Suite("Reductions of buffers")
struct BufferReductionTests {
    @Test(
        "scans and reductions in parts agree with one process, for library operations and closures",
        arguments: [1, 2, 3, 4, 7]
    )
    func forms(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let half = try #require(try world.split(color: world.rank % 2))
            for team in [world, half] {
                let (rank, size) = (team.rank, team.size)
                func make(_ rank: Int) -> Int64 { Int64(rank * 3 + 1) }
                // The function x → a·x + b as a·1000 + b: doing one after the other is associative, and the order counts.
                @Sendable func compose(_ left: Int64, _ right: Int64) -> Int64 {
                    let (a, b) = (left / 1000, left % 1000)
                    let (c, d) = (right / 1000, right % 1000)
                    return a * c % 1000 * 1000 + (c * b + d) % 1000
                }
                let composition = ReduceOperation<Int64> { compose($0, $1) }
                typealias Combine = (Int64, Int64) -> Int64
                let operations: [(ReduceOperation<Int64>, Combine)] = [
                    (.sum, { $0 + $1 }), (.max, { max($0, $1) }),
                    (ReduceOperation { left, _ in left }, { left, _ in left }),
                ]
                for (operation, combine) in operations {
                    #expect(operation(2, 5) == combine(2, 5))
                    #expect(try team.scan(make(rank), operation) == folded(rank, make, combine))
                    let before = rank == 0 ? nil : folded(rank - 1, make, combine)
                    #expect(try team.exclusiveScan(make(rank), operation) == before)
                    for count in [0, 1, 4000] {
                        let mine = [Int64](repeating: make(rank), count: count)
                        var scanned = mine
                        try team.scan(inPlace: &scanned, operation)
                        #expect(scanned == [Int64](repeating: folded(rank, make, combine), count: count))
                        var result = [Int64](repeating: -1, count: count)
                        try team.scan(mine.span, operation, into: &result)
                        #expect(result == scanned)
                        #expect(try team.immediateScan(keeping: mine, operation).wait() == scanned)
                        var exclusive = mine
                        try team.exclusiveScan(inPlace: &exclusive, operation)
                        #expect(exclusive == [Int64](repeating: before ?? make(0), count: count))
                        let later = try team.immediateExclusiveScan(keeping: mine, operation).wait()
                        #expect(later == (rank == 0 ? nil : exclusive))
                        let whole = folded(size - 1, make, combine)
                        #expect(
                            try team.immediateAllReduce(keeping: mine, operation).wait()
                                == mine.map { _ in whole }
                        )
                        for root in 0..<size {
                            let reduced = try team.immediateReduce(keeping: mine, operation, to: root).wait()
                            #expect(reduced == (rank == root ? mine.map { _ in whole } : nil))
                        }
                        let forAll = [Int64](repeating: make(rank), count: size * count)
                        var part = [Int64](repeating: -1, count: count)
                        try team.reduceScatter(forAll.span, operation, into: &part)
                        #expect(part == mine.map { _ in whole })
                        #expect(try team.immediateReduceScatter(keeping: forAll, operation).wait() == part)
                    }
                    let counts = (0..<size).map { ($0 + 1) % 3 }
                    let total = counts.reduce(0, +)
                    let elements = [Int64](repeating: make(rank), count: total)
                    var own = [Int64](repeating: -1, count: counts[rank])
                    try team.reduceScatter(elements.span, counts: counts, operation, into: &own)
                    #expect(own == [Int64](repeating: folded(size - 1, make, combine), count: counts[rank]))
                    #expect(
                        try team.immediateReduceScatter(keeping: elements, counts: counts, operation).wait()
                            == own
                    )
                }
                func makeFunction(_ rank: Int) -> Int64 { Int64((2 * rank + 3) * 1000 + rank + 1) }
                let composed = try team.scan(makeFunction(rank), composition)
                #expect(composed == folded(rank, makeFunction, compose))
                if team !== world { try team.free() }
            }
        }
    }

    @Test(
        "locations are those of the lowest rank that has the value, for every type",
        arguments: [1, 2, 3, 4]
    )
    func locations(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            func check<Value: BufferElement & Comparable>(_ make: (Int) -> Value) throws {
                let values = (0..<world.size).map { make($0 % 3) }
                let mine = values[world.rank]
                let (smallest, largest) = (values.min() ?? mine, values.max() ?? mine)
                let least = try world.allReduceMinLocation(mine)
                #expect(least.value == smallest && least.rank == values.firstIndex(of: smallest))
                let most = try world.allReduceMaxLocation(mine)
                #expect(most.value == largest && most.rank == values.firstIndex(of: largest))
                var pairs = [Located(mine, at: world.rank), Located(mine, at: 100 - world.rank)]
                try world.allReduce(inPlace: &pairs, .maxLocation())
                #expect(pairs[0] == Located(largest, at: values.firstIndex(of: largest) ?? -1))
                #expect(pairs[1].value == largest)
            }
            try check { Double($0) - 1.5 }
            try check { Float($0) - 1.5 }
            try check { $0 - 1 }
            try check { Int64($0 - 1) }
            try check { Int32($0 - 1) }
            try check { Int16($0 - 1) }
            try check { Int8($0 - 1) }
            try check { UInt64($0) }
        }
    }

    @Test(
        "integers are truth values for the logical operations, and reductions work without communication, too"
    )
    func local() async throws {
        try await onRanks(3) { () throws in
            let world = Communicator.world
            #expect(try world.allReduce(Int32(world.rank), .logicalAnd) == 0)
            #expect(try world.allReduce(world.rank + 5, .logicalAnd) == 1)
            #expect(try world.allReduce(UInt8(world.rank), .logicalOr) == 1)
            #expect(try world.allReduce(world.rank == 1 ? 7 : 0, .logicalXor) == 1)
            var higher = [1.0, 2.0]
            try ReduceOperation.sum.reduce([10.0, 20.0], into: &higher)
            #expect(higher == [11, 22])
            #expect(throws: MPIError.self) { try ReduceOperation.sum.reduce([1.0], into: &higher) }
            #expect(ReduceOperation<Int>.sum.isCommutative)
            #expect(!ReduceOperation<Int> { left, _ in left }.isCommutative)
            let whole = ReduceOperation<Int>(overBuffers: { lower, higher in higher[0] += lower[0] })
            var part = [0]
            let error = #expect(throws: MPIError.self) {
                try world.reduceScatter([1, 2, 3].span, whole, into: &part)
            }
            #expect(error?.errorClass == .operation)
        }
    }
}
