import MPI
import RankChecks
import Testing

@Suite("Located")
struct LocatedTests {
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
}
