import MPI
import RankChecks
import Testing

@Suite("Agreement on arguments")
struct CommunicatorAgreementTests {
    /// Whether a call fails on every rank, as it should, and leaves the communicator usable.
    private static func failsEverywhere(_ world: Communicator, _ body: () throws -> Void) throws {
        let error = #expect(throws: MPIError.self) { try body() }
        let classes: [ErrorClass] = [.count, .displacement, .argument, .remoteFailure]
        #expect(error.map { classes.contains($0.errorClass) } == true, "\(error as Any)")
        #expect(try world.allReduce(1, .sum) == world.size)
    }

    @Test(
        "counts of parts that are wrong on one rank, or do not fit another's, are an error on every rank",
        arguments: [1, 2, 3, 4]
    )
    func parts(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let ones = [Int](repeating: 1, count: size)
            let elements = [Int](repeating: rank, count: size)
            for wrong in 0..<size {
                let isWrong = rank == wrong
                var result = [Int](repeating: -1, count: size)
                // Too few elements, too few counts, and a negative one.
                let one = [rank]
                let bad = [Array(ones.dropLast()), ones.map { -$0 }, [100] + ones.dropFirst()]
                for counts in bad {
                    try Self.failsEverywhere(world) {
                        try world.allGather(one.span, counts: isWrong ? counts : ones, into: &result)
                    }
                    try Self.failsEverywhere(world) {
                        try world.allToAll(
                            elements.span,
                            counts: isWrong ? counts : ones,
                            into: &result,
                            resultCounts: ones
                        )
                    }
                    try Self.failsEverywhere(world) {
                        try world.allToAll(
                            elements.span,
                            counts: ones,
                            into: &result,
                            resultCounts: isWrong ? counts : ones
                        )
                    }
                }
                // Each rank's counts are right for themselves, but one gives less than is expected of it, or more.
                let nothing = [Int](repeating: 0, count: size)
                try Self.failsEverywhere(world) {
                    try world.allToAll(
                        elements.span,
                        counts: isWrong ? nothing : ones,
                        into: &result,
                        resultCounts: ones
                    )
                }
                try Self.failsEverywhere(world) {
                    try world.allToAll(
                        elements.span,
                        counts: ones,
                        into: &result,
                        resultCounts: isWrong ? nothing : ones
                    )
                }
                let number = try DerivedDatatype.element(Int.self)
                let pieces = (0..<size).map { DatatypePart(number, offset: $0) }
                let others = [
                    (0..<size).map { DatatypePart(number, offset: $0 + size) },
                    Array(pieces.dropLast()),
                    (0..<size).map { DatatypePart(number, count: 0, offset: $0) },
                ]
                for other in others {
                    try Self.failsEverywhere(world) {
                        try world.allToAll(
                            elements.span,
                            parts: isWrong ? other : pieces,
                            into: &result,
                            resultParts: pieces
                        )
                    }
                }
                #expect(result == [Int](repeating: -1, count: size))
                try world.allToAll(elements.span, counts: ones, into: &result, resultCounts: ones)
                #expect(result == Array(0..<size))
                try world.allToAll(elements.span, parts: pieces, into: &result, resultParts: pieces)
                #expect(result == Array(0..<size))
            }
        }
    }

    @Test("an exclusive scan stores what the ranks before have together", arguments: [1, 2, 3, 4, 7])
    func exclusiveScan(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let rank = world.rank
            var result = [-1, -1]
            try world.exclusiveScan([rank, 1].span, .sum, into: &result)
            #expect(result == (rank == 0 ? [-1, -1] : [rank * (rank - 1) / 2, rank]))
            #expect(throws: MPIError.self) { try world.exclusiveScan([1].span, .sum, into: &result) }
        }
    }
}
