import MPI
import RankChecks
import Testing

@Suite("Communicator+Agreement")
struct CommunicatorAgreementTests {
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
}
