import Glibc
import MPI
import RankChecks
import Testing

private let row = PythonPeer.row

/// Files that Swift and Python ranks write and read, in the order of `files.py`.
@Suite("Files with mpi4py", .enabled(if: PythonPeer.isAvailable, PythonPeer.requirement))
struct FileInteroperabilityTests {
    @Test(
        "a file that one language has written is read by the other, with a view and by all together",
        .enabled(if: RankCheck.usesOpenMPI, "mpi4py alone, with a view of a file, is ended by MPICH")
    )
    func files() async throws {
        try await PythonPeer.meet("files.py") { () throws in
            let world = try PythonPeer.world()
            let folder = try String(decoding: Self.folder(world), as: UTF8.self)
            let swift = try #require(try world.split(color: 0, key: world.rank))
            #expect(swift.size == 2)
            try Self.readPythons(world, swift, folder)
            try Self.writeForPython(world, swift, folder)
            try Self.writeTogether(world, folder)
            try swift.free()
        }
    }

    /// The folder that rank 2 has made.
    private static func folder(_ world: Communicator) throws -> [UInt8] {
        var count = [0]
        try world.broadcast(inPlace: &count, from: 2)
        var path = [UInt8](repeating: 0, count: count[0])
        try world.broadcast(inPlace: &path, from: 2)
        return path
    }

    /// What a rank of two sees of a file: every second block of three numbers.
    private static func view(_ file: File, _ team: Communicator) throws {
        let number = try DerivedDatatype.element(Int64.self)
        let pattern = try DerivedDatatype.contiguous(count: 3, of: number).resized(extent: 24 * team.size)
        try file.view(of: Int64.self, from: 24 * team.rank, pattern: pattern)
    }

    private static func readPythons(_ world: Communicator, _ swift: Communicator, _ folder: String) throws {
        try world.barrier()
        // One that NumPy has written, without MPI.
        try swift.withFile("\(folder)/numpy", .readOnly) { file in
            #expect(try file.byteCount == 96)
            #expect(try file.read(count: 2, of: Int64.self, at: .offset(16)) == row(2, 2..<4))
            try view(file, swift)
            let seen = swift.rank == 0 ? row(2, 0..<3) + row(2, 6..<9) : row(2, 3..<6) + row(2, 9..<12)
            #expect(try file.read(count: 6, of: Int64.self, collectively: true) == seen)
        }
        // One that both Python ranks have written together.
        try swift.withFile("\(folder)/python", .readOnly) { file in
            let all = row(2, 0..<3) + row(3, 0..<3) + row(2, 3..<6) + row(3, 3..<6)
            #expect(try file.immediateRead(count: 12, of: Int64.self, at: .offset(0)).wait() == all)
            try view(file, swift)
            var seen = [Int64](repeating: 0, count: 6)
            #expect(try file.read(into: &seen, at: .offset(0), collectively: true) == 6)
            #expect(seen == row(2 + swift.rank, 0..<6))
            try file.seek(to: 3)
            #expect(
                try file.immediateRead(count: 3, of: Int64.self, collectively: true).wait()
                    == row(2 + swift.rank, 3..<6)
            )
        }
    }

    private static func writeForPython(_ world: Communicator, _ swift: Communicator, _ folder: String) throws
    {
        try swift.withFile("\(folder)/swift", [.create, .readWrite]) { file in
            try view(file, swift)
            try file.write(row(swift.rank, 0..<3).span, collectively: true)
            try file.immediateWrite(
                keeping: row(swift.rank, 3..<6),
                at: .offset(3),
                collectively: true
            ).wait()
            try file.synchronize()
        }
        try world.barrier()
        // Until Python has read it.
        try world.barrier()
    }

    /// One file that ranks of both languages have opened together.
    private static func writeTogether(_ world: Communicator, _ folder: String) throws {
        let (rank, size) = (world.rank, world.size)
        let file = try world.open("\(folder)/both", [.create, .readWrite])
        try file.write(row(rank, 0..<2).span, at: .offset(16 * rank), collectively: true)
        try file.synchronize()
        try world.barrier()
        try file.synchronize()
        let all = (0..<size).flatMap { row($0, 0..<2) }
        #expect(try file.read(count: 2 * size, of: Int64.self, at: .offset(0), collectively: true) == all)
        try world.barrier()
        // Each sees its own blocks, and writes them twice.
        try view(file, world)
        try file.write(row(rank, 0..<3).span, collectively: true)
        try file.immediateWrite(keeping: row(rank, 3..<6), collectively: true).wait()
        try file.synchronize()
        try world.barrier()
        try file.synchronize()
        try file.view(of: Int64.self)
        let blocks = (0..<size).flatMap { row($0, 0..<3) } + (0..<size).flatMap { row($0, 3..<6) }
        #expect(try file.read(count: 6 * size, of: Int64.self, at: .offset(0)) == blocks)
        try world.barrier()
        // Behind one another, in the order of the ranks, whatever each has.
        try file.seekShared(to: 0)
        try file.write(row(rank, 0..<(rank + 1)).span, at: .shared, collectively: true)
        try file.synchronize()
        try world.barrier()
        try file.synchronize()
        let behind = (0..<size).flatMap { row($0, 0..<($0 + 1)) }
        #expect(try file.read(count: behind.count, of: Int64.self, at: .offset(0)) == behind)
        try world.barrier()
        try file.close()
    }
}
