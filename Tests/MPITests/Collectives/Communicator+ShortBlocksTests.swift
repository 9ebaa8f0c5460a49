import RankChecks
import Testing

@testable import MPI

/// The collective operations in which short blocks go along with what the ranks say of their arguments.
@Suite("Communicator+ShortBlocks")
struct CommunicatorShortBlocksTests {
    /// What a rank gives another: a number that says which element of whose it is.
    private static func element(_ index: Int, from source: Int, to target: Int) -> Int {
        (source * 100 + target) * 1000 + index
    }

    @Test(
        "blocks that have room in a slot, and such that have not, arrive whole, whatever lies between them",
        arguments: [1, 2, 3, 4, 7]
    )
    func lengths(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let most = Slot.capacity / MemoryLayout<Int>.stride
            // From nothing to what has no room; where it begins to have none only one rank has such a block.
            for base in [0, 1, most - size, most - size + 1, most, most + 1] {
                func count(_ source: Int, _ target: Int) -> Int { max(0, base + (source + target) % size) }
                let counts = (0..<size).map { count($0, 0) }
                let own = (0..<counts[rank]).map { Self.element($0, from: rank, to: 0) }
                let all = (0..<size).map { source in
                    (0..<counts[source]).map { Self.element($0, from: source, to: 0) }
                }
                var gathered = [Int](repeating: -1, count: counts.reduce(0, +))
                try world.allGather(own.span, counts: counts, into: &gathered)
                #expect(gathered == Array(all.joined()))
                // The last block first, and one element between each two.
                let length = base + size + 1
                let places = (0..<size).map { (size - 1 - $0) * length }
                var spread = [Int](repeating: -1, count: size * length)
                let expected = (0..<size).reversed().flatMap { source in
                    all[source] + [Int](repeating: -1, count: length - counts[source])
                }
                try world.allGather(own.span, counts: counts, displacements: places, into: &spread)
                #expect(spread == expected)
                for other in 0..<size where other != rank {
                    for index in 0..<counts[other] { spread[places[other] + index] = -2 }
                }
                try world.allGather(inPlace: &spread, counts: counts, displacements: places)
                #expect(spread == expected)

                let (given, taken) = (
                    (0..<size).map { count(rank, $0) }, (0..<size).map { count($0, rank) }
                )
                let parts = (0..<size).map { target in
                    (0..<given[target]).map { Self.element($0, from: rank, to: target) }
                }
                let expectedParts = (0..<size).map { source in
                    (0..<taken[source]).map { Self.element($0, from: source, to: rank) }
                }
                var exchanged = [Int](repeating: -1, count: taken.reduce(0, +))
                let joined = Array(parts.joined())
                try world.allToAll(joined.span, counts: given, into: &exchanged, resultCounts: taken)
                #expect(exchanged == Array(expectedParts.joined()))
                // What a rank gives another is as long as what that one gives it.
                var inPlace = [Int](repeating: -1, count: size * length)
                for target in 0..<size {
                    for index in 0..<given[target] { inPlace[places[target] + index] = parts[target][index] }
                }
                let source = inPlace
                var result = [Int](repeating: -1, count: size * length)
                try world.allToAll(
                    source.span,
                    counts: given,
                    displacements: places,
                    into: &result,
                    resultCounts: taken,
                    resultDisplacements: places
                )
                let expectedResult = (0..<size).reversed().flatMap { source in
                    expectedParts[source] + [Int](repeating: -1, count: length - taken[source])
                }
                #expect(result == expectedResult)
                try world.allToAll(inPlace: &inPlace, counts: given, displacements: places)
                #expect(inPlace == expectedResult)
            }
        }
    }

    @Test(
        "blocks of one length arrive whole, whether or not they have room in a slot",
        arguments: [1, 2, 3, 4, 7]
    )
    func sameLength(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let most = Slot.capacity / MemoryLayout<Int>.stride
            for count in [0, 1, most, most + 1] {
                func block(_ source: Int, _ target: Int) -> [Int] {
                    (0..<count).map { Self.element($0, from: source, to: target) }
                }
                let own = block(rank, 0)
                let all = (0..<size).flatMap { block($0, 0) }
                var gathered = [Int](repeating: -1, count: size * count)
                try world.allGather(own.span, into: &gathered)
                #expect(gathered == all)
                for index in gathered.indices where index / max(1, count) != rank { gathered[index] = -2 }
                try world.allGather(inPlace: &gathered)
                #expect(gathered == all)

                let given = (0..<size).flatMap { block(rank, $0) }
                let taken = (0..<size).flatMap { block($0, rank) }
                var exchanged = [Int](repeating: -1, count: size * count)
                try world.allToAll(given.span, into: &exchanged)
                #expect(exchanged == taken)
                exchanged = given
                try world.allToAll(inPlace: &exchanged)
                #expect(exchanged == taken)
            }
        }
    }

    // More ranks than exchange slots as well.
    @Test("elements of another length on one rank are an error on every rank", arguments: [2, 3, 33])
    func elementLengths(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let ones = [Int](repeating: 1, count: size)
            func fails<Element: BufferElement & ExpressibleByIntegerLiteral & Equatable>(
                with zero: Element
            ) throws {
                let (own, parts) = ([zero], [Element](repeating: zero, count: size))
                var result = [Element](repeating: 1, count: size)
                let error = #expect(throws: MPIError.self) {
                    try world.allGather(own.span, counts: ones, into: &result)
                }
                #expect(error?.errorClass == .count)
                let other = #expect(throws: MPIError.self) {
                    try world.allToAll(parts.span, counts: ones, into: &result, resultCounts: ones)
                }
                #expect(other?.errorClass == .count)
                #expect(result == [Element](repeating: 1, count: size))
            }
            if rank == 1 { try fails(with: Int32(0)) } else { try fails(with: Int64(0)) }
            #expect(try world.allReduce(1, .sum) == size)
        }
    }

    @Test(
        "elements of another length on one rank are an error on every rank although they take as many bytes",
        arguments: [2, 3, 33]
    )
    func elementLengthsWithoutCounts(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let errors =
                world.rank == 1
                ? Self.errors(with: Int32(0), count: 2, on: world)
                : Self.errors(with: Int64(0), count: 1, on: world)
            #expect(errors == [ErrorClass?](repeating: .count, count: 5))
            #expect(try world.allReduce(1, .sum) == world.size)
        }
    }

    /// The classes of the errors of operations without counts, with so many elements for each rank, and at last with one.
    private static func errors<Element: BufferElement>(
        with element: Element,
        count: Int,
        on world: Communicator
    ) -> [ErrorClass?] {
        let own = [Element](repeating: element, count: count)
        let parts = [Element](repeating: element, count: count * world.size)
        var (result, few) = (parts, [Element](repeating: element, count: world.size))
        return [
            errorClass { try world.allGather(own.span, into: &result) },
            errorClass { try world.allGather(inPlace: &result) },
            errorClass { try world.allToAll(parts.span, into: &result) },
            errorClass { try world.allToAll(inPlace: &result) },
            errorClass { try world.allGather(CollectionOfOne(element).span, into: &few) },
        ]
    }

    private static func errorClass(of operation: () throws -> Void) -> ErrorClass? {
        do {
            try operation()
            return nil
        } catch {
            return (error as? MPIError)?.errorClass
        }
    }

    @Test("a truth value that is neither 0 nor 1 becomes true")
    func truthValues() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let ones = [1, 1]
            // What a program in C may send.
            if world.rank == 1 {
                let (bytes, two): ([UInt8], [UInt8]) = ([2], [2, 2])
                var results: [UInt8] = [0, 0]
                try world.allGather(bytes.span, counts: ones, into: &results)
                try world.allToAll(two.span, counts: ones, into: &results, resultCounts: ones)
                return
            }
            let (one, two) = ([false], [false, false])
            var results = [false, false]
            try world.allGather(one.span, counts: ones, into: &results)
            #expect(results.withUnsafeBytes { Array($0) } == [0, 1])
            try world.allToAll(two.span, counts: ones, into: &results, resultCounts: ones)
            #expect(results.withUnsafeBytes { Array($0) } == [0, 1])
        }
    }
}
