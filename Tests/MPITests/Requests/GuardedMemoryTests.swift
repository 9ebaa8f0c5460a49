import MPI
import RankChecks
import Testing

/// Small buffers that the library receives by itself.
@Suite("GuardedMemory")
struct GuardedMemoryTests {
    @Test("a message that is too long, however long, is an error of its receive and does no harm to others")
    func tooLong() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let lengths = [3, 17, 33, 2_000, 5_000, 40_000, 1_000_000]
            for limit in [0, 1, 2, 16, 1_000, 2_048] {
                for length in lengths where length > limit {
                    if world.rank == 0 {
                        try world.barrier()
                        for tag in 0..<3 {
                            let count = tag == 1 ? length : limit
                            try world.send(
                                [UInt8](repeating: UInt8(tag + 1), count: count).span,
                                to: 1,
                                tag: tag
                            )
                        }
                    } else {
                        var requests = RequestGroup<[UInt8], any Error>()
                        for tag in 0..<3 {
                            requests.add(try world.immediateReceive(count: limit, from: 0, tag: tag))
                        }
                        try world.barrier()
                        let results = try requests.waitAll()
                        for tag in [0, 2] {
                            let bytes = try results[tag].get()
                            #expect(bytes == [UInt8](repeating: UInt8(tag + 1), count: limit))
                        }
                        let error = #expect(throws: MPIError.self) { try results[1].get() }
                        #expect(
                            error?.errorClass == .truncation,
                            "\(length) bytes for \(limit): \(error as Any)"
                        )
                    }
                }
            }
        }
    }

    @Test("a value is refused by its mark, even if it is too long, and so is a part of an element")
    func otherMessages() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                try world.send("short", to: 1)
                try world.send([UInt8](repeating: 1, count: 3).span, to: 1)
                try world.send([Int](0..<100_000), to: 1)
                try world.send([7].span, to: 1)
            } else {
                // Not every library hands over the beginning of a message that is too long.
                let last: ErrorClass = RankCheck.usesOpenMPI ? .mismatch : .truncation
                for expected in [.mismatch, .mismatch, last] as [ErrorClass] {
                    let error = #expect(throws: MPIError.self) {
                        try world.immediateReceive(count: 20, of: Int32.self, from: 0).wait()
                    }
                    #expect(error?.errorClass == expected)
                }
                #expect(try world.immediateReceive(count: 3, of: Int.self).wait() == [7])
            }
        }
    }

    @Test("small buffers and values come in the order in which their receives were begun")
    func order() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                try world.barrier()
                for index in 0..<6 {
                    if index == 1 || index == 4 {
                        try world.send("\(index)", to: 1)
                    } else {
                        try world.send([index].span, to: 1)
                    }
                }
            } else {
                let first = try world.immediateReceive(count: 1, of: Int.self)
                let second = try world.immediateReceive(String.self)
                let third = try world.immediateReceive(count: 1, of: Int.self)
                try world.barrier()
                #expect(try third.wait() == [2])
                #expect(try second.wait() == "1")
                #expect(try first.wait() == [0])
                let fourth = try world.immediateReceive(count: 5, of: Int.self)
                #expect(try world.receive(String.self) == "4")
                #expect(try fourth.wait() == [3])
                #expect(try world.receiveElements(of: Int.self) == [5])
            }
        }
    }

    @Test("a receive that is cancelled, awaited in a cancelled task or dropped takes no message")
    func givenUp() async throws {
        try await onRanks(2) { () async throws in
            let world = Communicator.world
            if world.rank == 1 {
                func begin() throws -> ReceiveRequest<[Int]> { try world.immediateReceive(count: 3, from: 0) }
                #expect(try begin().cancel())
                let task = Task { try await begin().value }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                await #expect(throws: MPIError.self) { try await begin().value(timeout: .milliseconds(2)) }
                do { _ = try begin() }
                let nobody = try world.immediateReceive(count: 3, of: Int.self, from: Communicator.noRank)
                #expect(try nobody.wait() == [])
            }
            try world.barrier()
            if world.rank == 0 {
                try world.send([1, 2].span, to: 1)
            } else {
                let request = try world.immediateReceive(count: 3, of: Int.self)
                let (elements, status) = try request.waitWithStatus()
                #expect(elements == [1, 2] && status.source == 0)
            }
        }
    }

    @Test(
        "waiting for all takes what is complete, what fails and what somebody has already seen to be complete"
    )
    func all() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                for index in 0..<100 {
                    // Each tenth one is too long.
                    try world.send(
                        [Int](repeating: index, count: index % 10 == 9 ? 3 : 1).span,
                        to: 1,
                        tag: index
                    )
                }
            } else {
                var requests = RequestGroup<[Int], any Error>()
                for index in 0..<100 {
                    let request = try world.immediateReceive(count: 1, of: Int.self, from: 0, tag: index)
                    if index == 50 { while try !request.test() {} }
                    requests.add(request)
                }
                for (index, result) in try requests.waitAll().enumerated() {
                    if index % 10 == 9 {
                        #expect(throws: MPIError.self) { try result.get() }
                    } else {
                        #expect(try result.get() == [index])
                    }
                }
                let isEmpty = requests.isEmpty
                #expect(isEmpty)
            }
        }
    }
}
