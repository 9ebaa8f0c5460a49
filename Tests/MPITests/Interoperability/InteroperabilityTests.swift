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
        }
        job.programs.append(RankProgram(try Self.python.get(), arguments: ["-c", Self.peer], ranks: 1))
        let readyJob = job
        let result = try await oneJobAtATime { try await readyJob.run() }
        #expect(result.isSuccess, "\(result.report)")
        #expect(result.standardOutput.contains("mpi4py agrees"), "\(result.report)")
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
        print("mpi4py agrees", flush=True)
        """
}
