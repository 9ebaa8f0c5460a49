import MPI
import RankChecks
import Testing

@Suite("Buffer elements")
struct BufferElementTests {
    /// Sends numbers around, and combines them.
    private static func exchange<Number: BufferElement & Numeric & Comparable>(
        _ world: Communicator,
        _ numbers: [Number]
    ) throws {
        let (rank, size) = (world.rank, world.size)
        var received = numbers.map { _ in 0 as Number }
        try world.sendReceive(
            numbers.span,
            to: (rank + 1) % size,
            into: &received,
            from: (rank + size - 1) % size
        )
        #expect(received == numbers, "\(Number.self)")
        let count = try #require(Number(exactly: size))
        let place = try #require(Number(exactly: rank))
        try world.allReduce(numbers.span, .sum, into: &received)
        #expect(received == numbers.map { $0 * count }, "\(Number.self)")
        #expect(try world.allReduce(place, .max) == count - 1, "\(Number.self)")
        #expect(try world.scan(1 as Number, .sum) == place + 1, "\(Number.self)")
        let others = try world.gather([place].span, to: 0)
        #expect(others == (rank == 0 ? (0..<size).compactMap { Number(exactly: $0) } : nil), "\(Number.self)")
    }

    @Test("numbers of every width travel, and are combined", arguments: [1, 2, 3])
    func numbers(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            try Self.exchange(world, [Int8.min / 4, 0, .max / 4])
            try Self.exchange(world, [Int16.min / 4, 0, .max / 4])
            try Self.exchange(world, [Int32.min / 4, 0, .max / 4])
            try Self.exchange(world, [Int64.min / 4, 0, .max / 4])
            try Self.exchange(world, [Int.min / 4, 0, .max / 4])
            try Self.exchange(world, [UInt8.max / 4])
            try Self.exchange(world, [UInt16.max / 4])
            try Self.exchange(world, [UInt32.max / 4])
            try Self.exchange(world, [UInt64.max / 4])
            try Self.exchange(world, [UInt.max / 4])
            try Self.exchange(world, [Float(1.5), -0.25])
            try Self.exchange(world, [Double(1.5), -0.25])
            if #available(macOS 15, *) {
                try Self.exchange(world, [Int128.min / 4, 0, .max / 4])
                try Self.exchange(world, [UInt128.max / 4])
            }
            #if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
            try Self.exchange(world, [Float16(1.5), -0.25])
            #endif
            #if (arch(x86_64) || arch(i386)) && !os(Windows) && !os(Android)
            // More digits than a Double has.
            try Self.exchange(world, [1 + Float80.ulpOfOne, -0.25])
            #endif
        }
    }
}
