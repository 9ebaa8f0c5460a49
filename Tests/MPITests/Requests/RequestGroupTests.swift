import MPI
import RankChecks
import Testing

@Suite("RequestGroup")
struct RequestGroupTests {
    @Test("requests are taken out as they complete: any, some and all", arguments: [2, 4])
    func waiting(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            guard world.rank == 0 else {
                for tag in 1...4 { try world.send(world.rank * 10 + tag, to: 0, tag: tag) }
                return
            }
            for tag in 1...4 {
                var group = RequestGroup<Int, any Error>()
                for rank in 1..<world.size {
                    #expect(group.add(try world.immediateReceive(Int.self, from: rank, tag: tag)) == rank - 1)
                }
                var found: [Int: Int] = [:]
                switch tag {
                case 1:
                    while let (index, result) = try group.waitAny() { found[index] = try result.get() }
                case 2:
                    while !group.isEmpty {
                        for (index, result) in try group.waitSome(timeout: .seconds(10)) {
                            found[index] = try result.get()
                        }
                    }
                case 3:
                    for (index, result) in try group.waitAll().enumerated() {
                        found[index] = try result.get()
                    }
                default:
                    while !group.testAll() {}
                    while let (index, result) = group.testAny() { found[index] = try result.get() }
                }
                #expect(
                    found
                        == Dictionary(uniqueKeysWithValues: (1..<world.size).map { ($0 - 1, $0 * 10 + tag) })
                )
                #expect(group.isEmpty && group.testSome().isEmpty)
                #expect(try group.waitAny() == nil)
            }
        }
    }

    @Test("the failure of one does not lose the others, and a time that is up loses none")
    func failures() async throws {
        try await onRanks(1) { () throws in
            let world = Communicator.world
            var group = RequestGroup<Int, any Error>()
            group.add(try world.immediateReceive(Int.self, tag: 1))
            group.add(try world.immediateReceive(Int.self, tag: 2))
            let error = #expect(throws: MPIError.self) { try group.waitAll(timeout: .milliseconds(10)) }
            #expect(error?.errorClass == .timedOut && group.count == 2)
            try world.immediateSend("no number", to: 0, tag: 1).wait()
            try world.immediateSend(7, to: 0, tag: 2).wait()
            let results = try group.waitAll(timeout: .seconds(20))
            #expect(throws: MPIError.self) { try results[0].get() }
            #expect(try results[1].get() == 7)
        }
    }

    @Test("requests are awaited one after the other as they complete")
    func awaiting() async throws {
        try await onRanks(3) { () async throws in
            let world = Communicator.world
            guard world.rank == 0 else {
                try await world.asynchronous.send(world.rank, to: 0)
                return
            }
            var group = RequestGroup<Int, any Error>()
            for rank in 1..<world.size { group.add(try world.immediateReceive(Int.self, from: rank)) }
            var sum = 0
            while let (index, result) = try await group.next() {
                #expect(try result.get() == index + 1)
                sum += index
            }
            #expect(sum == 1)
        }
    }

    @Test("a receive is cancelled, a send that has gone is not, and what others count on cannot be")
    func cancelling() async throws {
        try await onRanks(1) { () throws in
            let world = Communicator.world
            let receive = try world.immediateReceive(Int.self, tag: 1)
            #expect(try receive.cancel())
            let send = try world.immediateSend(7, to: 0, tag: 1)
            #expect(try world.receive(Int.self, tag: 1) == 7)
            #expect(try !send.cancel())
            let late = try world.immediateReceive(Int.self, tag: 2)
            try world.immediateSend(8, to: 0, tag: 2).wait()
            while try !late.test() {}
            #expect(try !late.cancel())
        }
    }
}
