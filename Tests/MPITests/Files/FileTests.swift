import Glibc
import MPI
import RankChecks
import Testing

/// A name for a file of this test, the same on all ranks.
private func temporaryPath(_ world: Communicator) throws -> String {
    try world.broadcast(from: 0) { "/tmp/swift-mpi-file-test-\(getpid())" }
}

/// What a body throws.
private func error(of body: () throws -> Void) -> MPIError? {
    do {
        try body()
        return nil
    } catch {
        return error as? MPIError
    }
}

@Suite("File")
struct FileTests {
    @Test(
        "ranks write and read at places, at their pointer and at the shared one, alone and together",
        arguments: [1, 2, 3, 4]
    )
    func access(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let path = try temporaryPath(world)
            let numbers = (0..<100).map { Int32(rank * 1000 + $0) }
            let all = (0..<size).flatMap { rank in (0..<100).map { Int32(rank * 1000 + $0) } }
            try world.withFile(path, [.create, .readWrite, .deleteOnClose]) { file in
                for isCollective in [false, true] {
                    try file.write(numbers.span, at: .offset(rank * 400), collectively: isCollective)
                    try file.synchronize()
                    try world.barrier()
                    let size = try file.byteCount
                    #expect(size == all.count * 4)
                    #expect(try file.read(count: all.count, of: Int32.self, at: .offset(0)) == all)
                    var part = [Int32](repeating: 0, count: 100)
                    #expect(
                        try file.read(into: &part, at: .offset(rank * 400), collectively: isCollective) == 100
                    )
                    #expect(part == numbers)
                    // At the end there is less than is asked for.
                    #expect(
                        try file.read(count: 200, of: Int32.self, at: .offset(all.count * 4 - 400)).count
                            == 100
                    )
                    try world.barrier()

                    try file.seek(to: rank * 400)
                    let changed = part[0..<50].map { $0 + 1 }
                    try file.write(changed.span, collectively: isCollective)
                    let position = try file.position
                    #expect(position == rank * 400 + 200)
                    try file.seek(to: rank * 400)
                    #expect(
                        try file.read(count: 50, of: Int32.self, collectively: isCollective)
                            == numbers[..<50].map { $0 + 1 }
                    )
                    try world.barrier()

                    try file.immediateWrite(
                        keeping: numbers,
                        at: .offset(rank * 400),
                        collectively: isCollective
                    ).wait()
                    let later = try file.immediateRead(
                        count: 100,
                        of: Int32.self,
                        at: .offset(rank * 400),
                        collectively: isCollective
                    ).wait()
                    #expect(later == numbers)
                    try world.barrier()
                }
                // In the order of the ranks.
                try file.seekShared(to: 0)
                let own = [Int32](repeating: Int32(rank), count: rank + 1)
                try file.write(own.span, at: .shared, collectively: true)
                let place = try file.sharedPosition
                #expect(place == 4 * size * (size + 1) / 2)
                try world.barrier()
                let ordered = (0..<size).flatMap { [Int32](repeating: Int32($0), count: $0 + 1) }
                #expect(try file.read(count: ordered.count, of: Int32.self, at: .offset(0)) == ordered)
                try world.barrier()
                // The same later.
                let next = own.map { $0 + 100 }
                try file.seekShared(to: 0)
                try file.immediateWrite(keeping: next, at: .shared, collectively: true)
                    .wait(timeout: .seconds(60))
                try file.synchronize()
                try file.seekShared(to: 0)
                let again = try file.immediateRead(
                    count: rank + 1,
                    of: Int32.self,
                    at: .shared,
                    collectively: true
                ).wait()
                #expect(again == next)
                try world.barrier()
                try file.resize(to: 8)
                let size = try file.byteCount
                #expect(size == 8)
                try file.makeAtomic()
                let isAtomic = try file.isAtomic
                #expect(isAtomic)
                let mode = try file.mode
                #expect(mode.contains(.readWrite) && !mode.contains(.append))
                let group = try file.group
                #expect(group.size == world.size)
                _ = try file.info
            }
            #expect(throws: MPIError.self) { try world.open(path) }
        }
    }

    @Test(
        "a view shows each rank its blocks, and values come back as they were written",
        arguments: [1, 2, 3]
    )
    func views(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let path = try temporaryPath(world)
            try world.withFile(path, [.create, .readWrite, .deleteOnClose]) { file in
                let number = try DerivedDatatype.element(Double.self)
                let pattern = try DerivedDatatype.contiguous(count: 2, of: number).resized(extent: 16 * size)
                try file.view(of: Double.self, from: 16 * rank, pattern: pattern)
                let mine = (0..<6).map { Double(rank) + Double($0) / 10 }
                try file.write(mine.span, at: .offset(0), collectively: true)
                // Another rank may have written for this one.
                try file.synchronize()
                try world.barrier()
                let (origin, third) = (try file.viewOrigin, try file.byteOffset(of: 2))
                #expect(origin.byteOffset == 16 * rank && third == 16 * rank + 16 * size)
                let extent = try file.extent(of: Double.self)
                #expect(extent == 8)
                #expect(try file.read(count: 6, of: Double.self, at: .offset(0)) == mine)
                try file.synchronize()
                try file.view(of: UInt8.self)
                var interleaved: [Double] = []
                for block in 0..<3 {
                    for rank in 0..<size {
                        for index in (2 * block)..<(2 * block + 2) {
                            interleaved.append(Double(rank) + Double(index) / 10)
                        }
                    }
                }
                #expect(try file.read(count: 6 * size, of: Double.self, at: .offset(0)) == interleaved)
                try world.barrier()

                let length = try file.write(["rank": [rank]], at: .offset(1000 * rank))
                #expect(try file.read([String: [Int]].self, at: .offset(1000 * rank)) == ["rank": [rank]])
                try file.seek(to: 1000 * rank + length)
                try file.write("behind it")
                try file.seek(to: 1000 * rank)
                #expect(try file.read([String: [Int]].self) == ["rank": [rank]])
                #expect(try file.read(String.self) == "behind it")
                let error = #expect(throws: MPIError.self) {
                    try file.read(Int.self, at: .offset(1000 * rank))
                }
                #expect(error?.errorClass == .mismatch)
            }
        }
    }

    @Test("what cannot be opened, written or found is an error of its class that names the file")
    func errors() async throws {
        try await onRanks(1) { () throws in
            let world = Communicator.world
            func refuses(_ errorClass: ErrorClass, _ body: () throws -> Void) {
                let error = #expect(throws: MPIError.self) { try body() }
                #expect(error?.errorClass == errorClass, "\(error as Any)")
            }
            refuses(.noSuchFile) { _ = try world.open("/tmp/swift-mpi-there-is-none") }
            refuses(.noSuchFile) { try File.delete("/tmp/swift-mpi-there-is-none") }
            let nowhere = error(of: { _ = try world.open("/nowhere/at/all", [.create, .writeOnly]) })
            #expect(nowhere?.text.contains("/nowhere/at/all") == true)
            let path = try temporaryPath(world)
            let made = try world.open(path, [.create, .writeOnly])
            let bytes = [UInt8](repeating: 7, count: 20)
            try made.write(bytes.span)
            try made.close()
            refuses(.fileExists) { _ = try world.open(path, [.create, .exclusive, .writeOnly]) }
            let file = try world.open(path)
            let one = [1]
            #expect(error(of: { try file.write(one.span) }) != nil)
            refuses(.mismatch) { _ = try file.read(Int.self, at: .offset(0)) }
            refuses(.count) { _ = try file.read(count: -1, of: Int.self) }
            try file.close()
            refuses(.file) { try file.close() }
            refuses(.file) { _ = try file.read(count: 1, of: Int.self) }
            try File.delete(path)
            // A disk that is full.
            let full = try world.open("/dev/full", .writeOnly)
            let much = [UInt8](repeating: 1, count: 100_000)
            let noSpace = error(of: { try full.write(much.span) })
            // Open MPI 5 does not say which error it was; it prints that.
            let classes: [ErrorClass] =
                Environment.vendor.isOpenMPI(atLeast: 5) ? [.other] : [.noSpace, .inputOutput]
            #expect(classes.contains { $0 == noSpace?.errorClass }, "\(noSpace as Any)")
            try full.close()
        }
    }
}
