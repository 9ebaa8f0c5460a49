import MPI
import RankChecks
import Testing

/// A matrix of four rows and five columns, whose numbers say whose it is.
private func matrix(of rank: Int) -> [Int32] { (0..<20).map { Int32(100 * rank + $0) } }

/// One column of it.
private func column() throws -> DerivedDatatype {
    try .vector(count: 4, blockLength: 1, stride: 5, of: .element(Int32.self))
}

/// A matrix in which one column is another's.
private func matrix(of rank: Int, column: Int, from other: Int, _ theirs: Int) -> [Int32] {
    var result = matrix(of: rank)
    for row in 0..<4 { result[5 * row + column] = matrix(of: other)[5 * row + theirs] }
    return result
}

@Suite("Patterns in whatever takes elements")
struct DatatypeExchangeTests {
    @Test("an immediate receive stores a message where the pattern has it", arguments: [1, 2, 3])
    func immediateReceive(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let (left, right) = ((rank + size - 1) % size, (rank + 1) % size)
            let column = try column()
            let pending = try world.immediateReceive(
                into: matrix(of: rank),
                as: column,
                offset: 4,
                from: left
            )
            try world.immediateSend(keeping: matrix(of: rank), as: column, offset: 1, to: right).wait()
            #expect(try await pending.value == matrix(of: rank, column: 4, from: left, 1))
            // A shorter message fills a part of the pattern; a longer one is refused, and gone.
            let short = try world.immediateReceive(into: matrix(of: 7), as: column, from: left)
            try world.immediateSend(keeping: [Int32(-1)], to: right).wait()
            #expect(try short.wait() == [-1] + matrix(of: 7).dropFirst())
            let tooLong = try world.immediateReceive(into: matrix(of: 7), as: column, from: left)
            try world.immediateSend(keeping: [Int32](repeating: 1, count: 5), to: right).wait()
            do {
                _ = try tooLong.wait()
                Issue.record("five numbers do not fit into a column of four")
            } catch let error as MPIError {
                #expect(error.errorClass == .truncation)
            }
            #expect(throws: MPIError.self) {
                _ = try world.immediateReceive(into: matrix(of: 0), as: column, offset: 5, from: left)
            }
            let last = try world.immediateProbe()
            #expect(last == nil)
        }
    }

    @Test("a send and a receive with patterns of their own run together", arguments: [1, 2, 3])
    func sendReceive(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let (left, right) = ((rank + size - 1) % size, (rank + 1) % size)
            let column = try column()
            var field = matrix(of: rank)
            let status = try world.sendReceive(
                matrix(of: rank).span,
                part: DatatypePart(column, offset: 3),
                to: right,
                into: &field,
                part: DatatypePart(column),
                from: left
            )
            #expect(field == matrix(of: rank, column: 0, from: left, 3))
            #expect(status.source == left && status.count(of: Int32.self) == 4)
            let error = #expect(throws: MPIError.self) {
                try world.sendReceive(
                    matrix(of: rank).span,
                    part: DatatypePart(column, offset: 3),
                    to: right,
                    into: &field,
                    part: DatatypePart(column),
                    from: left,
                    tag: 5,
                    timeout: .milliseconds(1)
                )
            }
            #expect(error?.errorClass == .timedOut)
            try world.receive(into: &field, from: left)
        }
    }

    @Test("what cannot be received is not sent either")
    func wrongReceive() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let other = 1 - world.rank
            let column = try column()
            var field = matrix(of: 7)
            func refuses(_ part: DatatypePart, _ source: Int, _ tag: Int) {
                #expect(throws: MPIError.self) {
                    try world.sendReceive(
                        matrix(of: 0).span,
                        part: DatatypePart(column),
                        to: other,
                        into: &field,
                        part: part,
                        from: source,
                        tag: tag
                    )
                }
            }
            refuses(DatatypePart(column, offset: 5), other, 0)
            refuses(DatatypePart(column), 2, 0)
            refuses(DatatypePart(column), other, -1)
            // Whatever had been sent would be here before this.
            try world.immediateSend(keeping: [Int32(-1)], to: other).wait()
            let status = try world.receive(into: &field, from: other)
            #expect(status.count(of: Int32.self) == 1 && field == [-1] + matrix(of: 7).dropFirst())
        }
    }

    @Test(
        "a broadcast fills a pattern, and one that is wrong on one rank is an error on all",
        arguments: [1, 2, 4]
    )
    func broadcast(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let rank = world.rank
            let column = try column()
            for root in 0..<world.size {
                var field = matrix(of: rank)
                try world.broadcast(inPlace: &field, as: column, offset: 2, from: root)
                #expect(field == matrix(of: rank, column: 2, from: root, 2))
                #expect(throws: MPIError.self) {
                    try world.broadcast(inPlace: &field, as: column, offset: rank == root ? 5 : 0, from: root)
                }
                #expect(throws: MPIError.self) {
                    try world.broadcast(
                        inPlace: &field,
                        as: column,
                        count: rank == root ? .max : 1,
                        from: root
                    )
                }
            }
            try world.barrier()
        }
    }

    @Test("columns are put to and got from other ranks' memory, from column to column", arguments: [1, 2, 3])
    func windows(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let (left, right) = ((rank + size - 1) % size, (rank + 1) % size)
            let column = try column()
            let window = try world.makeWindow(matrix(of: rank))
            try window.fence { access in
                try access.put(
                    matrix(of: rank),
                    part: DatatypePart(column, offset: 4),
                    to: right,
                    in: DatatypePart(column, offset: 1)
                )
            }
            let expected = matrix(of: rank, column: 1, from: left, 4)
            #expect(try window.withElements { span in span.indices.map { span[$0] } } == expected)
            let fetched = try window.fence { access in
                try access.get(
                    into: matrix(of: rank),
                    part: DatatypePart(column, offset: 3),
                    from: left,
                    in: DatatypePart(column, offset: 2)
                )
            }
            #expect(try fetched.elements == matrix(of: rank, column: 3, from: left, 2))
            try window.lock(rank) { access in
                let wrong = [
                    (DatatypePart(column, offset: 5), DatatypePart(column)),
                    (DatatypePart(column), DatatypePart(column, offset: 5)),
                    (DatatypePart(column), DatatypePart(column, count: 0)),
                ]
                for (own, other) in wrong {
                    #expect(throws: MPIError.self) {
                        try access.put(matrix(of: rank), part: own, to: rank, in: other)
                    }
                }
            }
            try window.free()
        }
    }

    @Test("a pattern is written one element behind the other, and read into another one", arguments: [1, 2])
    func files(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let rank = world.rank
            let column = try column()
            // A name that no other job has.
            let path =
                "/tmp/swift-mpi-patterns-\(try world.broadcast(UInt64.random(in: 0 ... .max), from: 0))"
            try world.withFile(path, [.create, .readWrite, .deleteOnClose]) { file in
                let place = FilePlace.offset(16 * rank)
                try file.write(matrix(of: rank).span, as: column, offset: 2, at: place, collectively: true)
                #expect(
                    try file.read(count: 4, of: Int32.self, at: place)
                        == [2, 7, 12, 17].map { Int32(100 * rank + $0) }
                )
                var field = matrix(of: 9)
                #expect(
                    try file.read(into: &field, as: column, offset: 4, at: place, collectively: true) == 4
                )
                #expect(field == matrix(of: 9, column: 4, from: rank, 2))
                #expect(throws: MPIError.self) {
                    try file.read(into: &field, as: column, offset: 5, at: place)
                }
            }
        }
    }
}
