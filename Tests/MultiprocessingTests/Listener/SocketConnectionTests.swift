import RankChecks
import RankLaunching
import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Socket connection")
struct SocketConnectionTests {
    @Test(
        "a message of 64 MiB arrives whole, as a value and as bytes, while threads block and while they do not"
    )
    func large() async throws {
        let (client, server) = try makeConnection(of: [UInt8].self)
        var pattern = [UInt8](repeating: 1, count: 64 << 20)
        for index in stride(from: 0, to: pattern.count, by: 4093) { pattern[index] = UInt8(index % 251) }
        let large = pattern
        let sending = Task.detached {
            try await onThread { try client.send(large, timeout: limit) }
            try await client.sendBytes(large)
        }
        #expect(areSame(try await server.receive(timeout: limit), large))
        #expect(areSame(try await onThread { try server.receiveBytes(timeout: limit) }, large))
        try await sending.value
    }

    @Test("what the far end does not take is not sent, and the connection lives on")
    func tooLargeToSend() throws {
        let (client, server) = try makeConnection(of: [UInt8].self, maximumMessageSize: 1000)
        #expect(server.maximumMessageSize == 1000)
        #expect(kindOfError { try client.sendBytes([UInt8](repeating: 0, count: 1001)) } == .tooLong)
        #expect(kindOfError { try client.send([UInt8](repeating: 0, count: 1001)) } == .tooLong)
        try client.sendBytes([UInt8](repeating: 3, count: 1000))
        #expect(try server.receiveBytes(timeout: limit).count == 1000)
        // The other way the limit is the client's.
        try server.sendBytes([UInt8](repeating: 3, count: 1001))
        #expect(try client.receiveBytes(timeout: limit).count == 1001)
    }

    @Test("a peer that announces too much, or no message, loses the connection")
    func lies() throws {
        let headers = [MessageHeader(kind: .value, count: 1 << 50).bytes, Array("nonsense".utf8)]
        for (header, kind) in zip(headers, [ProcessingError.Kind.tooLong, .transport]) {
            let listener = try Listener<Int>(at: .tcp(host: "127.0.0.1", port: 0), key: sharedKey)
            let peer = try RawPeer(to: listener.address, type: Int.self)
            let server = try listener.accept(timeout: limit)
            try peer.write(header)
            #expect(kindOfError { _ = try server.receive(timeout: limit) } == kind)
            #expect(try peer.waitForEnd())
            #expect(kindOfError { _ = try server.receive(timeout: limit) } == .closed)
        }
    }

    @Test("a message that is too long for the receiver's memory is not lost")
    func shortMemory() throws {
        let (client, server) = try makeConnection(of: Int.self)
        try client.sendBytes([1, 2, 3])
        var memory = [UInt8](repeating: 0, count: 4)
        #expect(
            kindOfError {
                _ = try memory.withUnsafeMutableBytes { memory in
                    try server.receiveBytes(into: .init(rebasing: memory[..<2]), timeout: limit)
                }
            } == .tooLong
        )
        #expect(kindOfError { _ = try server.receiveBytes(maximumCount: 2, timeout: limit) } == .tooLong)
        #expect(try server.poll())
        #expect(try memory.withUnsafeMutableBytes { try server.receiveBytes(into: $0, timeout: limit) } == 3)
        #expect(memory == [1, 2, 3, 0])
        // Nor is one of the other kind, be it empty.
        for bytes: [UInt8] in [[7], []] {
            try client.sendBytes(bytes)
            for _ in 0..<2 { #expect(kindOfError { _ = try server.receive(timeout: limit) } == .misuse) }
            #expect(try server.poll(timeout: limit))
            #expect(try server.receiveBytes(timeout: limit) == bytes)
            try client.send(7)
            #expect(kindOfError { _ = try server.receiveBytes(timeout: limit) } == .misuse)
            #expect(try server.receive(timeout: limit) == 7)
        }
    }

    @Test("a value that cannot be encoded or decoded leaves the connection as it was")
    func coding() throws {
        let (client, server) = try makeConnection(of: Unencodable.self)
        #expect(throws: Unencodable.Refusal.self) { try client.send(Unencodable()) }
        try client.sendBytes([1])
        #expect(try server.receiveBytes(timeout: limit) == [1])
        let (other, end) = try makeConnection(of: Undecodable.self)
        try other.send(Undecodable(number: 1))
        try other.sendBytes([2])
        #expect(kindOfError { _ = try end.receive(timeout: limit) } != .timedOut)
        #expect(try end.receiveBytes(timeout: limit) == [2])
    }

    @Test("the end in the middle of a message is told from the end between two")
    func truncation() throws {
        let whole = MessageHeader(kind: .bytes, count: 3).bytes + [1, 2, 3]
        for count in 0..<whole.count {
            let listener = try Listener<Int>(at: .tcp(host: "127.0.0.1", port: 0), key: sharedKey)
            let peer = try RawPeer(to: listener.address, type: Int.self)
            let server = try listener.accept(timeout: limit)
            try peer.write(whole + whole.prefix(count))
            peer.socket.close()
            #expect(try server.receiveBytes(timeout: limit) == [1, 2, 3])
            let kind = kindOfError { _ = try server.receiveBytes(timeout: limit) }
            #expect(kind == (count == 0 ? .endOfStream : .transport), "\(count)")
        }
    }

    @Test("what was received of a message when the time was up is kept")
    func pieces() throws {
        let listener = try Listener<Int>(at: .tcp(host: "127.0.0.1", port: 0), key: sharedKey)
        let peer = try RawPeer(to: listener.address, type: Int.self)
        let server = try listener.accept(timeout: limit)
        for byte in MessageHeader(kind: .bytes, count: 3).bytes + [1, 2] {
            try peer.write([byte])
            #expect(try server.poll(timeout: limit))
            #expect(kindOfError { _ = try server.receiveBytes(timeout: .zero) } == .timedOut)
        }
        try peer.write([3])
        #expect(try server.receiveBytes(timeout: limit) == [1, 2, 3])
    }

    @Test("a send that was given up half-way ends what can be sent, and the far end learns it")
    func unfinishedSend() async throws {
        let large = [UInt8](repeating: 1, count: 64 << 20)
        let (client, server) = try makeConnection(of: Int.self)
        #expect(
            await kindOfAsyncError { try await client.sendBytes(large, timeout: .milliseconds(50)) }
                == .timedOut
        )
        #expect(await kindOfAsyncError { try await client.send(1) } == .closed)
        #expect(await kindOfAsyncError { _ = try await server.receiveBytes(timeout: limit) } == .transport)
        // The other direction is as it was.
        try await server.send(2)
        #expect(try await client.receive(timeout: limit) == 2)

        let (other, end) = try makeConnection(of: Int.self)
        let sending = Task { try await other.sendBytes(large) }
        #expect(try await end.poll(timeout: limit))
        sending.cancel()
        await #expect(throws: CancellationError.self) { try await sending.value }
        #expect(await kindOfAsyncError { _ = try await end.receiveBytes(timeout: limit) } == .transport)
    }

    @Test("messages of many senders do not mix, and many receivers get every one once")
    func manyUsers() async throws {
        let (client, server) = try makeConnection(of: Int.self)
        let (senders, count) = (6, 40)
        // Two senders are threads, the others tasks.
        for sender in 0..<2 {
            try NativeThread(name: "sender") {
                for number in 0..<count { try? client.sendBytes(numbered(sender * count + number)) }
            }.detach()
        }
        let numbers = try await withThrowingTaskGroup(of: [Int].self) { group in
            for sender in 2..<senders {
                group.addTask {
                    for number in 0..<count { try await client.sendBytes(numbered(sender * count + number)) }
                    return []
                }
            }
            for _ in 0..<3 {
                group.addTask {
                    var received: [Int] = []
                    for _ in 0..<senders * count / 3 {
                        let message = try await server.receiveBytes(timeout: limit)
                        let number = Int(try #require(message.first))
                        #expect(areSame(message, numbered(number)), "\(number)")
                        received.append(number)
                    }
                    return received
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(numbers.sorted() == Array(0..<senders * count))
    }
}

/// A message of its own for every number below 256; some do not fit into a socket at once.
private func numbered(_ number: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(number), count: number.isMultiple(of: 10) ? 4 << 20 : 3)
}

/// Compares without a loop, which takes long where nothing is optimised.
private func areSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && memcmp(left, right, left.count) == 0
}
