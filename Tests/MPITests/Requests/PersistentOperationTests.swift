import RankChecks
import Synchronization
import Testing

@testable import MPI

/// Whether the second piece cannot be begun.
private let failsToBegin = Atomic(false)

@Suite("PersistentOperation")
struct PersistentOperationTests {
    @Test("if one piece cannot be begun those before it are waited for, and not started again")
    func pieces() async throws {
        try await onRanks(1) { () throws in
            let world = Communicator.world
            let memory = RawRequestMemory(byteCount: 16)
            let operation = try PersistentOperation(
                2,
                "an operation",
                keeping: [memory],
                isBegunAnew: true
            ) { (index) throws(MPIError) in
                if index == 1, failsToBegin.load(ordering: .relaxed) {
                    throw MPIError(.argument, call: "MPI_Irecv", text: "this piece cannot be begun")
                }
                let pattern = Pattern(source: 0, tag: Int32(index))
                let address = memory.address.map { $0 + 8 * index }
                return try world.raw.immediateReceive(address, 1, Datatype.int64.raw, pattern)
            }
            func expect(_ errorClass: ErrorClass, _ body: () throws -> Void) {
                let error = #expect(throws: MPIError.self) { try body() }
                #expect(error?.errorClass == errorClass)
            }
            failsToBegin.store(true, ordering: .relaxed)
            expect(.argument) { try operation.start() }
            #expect(!operation.advance())
            expect(.request) { try operation.start() }
            try world.send([Int64(4)].span, to: 0, tag: 0)
            expect(.argument) { _ = try operation.wait(within: nil) }

            failsToBegin.store(false, ordering: .relaxed)
            try operation.start()
            try world.send([Int64(5)].span, to: 0, tag: 0)
            try world.send([Int64(6)].span, to: 0, tag: 1)
            #expect(try operation.wait(within: nil).tag == 1)
        }
    }
}
