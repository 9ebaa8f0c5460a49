import MPI
import RankChecks
import Testing

@Suite("Complex numbers")
struct ComplexNumberTests {
    @Test("are added and multiplied by the library as in algebra", arguments: [1, 2, 3])
    func reductions(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let mine = ComplexNumber(Double(world.rank), 1)
            let all = (0..<world.size).map { ComplexNumber(Double($0), 1) }
            let two = [mine, mine]
            var sums = two
            try world.allReduce(two.span, .sum, into: &sums)
            #expect(sums == Array(repeating: all.reduce(0, +), count: 2))
            var products = two
            try world.allReduce(two.span, .product, into: &products)
            #expect(products == Array(repeating: all.reduce(1, *), count: 2))
            let short = ComplexNumber<Float>(1, -1)
            #expect(try world.allReduce(short, .sum) == ComplexNumber(Float(world.size), -Float(world.size)))
            // As a value, and with an operation that the library has not.
            #expect(try world.allReduce(mine, .sum) == all.reduce(0, +))
            let farthest = ReduceOperation<ComplexNumber<Double>> { $0.magnitude > $1.magnitude ? $0 : $1 }
            #expect(try world.allReduce(mine, farthest) == all[world.size - 1])
        }
    }

    @Test("know their magnitude even where the squares overflow")
    func magnitude() {
        #expect(ComplexNumber(3.0, -4.0).magnitude == 5)
        #expect(ComplexNumber(0.0, 0.0).magnitude == 0)
        #expect(ComplexNumber(3e300, 4e300).magnitude == 5e300)
        #expect(ComplexNumber(Double.infinity, 1).magnitude == .infinity)
        #expect(ComplexNumber<Double>(exactly: 7) == 7)
        #expect(ComplexNumber<Float>(exactly: Int.max) == nil)
    }
}
