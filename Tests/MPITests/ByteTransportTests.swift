import MPI
import RankChecks
import Testing

@Suite("ByteTransport")
struct ByteTransportTests {
    @Test(
        "messages of all sizes arrive whole and in order, from everybody to everybody",
        arguments: [1, 2, 3, 4]
    )
    func everybody(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let transport = try ByteTransport(duplicating: .world)
            let sizes = [0, 1, 100, 4000, 4096, 4097, 5000, 100_000, 3_000_000]
            var sends: [ByteSend] = []
            for rank in 0..<transport.size {
                for size in sizes {
                    sends.append(
                        try transport.send([UInt8](repeating: UInt8(transport.rank), count: size), to: rank)
                    )
                }
            }
            var received = [[Int]](repeating: [], count: transport.size)
            var arrival: ByteArrival?
            while !sends.isEmpty || received.contains(where: { $0.count < sizes.count }) {
                sends = try sends.filter { try !$0.test() }
                if arrival == nil { arrival = try transport.poll() }
                guard let current = arrival, let bytes = try current.test() else { continue }
                arrival = nil
                received[current.source].append(bytes.count)
                #expect(bytes.allSatisfy { $0 == UInt8(current.source) })
            }
            #expect(received == [[Int]](repeating: sizes, count: transport.size))
            #expect(try transport.poll() == nil)
            try transport.communicator.barrier()
            try transport.free()
        }
    }

    @Test("messages do not disturb those of the program, nor the other way round")
    func apart() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let transport = try ByteTransport(duplicating: world)
            #expect(try transport.communicator.allGather(world.rank) == [0, 1])
            if world.rank == 0 {
                let send = try transport.send([1, 2, 3], to: 1)
                try world.send("program", to: 1)
                while try !send.test() {}
            } else {
                #expect(try world.receive(String.self) == "program")
                var arrival = try transport.poll()
                while arrival == nil { arrival = try transport.poll() }
                var bytes = try arrival?.test()
                while bytes == nil { bytes = try arrival?.test() }
                #expect(bytes == [1, 2, 3] && arrival?.source == 0)
            }
            #expect(throws: MPIError.self) { try transport.send([1], to: 2) }
            try transport.free()
        }
    }

    @Test("what is dropped on its way does no harm")
    func dropped() async throws {
        try await onRanks(2) { () throws in
            let transport = try ByteTransport(duplicating: .world)
            if transport.rank == 0 {
                do { _ = try transport.send([UInt8](repeating: 1, count: 1_000_000), to: 1) }
                try transport.communicator.barrier()
                try transport.communicator.barrier()
            } else {
                try transport.communicator.barrier()
                while try transport.poll() == nil {}
                try transport.communicator.barrier()
            }
            try transport.free()
        }
    }
}
