import MPI
import RankChecks
import Testing

/// One rank after the other sends to all others, which wait for nothing else.
private struct ReceiveCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        let (rank, size) = (team.rank, team.size)
        for root in 0..<size {
            if rank == root {
                for other in 0..<size where other != root {
                    try team.send(samples[root + other], to: other, tag: root)
                    try team.send(samples[other], to: other, tag: root + 1)
                }
            } else {
                #expect(try team.receive(Value.self, from: root, tag: root) == samples[root + rank])
                let (value, status) = try team.receiveWithStatus(Value.self, from: root)
                #expect(value == samples[rank] && status.source == root && status.tag == root + 1)
            }
        }
        // What a rank sends itself has to be under way.
        let own = try team.immediateSend(samples[rank], to: rank, tag: size)
        #expect(try team.receive(Value.self, from: rank, tag: size) == samples[rank])
        try own.wait()
    }
}

@Suite("Communicator+Receive")
struct CommunicatorReceiveTests {
    @Test("every kind of value is received from every rank", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in try await ReceiveCheck().everywhere() }
    }

    @Test("omitted source and tag mean any, and the status says which", arguments: [2, 3, 4])
    func wildcards(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                var sources: Set<Int> = []
                for _ in 1..<world.size {
                    let (value, status) = try world.receiveWithStatus(Int.self)
                    #expect(value == status.source * 10 && status.tag == status.source + 100)
                    sources.insert(status.source)
                }
                #expect(sources == Set(1..<world.size))
                try world.barrier()
                var numbers = [Int32](repeating: 0, count: 10)
                for _ in 1..<world.size {
                    let status = try world.receive(into: &numbers)
                    #expect(
                        status.count(of: Int32.self) == status.source && status.byteCount == 4 * status.source
                    )
                    #expect(
                        status.count(of: Double.self)
                            == (status.source.isMultiple(of: 2) ? status.source / 2 : nil)
                    )
                }
            } else {
                try world.send(world.rank * 10, to: 0, tag: world.rank + 100)
                try world.barrier()
                try world.send([Int32](repeating: 1, count: world.rank).span, to: 0)
            }
        }
    }

    @Test("messages are chosen by tag, and those with one tag arrive in order")
    func tags() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                for index in 0..<20 { try world.send(index, to: 1, tag: index % 2) }
            } else {
                let odd = try (0..<10).map { _ in try world.receive(Int.self, from: 0, tag: 1) }
                let even = try (0..<10).map { _ in try world.receive(Int.self, from: 0, tag: 0) }
                #expect(odd == (0..<10).map { 2 * $0 + 1 } && even == (0..<10).map { 2 * $0 })
            }
        }
    }

    @Test("a value of another type is an error that names both types, and the message is gone")
    func otherType() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                try world.send(["a": 1], to: 1)
                try world.send(2, to: 1)
            } else {
                // Known to this rank by name, since it has met it.
                _ = try world.allGatherAlone(["a": 1])
                let error = #expect(throws: MPIError.self) { try world.receive([Int].self, from: 0) }
                #expect(error?.errorClass == .mismatch && error?.text.contains("Array<Swift.Int>") == true)
                #expect(
                    error?.text.contains("Dictionary<Swift.String, Swift.Int>") == true,
                    "\(error as Any)"
                )
                #expect(error?.text.contains("rank 0") == true)
                #expect(try world.receive(Int.self, from: 0) == 2)
            }
        }
    }

    @Test("a buffer is no value, and a value is no buffer: errors that say so")
    func otherKind() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let sizes = [0, 1, 2, 3, 100]
            if world.rank == 0 {
                for size in sizes { try world.send([Double](repeating: 1, count: size).span, to: 1) }
                try world.send([1.0, 2.0, 3.0], to: 1)
                try world.send([1.0, 2.0, 3.0], to: 1)
                try world.send([1.0].span, to: 1)
            } else {
                for size in sizes {
                    let error = #expect(throws: MPIError.self) { try world.receive(String.self, from: 0) }
                    #expect(
                        error?.errorClass == .mismatch && error?.text.contains("\(size * 8) bytes") == true
                    )
                }
                var bytes = [UInt8](repeating: 0, count: 1000)
                let error = #expect(throws: MPIError.self) { try world.receive(into: &bytes, from: 0) }
                #expect(error?.errorClass == .mismatch && error?.text.contains("sent a value") == true)
                let other = #expect(throws: MPIError.self) {
                    try world.receiveElements(of: UInt8.self, from: 0)
                }
                #expect(other?.errorClass == .mismatch)
                #expect(try world.receiveElements(of: Double.self, from: 0) == [1.0])
            }
        }
    }

    @Test("a message that is too long is an error, and the next one arrives")
    func truncation() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            for count in [10, 100_000] {
                if world.rank == 0 {
                    try world.send([Int32](repeating: 7, count: count).span, to: 1)
                    try world.send([Int32](repeating: 8, count: 5).span, to: 1)
                } else {
                    var numbers = [Int32](repeating: 0, count: 5)
                    let error = #expect(throws: MPIError.self) { try world.receive(into: &numbers, from: 0) }
                    #expect(error?.errorClass == .truncation && error?.call == "MPI_Recv")
                    #expect(error.map { $0.code != 0 && !$0.text.isEmpty } == true)
                    try world.receive(into: &numbers, from: 0)
                    #expect(numbers == [8, 8, 8, 8, 8])
                }
            }
        }
    }

    @Test("a part of an element is an error")
    func partOfElement() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                try world.send([UInt8](repeating: 1, count: 12).span, to: 1)
                try world.send([UInt8](repeating: 1, count: 12).span, to: 1)
            } else {
                var numbers = [Double](repeating: 0, count: 4)
                #expect(throws: MPIError.self) { try world.receive(into: &numbers, from: 0) }
                #expect(throws: MPIError.self) { try world.receiveElements(of: Double.self, from: 0) }
            }
        }
    }

    @Test("a span of memory receives as well as an array")
    func span() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                try world.send([1.0, 2.0].span, to: 1)
            } else {
                var numbers = [0.0, 0.0, 0.0]
                var span = numbers.mutableSpan
                try world.receive(into: &span, from: 0)
                #expect(numbers == [1, 2, 0])
            }
        }
    }

    @Test("a receive that waits in vain throws when its time is up, and takes nothing away")
    func timeout() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 1 {
                let error = #expect(throws: MPIError.self) {
                    try world.receive(Int.self, from: 0, timeout: .milliseconds(20))
                }
                #expect(error?.errorClass == .timedOut)
                var numbers = [0]
                #expect(throws: MPIError.self) { try world.receive(into: &numbers, from: 0, timeout: .zero) }
                #expect(throws: MPIError.self) { try world.receiveElements(of: Int.self, timeout: .zero) }
                #expect(throws: MPIError.self) { try world.probe(timeout: .zero) }
                #expect(throws: MPIError.self) { _ = try world.matchedProbe(timeout: .zero) }
            }
            try world.barrier()
            if world.rank == 0 { try world.send(5, to: 1) }
            if world.rank == 1 { #expect(try world.receive(Int.self, timeout: .seconds(20)) == 5) }
        }
    }
}

extension Communicator {
    /// Meets a type, so that this process knows its name.
    func allGatherAlone<Value: Codable>(_ value: Value) throws -> Value {
        try send(value, to: rank, tag: 99)
        return try receive(Value.self, from: rank, tag: 99)
    }
}
