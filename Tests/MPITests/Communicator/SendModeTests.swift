import MPI
import RankChecks
import Testing

@Suite("SendMode")
struct SendModeTests {
    @Test("values and buffers arrive in every mode, blocking, immediate and persistent")
    func modes() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let numbers = (0..<3000).map { Double($0) }
            try Environment.attachSendBuffer(byteCount: 1 << 20)
            for mode in [SendMode.standard, .synchronous, .buffered, .ready] {
                if world.rank == 0 {
                    // Ready: the receiver says that it waits.
                    _ = try world.receive(Bool.self, from: 1)
                    try world.send(["a": 1], to: 1, mode: mode)
                    try world.immediateSend("text", to: 1, mode: mode).wait()
                    try world.send(numbers.span, to: 1, mode: mode)
                    try world.immediateSend(keeping: numbers, to: 1, mode: mode).wait()
                    let send = try world.makePersistentSend(count: 3, of: Int32.self, to: 1, mode: mode)
                    for round in 0..<3 {
                        try send.withInput { $0[1] = Int32(round) }
                        try send.start()
                        try send.wait()
                    }
                } else {
                    let first = try world.immediateReceive([String: Int].self, from: 0)
                    let second = try world.immediateReceive(String.self, from: 0)
                    let third = try world.immediateReceive(count: 3000, of: Double.self, from: 0)
                    try world.send(true, to: 0)
                    #expect(try first.wait() == ["a": 1])
                    #expect(try second.wait() == "text")
                    #expect(try third.wait() == numbers)
                    #expect(try world.receiveElements(of: Double.self, from: 0) == numbers)
                    let receive = try world.makePersistentReceive(count: 3, of: Int32.self, from: 0)
                    for round in 0..<3 {
                        try receive.start()
                        #expect(throws: MPIError.self) { try receive.start() }
                        #expect(try receive.wait().count(of: Int32.self) == 3)
                        #expect(try receive.output == [0, Int32(round), 0])
                    }
                }
            }
            try Environment.detachSendBuffer()
            try world.barrier()
        }
    }

    @Test("a synchronous send is complete only when it is received")
    func synchronous() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                let request = try world.immediateSend(7, to: 1, tag: 1, mode: .synchronous)
                #expect(try !request.test())
                try world.send(true, to: 1, tag: 2)
                try request.wait()
            } else {
                _ = try world.receive(Bool.self, tag: 2)
                #expect(try world.receive(Int.self, tag: 1) == 7)
            }
        }
    }

    @Test(
        "buffered sends without memory for them are errors, and so is memory that is there already or is not"
    )
    func buffers() async throws {
        try await onRanks(1) { () throws in
            let world = Communicator.world
            func refuses(_ errorClass: ErrorClass, _ body: () throws -> Void) {
                let error = #expect(throws: MPIError.self) { try body() }
                #expect(error?.errorClass == errorClass, "\(error as Any)")
            }
            let large = [UInt8](repeating: 1, count: 5000)
            refuses(.buffer) { try world.send(large.span, to: 0, mode: .buffered) }
            refuses(.buffer) { try Environment.detachSendBuffer() }
            refuses(.argument) { try Environment.attachSendBuffer(byteCount: -1) }
            try Environment.attachSendBuffer(byteCount: 2000 + Environment.sendBufferOverhead)
            refuses(.buffer) { try Environment.attachSendBuffer(byteCount: 100) }
            refuses(.buffer) { try world.send(large.span, to: 0, mode: .buffered) }
            let small = Array(large[..<1000])
            try world.send(small.span, to: 0, mode: .buffered)
            #expect(try world.receiveElements(of: UInt8.self).count == 1000)
            try Environment.detachSendBuffer()
        }
    }
}
