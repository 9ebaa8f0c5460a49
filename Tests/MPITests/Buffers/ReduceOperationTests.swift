import MPI
import RankChecks
import Testing

private struct Matrix: BufferElement, Equatable {
    var a, b, c, d: Int32

    static func * (left: Matrix, right: Matrix) -> Matrix {
        Matrix(
            a: left.a &* right.a &+ left.b &* right.c,
            b: left.a &* right.b &+ left.b &* right.d,
            c: left.c &* right.a &+ left.d &* right.c,
            d: left.c &* right.b &+ left.d &* right.d
        )
    }
}

@Suite("ReduceOperation")
struct ReduceOperationTests {
    @Test("a hundred operations at a time keep the order of the ranks", arguments: [1, 2, 3, 4, 7])
    func manyAtATime(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            func own(_ rank: Int, _ index: Int) -> Matrix {
                Matrix(a: Int32(rank + 1), b: Int32(index), c: 1, d: Int32(rank))
            }
            let operations = (0..<100).map { number in
                ReduceOperation<Matrix> { left, right in
                    var product = left * right
                    product.a &+= Int32(number & 0)
                    return product
                }
            }
            for count in [1, 3, 20_000] {
                let elements = (0..<count).map { own(world.rank, $0) }
                let product = (0..<count).map { index in
                    (1..<world.size).reduce(own(0, index)) { $0 * own($1, index) }
                }
                for operation in count == 3 ? operations : [operations[0]] {
                    var everywhere = elements
                    try world.allReduce(inPlace: &everywhere, operation)
                    #expect(everywhere == product)
                }
                for root in 0..<world.size {
                    var result = elements
                    try world.reduce(elements.span, operations[1], into: &result, to: root)
                    #expect(result == (world.rank == root ? product : elements))
                }
            }
        }
    }

    @Test("an operation over whole buffers sees all of them at once", arguments: [1, 2, 3, 4, 7])
    func wholeBuffers(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            // The smallest numbers of both, in order: not a matter of single elements.
            let smallest = ReduceOperation<Int>(isCommutative: true) { lower, higher in
                let merged = (Array(copying: lower) + Array(copying: higher)).sorted()
                for index in higher.indices { higher[index] = merged[index] }
            }
            for count in [0, 1, 5, 100_000] {
                var elements = (0..<count).map { $0 * world.size + world.rank }
                try world.allReduce(inPlace: &elements, smallest)
                #expect(elements == Array(0..<count))
            }
            #expect(try world.allReduce(world.rank + 3, smallest) == 3)
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

extension Array where Element: BitwiseCopyable {
    fileprivate init(copying span: borrowing Span<Element>) {
        self = span.indices.map { span[$0] }
    }

    fileprivate init(copying span: borrowing MutableSpan<Element>) {
        self = span.indices.map { span[$0] }
    }
}
