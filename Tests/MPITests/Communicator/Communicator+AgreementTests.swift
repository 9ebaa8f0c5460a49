import MPI
import RankChecks
import Testing

@Suite("Communicator+Agreement")
struct CommunicatorAgreementTests {
    /// Whether a call fails on every rank, as it should, and leaves the communicator usable.
    private static func failsEverywhere(_ world: Communicator, _ body: () throws -> Void) throws {
        let error = #expect(throws: MPIError.self) { try body() }
        let classes: [ErrorClass] = [.count, .displacement, .argument, .remoteFailure]
        #expect(error.map { classes.contains($0.errorClass) } == true, "\(error as Any)")
        #expect(try world.allReduce(1, .sum) == world.size)
    }

    @Test(
        "a wrong count on one rank is an error on every rank, and the communicator goes on",
        arguments: [2, 3]
    )
    func wrongCounts(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            func everywhere(_ body: () throws -> Void) throws { try Self.failsEverywhere(world, body) }
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
}
