import MPI
import RankChecks
import Testing

private let row = PythonPeer.row

private let modes = [SendMode.standard, .synchronous, .buffered, .ready]

/// Every mode of messages between each Swift rank and the Python rank two above it, in the order of `messages.py`.
@Suite("Messages with mpi4py", .enabled(if: PythonPeer.isAvailable, PythonPeer.requirement))
struct PointToPointInteroperabilityTests {
    @Test("messages of every mode go to mpi4py, and come from there")
    func messages() async throws {
        try await PythonPeer.meet("messages.py") { () throws in
            let world = try PythonPeer.world()
            try Environment.attachSendBuffer(byteCount: 1 << 16)
            try Self.send(world)
            try Self.receive(world)
            try Self.sendAndReceive(world)
            try Self.probe(world)
            try Self.receiveFromAnyone(world)
            try Self.exchangeValues(world)
            try Environment.detachSendBuffer()
        }
    }

    /// Waits until Python has begun to receive.
    private static func awaitReceiver(_ world: Communicator, _ peer: Int) throws {
        #expect(try world.receiveElements(of: UInt8.self, from: peer, tag: 99).isEmpty)
    }

    /// Tells Python that a receive has begun.
    private static func announceReceiver(_ world: Communicator, _ peer: Int) throws {
        try world.send([UInt8]().span, to: peer, tag: 99)
    }

    private static func send(_ world: Communicator) throws {
        let (rank, peer) = (world.rank, world.rank + 2)
        for (number, mode) in modes.enumerated() {
            let elements = row(rank, number..<(number + 3))
            try awaitReceiver(world, peer)
            try world.send(elements.span, to: peer, tag: number, mode: mode)
            try awaitReceiver(world, peer)
            try world.immediateSend(elements.span, to: peer, tag: number, mode: mode).wait()
            try awaitReceiver(world, peer)
            try world.immediateSend(keeping: elements, to: peer, tag: number, mode: mode).wait()
            let persistent = try world.makePersistentSend(
                count: 3,
                of: Int64.self,
                to: peer,
                tag: number,
                mode: mode
            )
            for step in 0..<3 {
                try persistent.withInput { span in
                    for index in span.indices { span[index] = elements[index] + Int64(step) }
                }
                try awaitReceiver(world, peer)
                try persistent.start()
                try persistent.wait()
            }
        }
    }

    private static func receive(_ world: Communicator) throws {
        let peer = world.rank + 2
        for number in modes.indices {
            let wanted = row(peer, number..<(number + 3))
            // More room than the message needs.
            var elements: [Int64] = [-1, -1, -1, -1]
            try announceReceiver(world, peer)
            let status = try world.receive(into: &elements, from: peer, tag: number)
            #expect(elements == wanted + [-1])
            #expect(status.source == peer && status.tag == number && status.count(of: Int64.self) == 3)
            let immediate = try world.immediateReceive(count: 3, of: Int64.self, from: peer, tag: number)
            try announceReceiver(world, peer)
            #expect(try immediate.wait() == wanted)
            let anySize = try world.immediateReceiveElements(of: Int64.self, from: peer, tag: number)
            try announceReceiver(world, peer)
            #expect(try anySize.wait() == wanted)
            try announceReceiver(world, peer)
            #expect(
                try world.receiveElements(of: Int64.self, from: peer, tag: number, timeout: .seconds(50))
                    == wanted
            )
            let persistent = try world.makePersistentReceive(
                count: 3,
                of: Int64.self,
                from: peer,
                tag: number
            )
            for step in 0..<3 {
                try persistent.start()
                try announceReceiver(world, peer)
                #expect(try persistent.wait().byteCount == 24)
                #expect(try persistent.output == wanted.map { $0 + Int64(step) })
            }
        }
    }

    private static func sendAndReceive(_ world: Communicator) throws {
        let (rank, peer) = (world.rank, world.rank + 2)
        var taken: [Int64] = [-1, -1]
        try world.sendReceive(
            row(rank, 0..<3).span,
            to: peer,
            sendTag: 10,
            into: &taken,
            from: peer,
            tag: 11
        )
        #expect(taken == row(peer, 0..<2))
        var swapped = row(rank, 0..<2)
        try world.sendReceive(inPlace: &swapped, to: peer, sendTag: 12, from: peer, tag: 12)
        #expect(swapped == row(peer, 0..<2))
        let request = try world.immediateSendReceive(
            keeping: row(rank, 0..<2),
            to: peer,
            sendTag: 13,
            receiving: Int64.self,
            from: peer,
            tag: 13
        )
        #expect(try request.wait() == row(peer, 0..<4))
    }

    private static func probe(_ world: Communicator) throws {
        let (rank, peer) = (world.rank, world.rank + 2)
        let status = try world.probe(from: peer, tag: 20)
        #expect(status.source == peer && status.tag == 20 && status.count(of: Int64.self) == 5)
        let seen = try #require(try world.immediateProbe(from: peer, tag: 20))
        #expect(seen == status)
        #expect(try world.receiveElements(of: Int64.self, from: peer, tag: 20) == row(peer, 0..<5))
        let message = try world.matchedProbe(from: peer, tag: 21)
        #expect(message.status.count(of: Int64.self) == 4)
        #expect(try message.receiveElements(of: Int64.self) == row(peer, 0..<4))
        // Nothing else is under way with this tag.
        let nothing = try world.immediateProbe(from: peer, tag: 22)
        #expect(nothing == nil)
        for tag in 23...25 { try world.send(row(rank, 0..<(tag - 20)).span, to: peer, tag: tag) }
    }

    /// Both Python ranks send to both Swift ranks, and the other way.
    private static func receiveFromAnyone(_ world: Communicator) throws {
        var sources: Set<Int> = []
        for _ in 0..<2 {
            var elements: [Int64] = [-1, -1]
            let status = try world.receive(into: &elements)
            #expect(elements == row(status.source, 0..<2) && status.tag == 30 + status.source)
            sources.insert(status.source)
        }
        #expect(sources == [2, 3])
        try world.barrier()
        for peer in 2...3 {
            try world.send(row(world.rank, 0..<2).span, to: peer, tag: 30 + world.rank)
        }
        try world.barrier()
    }

    private static func exchangeValues(_ world: Communicator) throws {
        let peer = world.rank + 2
        // What mpi4py pickles is no value of this library, and an error says so.
        let error = #expect(throws: MPIError.self) {
            try world.receive([String: Int].self, from: peer, tag: 40)
        }
        #expect(error?.errorClass == .mismatch)
        // Python hands on a value of this library as the bytes that it is.
        let value = ["a": [1, 2, 3], "b": [], "c": [world.rank]]
        try world.send(value, to: peer, tag: 41)
        #expect(try world.receive([String: [Int]].self, from: peer, tag: 41) == value)
    }
}
