import Glibc
import MPI
import RankChecks
import RankLaunching
import Testing

/// mpi4py as the judge of what this library puts on the wire: rank 0 is Swift, rank 1 is Python.
@Suite("Interoperability")
struct InteroperabilityTests {
    /// The Python that has mpi4py, or why there is none.
    private static let python: Result<String, Reason> = {
        let candidates: [String]
        if let named = getenv("SWIFT_MPI_PYTHON"), named.pointee != 0 {
            candidates = [String(cString: named)]
        } else {
            candidates = [".venv/bin/python", ".venv/bin/python3"]
        }
        guard let python = candidates.first(where: { access($0, X_OK) == 0 }) else {
            return .failure(
                Reason(
                    description:
                        "no Python at \(candidates.joined(separator: ", ")); set SWIFT_MPI_PYTHON to one that has mpi4py and numpy"
                )
            )
        }
        return .success(python)
    }()

    private struct Reason: Error, CustomStringConvertible {
        let description: String
    }

    private static var isAvailable: Bool {
        if case .failure(let reason) = python {
            print("mpi4py takes no part in the tests: \(reason)")
            return false
        }
        return true
    }

    @Test(
        "buffers of every datatype go to mpi4py and come back doubled, and collective operations meet",
        .enabled(if: isAvailable, "needs a Python with mpi4py and numpy: SWIFT_MPI_PYTHON, or .venv")
    )
    func buffers() async throws {
        var job = try RankCheck.job(ranks: 1) { () throws in
            let world = Communicator.world
            #expect(world.size == 2 && world.rank == 0)
            // Python's ranks know nothing of it.
            world.agreeOnArguments(false)
            func exchange<Number: BufferElement & Equatable>(
                _ numbers: [Number],
                _ doubled: [Number],
                tag: Int
            ) throws {
                try world.send(numbers.span, to: 1, tag: tag)
                var received = numbers
                let status = try world.receive(into: &received, from: 1, tag: tag)
                #expect(
                    received == doubled && status.count(of: Number.self) == numbers.count && status.tag == tag
                )
            }
            func exchange<Number: BufferElement & Numeric>(_ type: Number.Type, tag: Int, count: Int = 5)
                throws
            {
                let numbers = (0..<count).map { Number(exactly: $0 % 50) ?? 0 }
                try exchange(numbers, numbers.map { $0 + $0 }, tag: tag)
            }
            try exchange(Int8.self, tag: 0)
            try exchange(Int16.self, tag: 1)
            try exchange(Int32.self, tag: 2)
            try exchange(Int64.self, tag: 3)
            try exchange(Int.self, tag: 4)
            try exchange(UInt8.self, tag: 5)
            try exchange(UInt16.self, tag: 6)
            try exchange(UInt32.self, tag: 7)
            try exchange(UInt64.self, tag: 8)
            try exchange(UInt.self, tag: 9)
            try exchange(Float.self, tag: 10)
            try exchange(Double.self, tag: 11)
            try exchange([true, false, true], [false, true, false], tag: 12)
            try exchange(Double.self, tag: 13, count: 1_000_000)

            // What mpi4py pickles is no value of this library, and an error says so.
            let error = #expect(throws: MPIError.self) {
                try world.receive([String: Int].self, from: 1, tag: 14)
            }
            #expect(error?.errorClass == .mismatch)

            var numbers = [Double](repeating: 0, count: 1000)
            try world.broadcast(inPlace: &numbers, from: 1)
            #expect(numbers == (0..<1000).map(Double.init))
            var mine: [Int32] = [1, 2, 3]
            try world.broadcast(inPlace: &mine, from: 0)
            #expect(try world.gather([Int32(7), 8].span, to: 0) == [7, 8, 70, 80])
            var part = [Float](repeating: 0, count: 2)
            try world.scatter([Float(1), 2, 3, 4].span, into: &part, from: 0)
            #expect(part == [1, 2])
            var all = [Int64](repeating: 0, count: 2)
            try world.allGather([Int64(5)].span, into: &all)
            #expect(all == [5, 6])
            #expect(try world.allReduce(2.5, .sum) == 4)
            #expect(try world.allReduce(Int64(5), .max) == 9)
            #expect(try world.allReduce(UInt8(0b1100), .bitwiseXor) == 0b0110)
            #expect(try world.allReduce(true, .logicalAnd) == false)
            #expect(try world.reduce(Int32(5), .product, to: 0) == 35)
            try world.barrier()
            try Self.meetElsewhere(world)
        }
        job.programs.append(RankProgram(try Self.python.get(), arguments: ["-c", Self.peer], ranks: 1))
        let readyJob = job
        let result = try await oneJobAtATime { try await readyJob.run() }
        #expect(result.isSuccess, "\(result.report)")
        #expect(result.standardOutput.contains("mpi4py agrees"), "\(result.report)")
    }

    /// The Swift side of the second half of `peer`.
    private static func meetElsewhere(_ world: Communicator) throws {
        for mode in [SendMode.standard, .synchronous, .ready] {
            try world.send([Int64(3)].span, to: 1, tag: 1, mode: mode)
        }
        var swapped = [Int64(1), 2]
        try world.sendReceive(inPlace: &swapped, to: 1, sendTag: 2, from: 1, tag: 2)
        #expect(swapped == [10, 20])
        var received: [Int64] = [0, 0]
        try world.allToAll([Int64(1), 2].span, into: &received)
        #expect(received == [1, 10])
        var gathered: [Int64] = [-1, -1, -1, -1]
        let one = [Int64(1)]
        try world.gather(one.span, counts: [1, 2], displacements: [0, 2], into: &gathered, to: 0)
        #expect(gathered == [1, -1, 10, 20])
        var part: [Int64] = [0]
        try world.scatter([Int64(1), 2, 3].span, counts: [1, 2], into: &part, from: 0)
        #expect(part == [1])
        var all: [Int64] = [0, 0, 0]
        try world.allGather(one.span, counts: [1, 2], into: &all)
        #expect(all == [1, 10, 20])
        var parts: [Int64] = [0, 0, 0]
        try world.allToAll([Int64(1), 2, 3].span, counts: [1, 2], into: &parts, resultCounts: [1, 2])
        #expect(parts == [1, 10, 20])
        #expect(try world.scan(Int64(1), .sum) == 1)
        #expect(try world.exclusiveScan(Int64(1), .sum) == nil)
        try world.reduceScatter([Int64(1), 2].span, .sum, into: &part)
        #expect(part == [11])
        try world.reduceScatter([Int64(1), 2, 3].span, counts: [1, 2], .max, into: &part)
        #expect(part == [10])
        #expect(try world.immediateAllReduce(keeping: [Int64(1)], .sum).wait() == [11])
        #expect(try world.immediateAllGather(keeping: one).wait() == [1, 10])
        let largest = try world.allReduceMaxLocation(1.5)
        #expect(largest.value == 2.5 && largest.rank == 1)
        let column = try DerivedDatatype.vector(
            count: 2,
            blockLength: 1,
            stride: 3,
            of: .element(Double.self)
        )
        try world.send([1.0, 2, 3, 4, 5, 6].span, as: column, offset: 1, to: 1, tag: 3)
        let ring = try #require(try world.makeCartesian(dimensions: [2], periodic: [true]))
        var around: [Int64] = [0, 0]
        try ring.neighborAllGather(one.span, into: &around)
        #expect(around == [10, 10])
        try ring.free()
        let window = try world.makeSharedWindow(
            count: 1,
            of: Int64.self,
            info: ["alloc_shared_noncontig": "true"]
        )
        try window.window.fence { try $0.put([7], to: 1) }
        try window.window.fence { try $0.accumulate([5], .sum, to: 1) }
        #expect(try window.withElements { $0[0] } == 70)
        try window.free()
        let path = try String(decoding: world.receiveElements(of: UInt8.self, from: 1, tag: 4), as: UTF8.self)
        let file = try world.open(path, .readWrite)
        #expect(try file.read(count: 2, of: Int64.self, at: .offset(8)) == [10, 20])
        // Python writes into what has been read only now.
        try world.barrier()
        try file.write(one.span, at: .offset(0), collectively: true)
        try file.close()
    }

    /// The part of rank 1.
    private static let peer = """
        from mpi4py import MPI
        import numpy as np

        world = MPI.COMM_WORLD
        assert world.size == 2 and world.rank == 1
        kinds = [np.int8, np.int16, np.int32, np.int64, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, np.uint64,
                 np.float32, np.float64]

        def exchange(kind, tag, count=5):
            numbers = np.zeros(count + 3, kind)
            status = MPI.Status()
            world.Recv(numbers, source=0, tag=tag, status=status)
            datatype = MPI._typedict[np.dtype(kind).char]
            assert status.Get_count(datatype) == count, (kind, status.Get_count(datatype))
            numbers = numbers[:count]
            expected = np.array([i % 50 for i in range(count)]).astype(kind)
            assert (numbers == expected).all(), (kind, numbers)
            world.Send(numbers * kind(2), dest=0, tag=tag)

        for tag, kind in enumerate(kinds):
            exchange(kind, tag)
        truth = np.zeros(3, np.bool_)
        world.Recv(truth, source=0, tag=12)
        assert truth.tolist() == [True, False, True]
        world.Send(~truth, dest=0, tag=12)
        exchange(np.float64, 13, 1_000_000)

        world.send({"a": 7, "b": 3}, dest=0, tag=14)

        world.Bcast(np.arange(1000, dtype=np.float64), root=1)
        given = np.zeros(3, np.int32)
        world.Bcast(given, root=0)
        assert given.tolist() == [1, 2, 3]
        world.Gather(np.array([70, 80], np.int32), None, root=0)
        part = np.zeros(2, np.float32)
        world.Scatter(None, part, root=0)
        assert part.tolist() == [3, 4]
        both = np.zeros(2, np.int64)
        world.Allgather(np.array([6], np.int64), both)
        assert both.tolist() == [5, 6]

        def all_reduce(value, kind, operation):
            result = np.zeros(1, kind)
            world.Allreduce(np.array([value], kind), result, op=operation)
            return result[0]

        assert all_reduce(1.5, np.float64, MPI.SUM) == 4
        assert all_reduce(9, np.int64, MPI.MAX) == 9
        assert all_reduce(0b1010, np.uint8, MPI.BXOR) == 0b0110
        assert all_reduce(False, np.bool_, MPI.LAND) == False
        world.Reduce(np.array([7], np.int32), None, op=MPI.PROD, root=0)
        world.Barrier()
        for _ in range(3):
            got = np.zeros(1, np.int64); world.Recv(got, 0, 1); assert got[0] == 3
        own = np.array([10, 20], np.int64)
        swapped = own.copy(); world.Sendrecv_replace(swapped, 0, 2, 0, 2); assert list(swapped) == [1, 2]
        received = np.zeros(2, np.int64); world.Alltoall(own, received); assert list(received) == [2, 20]
        world.Gatherv(own, None, root=0)
        part = np.zeros(2, np.int64); world.Scatterv(None, part, root=0); assert list(part) == [2, 3]
        every = np.zeros(3, np.int64); world.Allgatherv(own, [every, [1, 2]]); assert list(every) == [1, 10, 20]
        parts = np.zeros(4, np.int64)
        world.Alltoallv([np.array([10, 20, 30, 40], np.int64), [2, 2]], [parts, [2, 2]]); assert list(parts) == [2, 3, 30, 40]
        one = np.array([10], np.int64); result = np.zeros(1, np.int64)
        world.Scan(one, result); assert result[0] == 11
        world.Exscan(one, result); assert result[0] == 1
        world.Reduce_scatter_block(own, result); assert result[0] == 22
        two = np.zeros(2, np.int64); world.Reduce_scatter(np.array([10, 20, 30], np.int64), two, [1, 2], op=MPI.MAX); assert list(two) == [20, 30]
        world.Iallreduce(one, result).Wait(); assert result[0] == 11
        world.Iallgather(one, received).Wait(); assert list(received) == [1, 10]
        pair = np.zeros(1, dtype=[("value", "f8"), ("place", "i4")]); mine = np.array([(2.5, 1)], dtype=pair.dtype)
        buffer = np.zeros(16, np.uint8); buffer[:12] = np.frombuffer(mine.tobytes(), np.uint8)
        found = np.zeros(16, np.uint8); world.Allreduce([buffer, 1, MPI.DOUBLE_INT], [found, 1, MPI.DOUBLE_INT], op=MPI.MAXLOC)
        assert found[:8].view(np.float64)[0] == 2.5 and found[8:12].view(np.int32)[0] == 1
        column = np.zeros(2); world.Recv(column, 0, 3); assert list(column) == [2, 5]
        ring = world.Create_cart([2], periods=[True]); around = np.zeros(2, np.int64); ring.Neighbor_allgather(one, around)
        assert list(around) == [1, 1]; ring.Free()
        info = MPI.Info.Create(); info["alloc_shared_noncontig"] = "true"
        window = MPI.Win.Allocate_shared(8, 8, info, world); info.Free()
        cells = np.frombuffer(window.tomemory(), np.int64); cells[0] = 0
        world.Allgather(one, received)
        window.Fence(); window.Fence(); assert cells[0] == 7
        window.Fence(); window.Put(np.array([70], np.int64), 0); window.Fence(); assert cells[0] == 12
        window.Free()
        import os, tempfile
        path = os.path.join(tempfile.mkdtemp(), "file"); np.array([0, 10, 20], np.int64).tofile(path)
        world.Send(np.frombuffer(path.encode(), np.uint8), 0, 4)
        file = MPI.File.Open(world, path, MPI.MODE_RDWR); world.Barrier(); file.Write_at_all(16, one); file.Close()
        assert list(np.fromfile(path, np.int64)) == [1, 10, 10]
        os.remove(path); os.rmdir(os.path.dirname(path))
        print("mpi4py agrees", flush=True)
        """
}
