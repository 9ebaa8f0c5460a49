import Foundation
import MPI
import RankChecks
import RankLaunching
import Testing

/// Every rank begins to receive from all, then sends to all.
private struct ImmediateReceiveCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        let (rank, size) = (team.rank, team.size)
        var receives = RequestGroup<Value, any Error>()
        for root in 0..<size { receives.add(try team.immediateReceive(Value.self, from: root, tag: 5)) }
        for other in 0..<size { try team.send(samples[rank + other], to: other, tag: 5) }
        #expect(try receives.waitAll().map { try $0.get() } == (0..<size).map { samples[$0 + rank] })
    }
}

@Suite("Communicator+ImmediateReceive")
struct CommunicatorImmediateReceiveTests {
    @Test("every kind of value is received from all ranks at a time", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in try await ImmediateReceiveCheck().everywhere() }
    }

    @Test("an immediate receive takes a value of any size", arguments: [1, 100, 40_000, 5_000_000])
    func anySize(count: Int) async throws {
        try await onRanks(2, arguments: ["\(count)"]) { () throws in
            let world = Communicator.world
            let count = try RankCheck.argument(0, as: Int.self)
            if world.rank == 0 {
                try world.send([UInt8](repeating: 3, count: count), to: 1, tag: 4)
                let pending = try world.immediateSend([Int](0..<count / 8), to: 1)
                #expect(throws: Never.self) { while try !pending.test() {} }
                try pending.wait()
            } else {
                let pending = try world.immediateReceive([UInt8].self, from: 0, tag: 4)
                let (bytes, status) = try pending.waitWithStatus()
                #expect(bytes == [UInt8](repeating: 3, count: count) && status.source == 0 && status.tag == 4)
                let numbers = try world.immediateReceive([Int].self)
                while try !numbers.test() {}
                #expect(try numbers.wait() == [Int](0..<count / 8))
            }
        }
    }

    @Test("receives that were begun earlier get the earlier messages, whatever is waited for first")
    func order() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                for index in 0..<6 { try world.send(index, to: 1) }
            } else {
                let first = try world.immediateReceive(Int.self, from: 0)
                let second = try world.immediateReceive(Int.self)
                let third = try world.immediateReceive(Int.self, tag: 0)
                let probed = try world.matchedProbe()
                #expect(try probed.receive(Int.self) == 3)
                #expect(try world.receive(Int.self) == 4)
                #expect(try third.wait() == 2)
                #expect(try second.wait() == 1)
                #expect(try first.wait() == 0)
                #expect(try world.receive(Int.self) == 5)
            }
        }
    }

    @Test(
        "a receive that was begun before lets blocking calls meet: large sends head to head, barrier, collectives"
    )
    func begunBefore() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let other = 1 - world.rank
            let value = try world.immediateReceive([Int].self, from: other, tag: 1)
            let buffer = try world.immediateReceive(count: 1_000_000, of: Double.self, from: other, tag: 2)
            try world.send([Int](0..<1_000_000), to: other, tag: 1)
            try world.send([Double](repeating: 1, count: 1_000_000).span, to: other, tag: 2)
            #expect(try value.wait() == [Int](0..<1_000_000))
            #expect(try buffer.wait().count == 1_000_000)

            let late = try world.immediateReceive([Int].self, from: other, tag: 3)
            if world.rank == 0 {
                try world.send([Int](0..<1_000_000), to: 1, tag: 3)
                #expect(try world.allReduce(1, .sum) == 2)
                try world.barrier()
                try world.send([7], to: 1, tag: 4)
                #expect(try late.wait() == [1])
            } else {
                #expect(try world.allReduce(1, .sum) == 2)
                try world.barrier()
                #expect(try world.receive([Int].self, tag: 4) == [7])
                #expect(try late.wait().count == 1_000_000)
                try world.send([1], to: 0, tag: 3)
            }
        }
    }

    @Test(
        "a message that is arriving is not lost when the time is up, the task is cancelled, or the receive is",
        .enabled(if: RankCheck.usesOpenMPI, "of MPICH nothing arrives as long as the sender does nothing")
    )
    func arriving() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(
            "swift-mpi-\(UUID().uuidString)"
        ).path
        defer { for number in 0..<4 { try? FileManager.default.removeItem(atPath: file + "\(number)") } }
        // In pieces, for which both have to do something: so it stays on its way as long as the sender does nothing.
        let inPieces = ["OMPI_MCA_btl_vader_single_copy_mechanism": "none"]
        try await onRanks(2, arguments: [file], environment: inPieces) { () async throws in
            let world = Communicator.world
            let file = try RankCheck.argument(0, as: String.self)
            if world.rank == 0 {
                for number in 0..<4 {
                    let send = try world.immediateSend(
                        keeping: [Int](repeating: number, count: 1_000_000),
                        to: 1
                    )
                    while access(file + "\(number)", F_OK) != 0 { sched_yield() }
                    try send.wait()
                }
                return
            }
            func arriving() throws -> ReceiveRequest<[Int]> {
                while try world.immediateProbe(from: 0) == nil {}
                let request = try world.immediateReceiveElements(of: Int.self, from: 0)
                _ = try request.test()
                return request
            }
            func goOn(_ number: Int) { close(open(file + "\(number)", O_CREAT | O_WRONLY, 0o600)) }

            let timed = try arriving()
            goOn(0)
            #expect(try timed.wait(timeout: .zero).first == 0)

            let awaited = try arriving()
            goOn(1)
            #expect(try await awaited.value(timeout: .zero).first == 1)

            let cancelled = try arriving()
            let task = Task { try await cancelled.value }
            task.cancel()
            goOn(2)
            #expect(try await task.value.first == 2)

            #expect(try !arriving().cancel(), "it is too late")
            goOn(3)
        }
    }

    @Test("a buffer is received into memory of the request, as much as was sent")
    func buffer() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                try world.barrier()
                try world.immediateSend([1.5, 2.5].span, to: 1).wait()
                try world.immediateSend(keeping: [Double](repeating: 9, count: 1_000_000), to: 1).wait(
                    timeout: .seconds(20)
                )
                try world.send([1.0, 2.0, 3.0].span, to: 1)
                try world.send("a value", to: 1)
            } else {
                let pending = try world.immediateReceive(count: 10, of: Double.self, from: 0)
                try world.barrier()
                #expect(try pending.wait() == [1.5, 2.5])
                let large = try world.immediateReceive(count: 1_000_000, of: Double.self)
                #expect(try large.wait(timeout: .seconds(20)).allSatisfy { $0 == 9 })
                let error = #expect(throws: MPIError.self) {
                    try world.immediateReceive(count: 2, of: Double.self).wait()
                }
                #expect(error?.errorClass == .truncation)
                let mismatch = #expect(throws: MPIError.self) {
                    try world.immediateReceive(count: 100, of: UInt8.self).wait()
                }
                #expect(mismatch?.errorClass == .mismatch)
            }
        }
    }

    @Test("requests are awaited without a thread of the pool: a hundred at a time")
    func awaited() async throws {
        try await onRanks(2) { () async throws in
            let world = Communicator.world
            let other = 1 - world.rank
            try await withThrowingTaskGroup(of: Void.self) { group in
                for tag in 0..<100 {
                    group.addTask {
                        let pending = try world.immediateReceive([Int].self, from: other, tag: tag)
                        #expect(try await pending.value == [tag, other])
                        #expect(try await pending.value == [tag, other], "a value can be awaited again")
                    }
                }
                for tag in 0..<100 {
                    try await world.immediateSend([tag, world.rank], to: other, tag: tag).value
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("a receive that waits in vain throws, and what arrives later goes to the next receive")
    func timeout() async throws {
        try await onRanks(2) { () async throws in
            let world = Communicator.world
            if world.rank == 1 {
                let error = #expect(throws: MPIError.self) {
                    try world.immediateReceive(Int.self).wait(timeout: .milliseconds(5))
                }
                #expect(error?.errorClass == .timedOut)
                #expect(throws: MPIError.self) {
                    try world.immediateReceive(count: 3, of: Int.self).wait(timeout: .milliseconds(5))
                }
                await #expect(throws: MPIError.self) {
                    try await world.immediateReceive(Int.self).value(timeout: .milliseconds(5))
                }
            }
            try world.barrier()
            if world.rank == 0 {
                try world.send(1, to: 1)
                try world.send([2].span, to: 1)
            } else {
                #expect(try world.receive(Int.self) == 1)
                #expect(try world.receiveElements(of: Int.self) == [2])
            }
        }
    }

    @Test("requests that are dropped do no harm, and are reported")
    func dropped() async throws {
        let result = try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                do { _ = try world.immediateSend([Int](repeating: 6, count: 1_000_000), to: 1) }
                try world.barrier()
            } else {
                do { _ = try world.immediateReceive(Int.self) }
                do { _ = try world.immediateReceive(count: 5, of: Int.self) }
                try world.barrier()
                #expect(try world.receive([Int].self).count == 1_000_000)
            }
            // Until the dropped send has arrived.
            try world.barrier()
        }
        #expect(result.standardError.contains("a send was dropped"))
        #expect(result.standardError.contains("a receive was dropped"))
    }
}
