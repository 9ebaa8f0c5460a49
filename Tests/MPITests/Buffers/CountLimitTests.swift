import Glibc
import RankChecks
import Testing

@testable import MPI

/// The world, in which no call of C may count beyond a small number.
private func limitedWorld(_ largest: Int) -> Communicator {
    CountLimit.largest = largest
    return Communicator.world
}

/// A structure that travels as 24 bytes.
private struct Triple: BufferElement, Equatable {
    var first, second, third: Int64
}

/// One map x ↦ ax + b behind another, both as one number: associative, and not commutative.
@Sendable private func chained(_ first: Int64, _ second: Int64) -> Int64 {
    let (a, b) = (first / 1000 % 97, first % 1000 % 97)
    let (c, d) = (second / 1000 % 97, second % 1000 % 97)
    return a * c % 97 * 1000 + (a * d + b) % 97
}

@Suite("Counts that C cannot express")
struct CountLimitTests {
    @Test("pieces cover everything, in order, none of them longer than the limit")
    func pieces() {
        #expect(CountLimit.pieces(of: 0, largest: 3) == [0..<0])
        #expect(CountLimit.pieces(of: -1, largest: 3) == [0..<0])
        #expect(CountLimit.pieces(of: 3, largest: 3) == [0..<3])
        #expect(CountLimit.pieces(of: 7, largest: 3) == [0..<3, 3..<6, 6..<7])
        #expect(CountLimit.pieces(of: 3, unitCount: 2, largest: 5) == [0..<2, 2..<3])
        // An element stays together even if it alone is more.
        #expect(CountLimit.pieces(of: 2, unitCount: 8, largest: 5) == [0..<1, 1..<2])
        let real = CountLimit.pieces(of: 1 << 33)
        #expect(real.first?.lowerBound == 0 && real.last?.upperBound == 1 << 33)
        #expect(real.allSatisfy { $0.count <= Int(Int32.max) } && real.map(\.count).reduce(0, +) == 1 << 33)
    }

    @Test(
        "blocks that one rank cannot count are exchanged by all, each as a pattern",
        arguments: [1, 2, 3, 4, 7]
    )
    func blocks(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = limitedWorld(4)
            let (rank, size) = (world.rank, world.size)
            // Only the last rank has a block of more than 4, which alone it and the root know of; some have none.
            let counts = (0..<size).map { $0 == size - 1 ? 6 : $0 % 2 }
            var displacements: [Int] = []
            for (rank, count) in counts.enumerated() {
                displacements.append(rank == 0 ? 1 : displacements[rank - 1] + counts[rank - 1] + 1)
                #expect(count >= 0)
            }
            let length = displacements[size - 1] + counts[size - 1] + 1
            let mine = row(rank, 0..<counts[rank])
            var spread = [Int64](repeating: -1, count: length)
            for source in 0..<size {
                spread.replaceSubrange(
                    displacements[source]..<(displacements[source] + counts[source]),
                    with: row(source, 0..<counts[source])
                )
            }
            let inRow = (0..<size).flatMap { row($0, 0..<counts[$0]) }
            for root in 0..<size {
                var gathered = [Int64](repeating: -1, count: rank == root ? length : 0)
                try world.gather(
                    mine.span,
                    counts: rank == root ? counts : [],
                    displacements: rank == root ? displacements : nil,
                    into: &gathered,
                    to: root
                )
                #expect(gathered == (rank == root ? spread : []))
                var part = [Int64](repeating: -1, count: counts[rank])
                if rank == root {
                    try world.scatter(
                        spread.span,
                        counts: counts,
                        displacements: displacements,
                        into: &part,
                        from: root
                    )
                } else {
                    try world.scatter(nil, counts: [], into: &part, from: root)
                }
                #expect(part == mine)
            }
            var all = [Int64](repeating: -1, count: length)
            try world.allGather(mine.span, counts: counts, displacements: displacements, into: &all)
            #expect(all == spread)
            #expect(try world.allGatherElements(mine.span) == (0..<size).map { row($0, 0..<counts[$0]) })
            #expect(try world.immediateAllGather(keeping: mine, counts: counts).wait() == inRow)

            // Rank r gives rank d r + d elements.
            let given = (0..<size).flatMap { row(rank, $0..<($0 + rank + $0)) }
            let lengths = (0..<size).map { rank + $0 }
            var taken = [Int64](repeating: -1, count: lengths.reduce(0, +))
            try world.allToAll(given.span, counts: lengths, into: &taken, resultCounts: lengths)
            #expect(taken == (0..<size).flatMap { row($0, rank..<(rank + rank + $0)) })
        }
    }

    @Test("elements that are many bytes each are exchanged as patterns", arguments: [1, 3])
    func structures(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = limitedWorld(40)
            func make(_ rank: Int) -> Triple { Triple(first: Int64(rank), second: 2, third: -3) }
            // Two elements are 48 bytes, more than the limit.
            let all = try world.allGatherElements([make(world.rank), make(world.rank)].span)
            #expect(all == (0..<world.size).map { [make($0), make($0)] })
        }
    }

    @Test("a block that C cannot count has the ranks compare lengths, or is refused with the cure")
    func refusals() async throws {
        try await onRanks(2) { () throws in
            let world = limitedWorld(4)
            let rank = world.rank
            // The root expects 5, and gets 6.
            var result = [Int64](repeating: -1, count: rank == 0 ? 6 : 0)
            let mine = row(rank, 0..<(rank == 0 ? 1 : 6))
            let error = #expect(throws: MPIError.self) {
                try world.gather(mine.span, counts: rank == 0 ? [1, 5] : [], into: &result, to: 0)
            }
            #expect(error?.errorClass == (rank == 0 ? .remoteFailure : .truncation))
            #expect(result.allSatisfy { $0 == -1 })

            let immediate = #expect(throws: MPIError.self) {
                _ = try world.immediateScatter(
                    keeping: [Int64](repeating: 0, count: 12),
                    counts: [6, 6],
                    count: 6,
                    from: rank
                )
            }
            #expect(immediate?.errorClass == .count)
            world.agreeOnArguments(false)
            var all = [Int64](repeating: -1, count: 12)
            let refused = #expect(throws: MPIError.self) {
                try world.allGather(row(rank, 0..<6).span, counts: [6, 6], into: &all)
            }
            #expect(refused?.errorClass == .count)
            #expect(refused?.description.contains("agreeOnArguments(true)") == true)
            world.agreeOnArguments(true)
            try world.allGather(row(rank, 0..<6).span, counts: [6, 6], into: &all)
            #expect(all == row(0, 0..<6) + row(1, 0..<6))
        }
    }

    @Test(
        "reductions in pieces agree with those of one piece, blocking, immediate and persistent",
        arguments: [1, 2, 3, 4, 7]
    )
    func reductions(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let ordered = ReduceOperation<Int64>(chained)
            for operation in [.sum, ordered] {
                CountLimit.largest = .max
                let expected = try Self.results(world, operation)
                CountLimit.largest = 3
                #expect(try Self.results(world, operation) == expected)
            }
            // The library's pairs have a hole behind them.
            let mine = (0..<8).map {
                Located(Double(world.rank == $0 % world.size ? 10 + $0 : 0), at: world.rank)
            }
            var most = mine
            try world.allReduce(inPlace: &most, .maxLocation())
            #expect(most == (0..<8).map { Located(Double(10 + $0), at: $0 % world.size) })
            #expect(try world.immediateAllReduce(keeping: mine, .maxLocation()).wait() == most)
        }
    }

    /// The results of all reductions of 8 elements; what is nobody's is left out.
    private static func results(_ world: Communicator, _ operation: ReduceOperation<Int64>) throws
        -> [[Int64]?]
    {
        let (rank, size) = (world.rank, world.size)
        let mine = row(rank, 0..<8)
        var results: [[Int64]?] = []
        var result = mine
        try world.allReduce(inPlace: &result, operation)
        results.append(result)
        results.append(try world.immediateAllReduce(keeping: mine, operation).wait())
        results.append(try world.immediateReduce(keeping: mine, operation, to: size - 1).wait())
        results.append(try world.immediateScan(keeping: mine, operation).wait())
        results.append(try world.immediateExclusiveScan(keeping: mine, operation).wait())
        try world.scan(mine.span, operation, into: &result)
        results.append(result)
        let long = row(rank, 0..<(8 * size))
        try world.reduceScatter(long.span, operation, into: &result)
        results.append(result)
        results.append(try world.immediateReduceScatter(keeping: long, operation).wait())
        let counts = (0..<size).map { $0 % 3 * 4 }
        var part = [Int64](repeating: -1, count: counts[rank])
        let elements = row(rank, 0..<counts.reduce(0, +))
        try world.reduceScatter(elements.span, counts: counts, operation, into: &part)
        results.append(part)
        results.append(try world.immediateReduceScatter(keeping: elements, counts: counts, operation).wait())
        do {
            let sum = try world.makePersistentAllReduce(count: 8, of: Int64.self, operation)
            for round in 0..<2 {
                try sum.withInput { input in
                    for index in 0..<8 { input[index] = mine[index] + Int64(round) }
                }
                try sum.start()
                try sum.wait()
                results.append(try sum.output)
            }
        } catch let error as MPIError where error.errorClass == .notSupported {
            // The library has none.
        }
        return results
    }

    @Test("combinations in the memory of another rank are done in pieces", arguments: [1, 2, 3])
    func windows(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = limitedWorld(3)
            let (rank, size) = (world.rank, world.size)
            let right = (rank + 1) % size
            let window = try world.makeWindow([Int64](repeating: 1, count: 12))
            let mine = row(rank, 0..<10)
            try window.fence { try $0.accumulate(mine, .sum, to: right, at: 1) }
            func own() throws -> [Int64] { try window.withElements { span in span.indices.map { span[$0] } } }
            let once = row((rank + size - 1) % size, 0..<10).map { $0 + 1 }
            #expect(try own() == [1] + once + [1])
            let fetched = try window.fence { try $0.getAccumulate(mine, .sum, to: right, at: 1) }
            #expect(try fetched.elements == mine.map { $0 + 1 })
            #expect(try own() == [1] + zip(once, once).map { $0 + $1 - 1 } + [1])
            try world.barrier()
            try window.lockAll { access in
                try access.immediateAccumulate(mine.map { -$0 }, .sum, to: right, at: 1).wait()
                let before = try access.immediateGetAccumulate(mine.map { -$0 }, .sum, to: right, at: 1)
                    .wait()
                #expect(before == mine.map { $0 + 1 })
            }
            try world.barrier()
            #expect(try own() == [Int64](repeating: 1, count: 12))
            try window.free()
        }
    }

    @Test("more bytes than C can count are packed, and unpacked")
    func packing() async throws {
        try await onRanks(nil) { () throws in
            let column = try DerivedDatatype.vector(
                count: 3,
                blockLength: 1,
                stride: 2,
                of: .element(Int64.self)
            ).resized(extent: 8)
            let elements = row(0, 0..<8)
            for isExternal in [false, true] {
                CountLimit.largest = .max
                let expected = try column.pack(elements.span, count: 3, isExternal: isExternal)
                // One pattern alone has 24 bytes.
                CountLimit.largest = 2
                let bytes = try column.pack(elements.span, count: 3, isExternal: isExternal)
                #expect(bytes == expected && bytes.count == 72)
                var unpacked = [Int64](repeating: -1, count: 8)
                try column.unpack(bytes, into: &unpacked, count: 3, isExternal: isExternal)
                #expect(unpacked == row(0, 0..<7) + [-1])
            }
        }
    }

    @Test(
        "more than 2³¹ elements, really: blocks, reductions, the memory of another rank, packing",
        .enabled(if: getenv("SWIFT_MPI_LARGE_COUNTS") != nil, "takes 10 GiB: set SWIFT_MPI_LARGE_COUNTS")
    )
    func reallyLarge() async throws {
        try await onRanks(2, timeout: .seconds(500)) { () throws in
            let world = Communicator.world
            let rank = world.rank
            let count = 1 << 31 + 5
            // Filled by C, which takes a moment here.
            func filled(_ byte: UInt8, _ count: Int) -> [UInt8] {
                [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                    if let address = buffer.baseAddress { memset(address, Int32(byte), count) }
                    initialized = count
                }
            }
            func expect(_ what: String, _ elements: [UInt8], _ wanted: [Int: UInt8]) {
                for (index, byte) in wanted { #expect(elements[index] == byte, "\(what), \(index)") }
                if world.rank == 0 { print("large: \(what)") }
            }
            do {
                let mine = filled(rank == 0 ? 7 : 9, rank == 0 ? 3 : count)
                var all = filled(1, count + 3)
                try world.allGather(mine.span, counts: [3, count], into: &all)
                expect("all-gather", all, [0: 7, 2: 7, 3: 9, count / 2: 9, count + 2: 9])
            }
            do {
                var mine = filled(UInt8(rank + 3), count)
                mine[count - 1] = UInt8(rank + 100)
                let sum = try world.immediateAllReduce(inPlace: mine, .sum).wait()
                expect("all-reduce", sum, [0: 7, 1 << 30: 7, count - 2: 7, count - 1: 201])
            }
            do {
                let window = try world.makeWindow(count: rank == 0 ? count : 0, of: UInt8.self)
                let mine = rank == 1 ? filled(5, count) : []
                try window.fence { if rank == 1 { try $0.put(mine, to: 0) } }
                func ends() throws -> [UInt8] {
                    try window.withElements { $0.count == 0 ? [] : [$0[0], $0[1 << 30], $0[count - 1]] }
                }
                #expect(try ends() == (rank == 0 ? [5, 5, 5] : []))
                try window.fence { if rank == 1 { try $0.accumulate(mine, .sum, to: 0) } }
                #expect(try ends() == (rank == 0 ? [10, 10, 10] : []))
                if rank == 0 { print("large: put, accumulate") }
                try window.free()
            }
            if rank == 0 {
                var elements = filled(8, count)
                elements[count - 1] = 88
                let byte = try DerivedDatatype.element(UInt8.self)
                let bytes = try byte.pack(elements.span, count: count)
                expect("packed", bytes, [0: 8, count - 2: 8, count - 1: 88])
                memset(&elements, 0, count)
                try byte.unpack(bytes, into: &elements, count: count)
                expect("unpacked", elements, [0: 8, count - 2: 8, count - 1: 88])
            }
            try world.barrier()
        }
    }
}
