import MPI
import RankChecks
import Testing

private struct ReduceCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        let mine = samples[team.rank]
        for root in 0..<team.size {
            let isRoot = team.rank == root
            #expect(
                try team.reduce([mine], to: root) { $0 + $1 } == (isRoot ? samples[0..<team.size] : nil)
            )
            #expect(try team.reduce(mine, to: root) { $1 } == (isRoot ? samples[team.size - 1] : nil))
        }
    }
}

@Suite("Communicator+Reduce")
struct CommunicatorReduceTests {
    @Test("values are combined in the order of the ranks, whoever is root", arguments: [1, 2, 3, 4, 5, 7])
    func values(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            for root in 0..<world.size {
                for count in [1, 3000, 50_000] {
                    func text(_ rank: Int) -> String { String(repeating: "\(rank)", count: count) }
                    let result = try world.reduce(text(world.rank), to: root) { $0 + $1 }
                    #expect(result == (world.rank == root ? (0..<world.size).map(text).joined() : nil))
                }
            }
        }
    }

    @Test(
        "every kind of value is combined in the order of the ranks, at every root",
        arguments: [1, 2, 3, 4, 7]
    )
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in try await ReduceCheck().everywhere() }
    }

    @Test("an error while combining reaches the root", arguments: [2, 3, 4, 5])
    func combineFails(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            // Rank 0 combines its own with that of rank 1 first.
            func combine(_ left: Int, _ right: Int) throws -> Int {
                if left == 0 { throw Unencodable() }
                return left + right
            }
            let root = world.size - 1
            if world.rank == 0 {
                #expect(throws: Unencodable.self) { try world.reduce(world.rank, to: root, combine) }
            } else {
                if world.rank == root {
                    let error = #expect(throws: MPIError.self) {
                        try world.reduce(world.rank, to: root, combine)
                    }
                    #expect(error?.errorClass == .remoteFailure && error?.text.contains("rank 0") == true)
                } else {
                    #expect(try world.reduce(world.rank, to: root, combine) == nil)
                }
            }
            try world.barrier()
        }
    }

    @Test("every operation of MPI gives what Swift would", arguments: [1, 2, 3, 4])
    func operations(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let ranks = 0..<world.size
            func check<Element: BufferElement & Equatable>(
                _ operation: ReduceOperation<Element>,
                _ element: (Int) -> Element,
                _ combine: (Element, Element) -> Element
            ) throws {
                let expected = ranks.dropFirst().reduce(element(0)) { combine($0, element($1)) }
                #expect(try world.allReduce(element(world.rank), operation) == expected)
                let root = world.size - 1
                #expect(
                    try world.reduce(element(world.rank), operation, to: root)
                        == (world.rank == root ? expected : nil)
                )
            }
            func checkInteger<Number: BufferElement & FixedWidthInteger>(_ type: Number.Type) throws {
                try check(.sum, { Number($0 + 1) }, +)
                try check(.product, { Number($0 + 1) }, *)
                try check(.min, { Number($0 ^ 2) }, { Swift.min($0, $1) })
                try check(.max, { Number($0 ^ 1) }, { Swift.max($0, $1) })
                try check(.bitwiseAnd, { Number(127 - $0) }, &)
                try check(.bitwiseOr, { Number($0) }, |)
                try check(.bitwiseXor, { Number($0 * 3) }, ^)
            }
            try checkInteger(Int8.self)
            try checkInteger(Int16.self)
            try checkInteger(Int32.self)
            try checkInteger(Int64.self)
            try checkInteger(Int.self)
            try checkInteger(UInt8.self)
            try checkInteger(UInt16.self)
            try checkInteger(UInt32.self)
            try checkInteger(UInt64.self)
            try checkInteger(UInt.self)
            try check(.sum, { Double($0) + 0.5 }, +)
            try check(.product, { Float($0) + 0.5 }, *)
            try check(.min, { -Double($0) }, { Swift.min($0, $1) })
            try check(.max, { Float($0) }, { Swift.max($0, $1) })
            try check(.logicalAnd, { $0 != 1 }, { $0 && $1 })
            try check(.logicalOr, { $0 == 1 }, { $0 || $1 })
            try check(.logicalXor, { $0 != 1 }, { $0 != $1 })
        }
    }

    @Test("elements are combined index by index, into memory or in place", arguments: [1, 2, 3, 4])
    func buffers(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            for root in 0..<world.size {
                for count in [0, 1, 3, 50_000] {
                    let own = (0..<count).map { Double($0 + world.rank) }
                    let ranks = world.size * (world.size - 1) / 2
                    let sum = (0..<count).map { Double($0 * world.size + ranks) }
                    var result = [Double](repeating: -1, count: world.rank == root ? count : 0)
                    try world.reduce(own.span, .sum, into: &result, to: root)
                    #expect(result == (world.rank == root ? sum : []))
                    var inPlace = own
                    try world.reduce(inPlace: &inPlace, .sum, to: root)
                    if world.rank == root { #expect(inPlace == sum) }
                }
            }
        }
    }

    @Test(
        "an operation made of a closure keeps the order of the ranks, for structures too",
        arguments: [1, 2, 3, 4, 5, 7]
    )
    func closures(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            // The left one wins: not commutative.
            let first = ReduceOperation<Int32> { left, _ in left }
            let last = ReduceOperation<Int32> { _, right in right }
            let digits = ReduceOperation<Particle> { left, right in
                Particle(x: left.x * right.y + right.x, y: left.y * right.y, kind: left.kind)
            }
            for root in 0..<world.size {
                #expect(
                    try world.reduce(Int32(world.rank), first, to: root) == (world.rank == root ? 0 : nil)
                )
                #expect(try world.allReduce(Int32(world.rank), last) == Int32(world.size - 1))
                let own = [Particle](
                    repeating: Particle(x: Double(world.rank), y: 10, kind: Int32(world.rank)),
                    count: 500
                )
                let number = (0..<world.size).reduce(0.0) { $0 * 10 + Double($1) }
                var result = own
                try world.reduce(own.span, digits, into: &result, to: root)
                if world.rank == root { #expect(result.allSatisfy { $0.x == number && $0.kind == 0 }) }
                result = own
                try world.allReduce(inPlace: &result, digits)
                #expect(result.allSatisfy { $0.x == number })
            }
        }
    }
}
