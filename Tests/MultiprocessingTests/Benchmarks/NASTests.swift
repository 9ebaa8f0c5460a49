import MPI
import RankChecks
import Testing

@testable import swift_mpi

@Suite("The NAS kernels")
struct NASTests {
    @Test("skipping numbers comes to the same as asking for them", arguments: [0, 1, 2, 7, 1000])
    func skipping(count: Int) {
        var (asked, skipped) = (NASRandom(seed: 314_159_265), NASRandom(seed: 314_159_265))
        for _ in 0..<count { _ = asked.next() }
        skipped.skip(count)
        #expect(asked.state == skipped.state)
    }

    @Test("filling an array comes to the same as asking for its numbers")
    func filling() {
        var (asked, filled) = (NASRandom(seed: 271_828_183), NASRandom(seed: 271_828_183))
        var numbers = [Double](repeating: 0, count: 101)
        filled.fill(&numbers)
        #expect(numbers == numbers.map { _ in asked.next() })
        #expect(asked.state == filled.state)
    }

    @Test("the ranks' keys together are those of one rank alone")
    func keys() {
        let problem = ISProblem(.s)
        let alone = problem.makeKeys(rank: 0, rankCount: 1)
        #expect(alone == (0..<4).flatMap { problem.makeKeys(rank: $0, rankCount: 4) })
        #expect(alone.allSatisfy { (0..<Int32(problem.range)).contains($0) })
    }

    @Test("IS of class S finds the published ranks, and puts all keys in order", arguments: [1, 2, 4])
    func integerSort(ranks: Int) async throws {
        try await onRanks(ranks) {
            var kernel = ISKernel(.s, on: .world)
            for iteration in 1...ISProblem.iterations { try kernel.rank(iteration: iteration) }
            #expect(try kernel.verify())
        }
    }

    @Test("IS that was not done as often as published is not verified")
    func unfinished() async throws {
        try await onRanks(2) {
            var kernel = ISKernel(.s, on: .world)
            for iteration in 1..<ISProblem.iterations { try kernel.rank(iteration: iteration) }
            #expect(try !kernel.verify())
        }
    }

    @Test("EP of class S comes to the published sums, and takes no others for them")
    func embarrassinglyParallel() async throws {
        try await onRanks(2) {
            let kernel = EPKernel(.s)
            var result = try kernel.run(on: .world)
            #expect(kernel.verify(result))
            // Nothing is left of the first time.
            #expect(try kernel.verify(kernel.run(on: .world)))
            #expect(result.counts.reduce(0, +) == 13_176_389)
            result.sumY += 0.001
            #expect(!kernel.verify(result))
        }
    }
}
