import MPI
import RankChecks
import Testing

/// A square matrix whose rows belong to the ranks: element (rank, column) is `rank * 1000 + column`.
private func row(_ rank: Int, _ size: Int) -> [Int32] { (0..<size).map { Int32(rank * 1000 + $0) } }

@Suite("All-to-all with patterns")
struct AllToAllPartsTests {
    @Test("columns become rows in all forms, and what lies between stays", arguments: [1, 2, 3, 4, 7])
    func transposes(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            // Each rank has two rows of `size` columns; what it gives rank r is column r, and it stores it backwards, every second place.
            let mine = row(2 * rank, size) + row(2 * rank + 1, size)
            let element = try DerivedDatatype.element(Int32.self)
            let column = try DerivedDatatype.vector(count: 2, blockLength: 1, stride: size, of: element)
            let spread = try DerivedDatatype.vector(count: 2, blockLength: 1, stride: 2, of: element)
            let parts = (0..<size).map { DatatypePart(column, offset: $0) }
            let resultParts = (0..<size).map { DatatypePart(spread, offset: 4 * (size - 1 - $0)) }
            let blank = [Int32](repeating: -1, count: 4 * size)
            var expected = blank
            for source in 0..<size {
                let place = 4 * (size - 1 - source)
                expected[place] = Int32(2 * source * 1000 + rank)
                expected[place + 2] = Int32((2 * source + 1) * 1000 + rank)
            }

            var result = blank
            try world.allToAll(mine.span, parts: parts, into: &result, resultParts: resultParts)
            #expect(result == expected)

            let later = try world.immediateAllToAll(
                keeping: mine,
                parts: parts,
                into: blank,
                resultParts: resultParts
            ).wait()
            #expect(later == expected)

            let again: PersistentRequest<Int32>
            do throws(MPIError) {
                again = try world.makePersistentAllToAll(
                    count: mine.count,
                    of: Int32.self,
                    parts: parts,
                    resultCount: blank.count,
                    resultParts: resultParts
                )
            } catch {
                #expect(error.errorClass == .notSupported)
                return
            }
            for step: Int32 in 0..<3 {
                try again.withInput { span in
                    for index in mine.indices { span[index] = mine[index] + step }
                }
                try again.withOutput { span in for index in blank.indices { span[index] = -1 } }
                try again.start()
                try again.wait()
                #expect(try again.output == expected.map { $0 < 0 ? $0 : $0 + step })
            }
        }
    }

    @Test("neighbours get patterns in all forms", arguments: [1, 2, 3, 5])
    func neighbors(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let ring = try #require(try world.makeCartesian(dimensions: [world.size], periodic: [true]))
            defer { #expect(throws: Never.self) { try ring.free() } }
            let (rank, size) = (ring.rank, ring.size)
            let mine: [Int32] = (0..<6).map { Int32(rank * 10 + $0) }
            let element = try DerivedDatatype.element(Int32.self)
            let even = try DerivedDatatype.vector(count: 3, blockLength: 1, stride: 2, of: element)
            // The lower neighbour gets the even places, the upper one the odd places; each stores them side by side.
            let parts = [DatatypePart(even, offset: 0), DatatypePart(even, offset: 1)]
            let resultParts = [DatatypePart(element, count: 3), DatatypePart(element, count: 3, offset: 4)]
            let blank = [Int32](repeating: -1, count: 7)
            let (below, above) = ((rank + size - 1) % size, (rank + 1) % size)
            // A rank that is its own neighbour, or has the same one twice, may get them in the other order.
            let expected =
                [1, 3, 5].map { Int32(below * 10 + $0) } + [-1] + [0, 2, 4].map { Int32(above * 10 + $0) }
            let swapped =
                [0, 2, 4].map { Int32(below * 10 + $0) } + [-1] + [1, 3, 5].map { Int32(above * 10 + $0) }
            let allowed = size > 2 ? [expected] : [expected, swapped]

            var result = blank
            try ring.neighborAllToAll(mine.span, parts: parts, into: &result, resultParts: resultParts)
            #expect(allowed.contains(result))
            let later = try ring.immediateNeighborAllToAll(
                keeping: mine,
                parts: parts,
                into: blank,
                resultParts: resultParts
            ).wait()
            #expect(allowed.contains(later))
            let again: PersistentRequest<Int32>
            do throws(MPIError) {
                again = try ring.makePersistentNeighborAllToAll(
                    count: 6,
                    parts: parts,
                    resultCount: 7,
                    resultParts: resultParts
                )
            } catch {
                #expect(error.errorClass == .notSupported)
                return
            }
            try again.withInput { span in for index in mine.indices { span[index] = mine[index] } }
            try again.withOutput { span in for index in blank.indices { span[index] = -1 } }
            try again.start()
            try again.wait()
            let output = try again.output
            #expect(allowed.contains(output))
        }
    }

    @Test("parts that do not fit are refused, and nothing is begun")
    func refusals() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let element = try DerivedDatatype.element(Int32.self)
            let two: [Int32] = [1, 2]
            func exchange(_ parts: [DatatypePart]) throws(MPIError) -> ErrorClass? {
                var result: [Int32] = [0, 0]
                let good = [DatatypePart(element), DatatypePart(element, offset: 1)]
                do throws(MPIError) {
                    try world.allToAll(two.span, parts: parts, into: &result, resultParts: good)
                    return nil
                } catch {
                    return error.errorClass
                }
            }
            #expect(try exchange([DatatypePart(element)]) == .count)
            #expect(try exchange([DatatypePart(element), DatatypePart(element, offset: 2)]) == .argument)
            #expect(try exchange([DatatypePart(element), DatatypePart(element, count: -1)]) == .argument)
            #expect(try exchange([DatatypePart(element), DatatypePart(element, offset: 1)]) == nil)
        }
    }
}
