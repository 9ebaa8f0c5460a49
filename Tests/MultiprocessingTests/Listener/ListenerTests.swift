import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Listener")
struct ListenerTests {
    @Test("values and bytes go both ways over sockets of every kind")
    func bothWays() throws {
        for address in addressesOfEveryKind() {
            let listener = try Listener<Parcel>(at: address, key: sharedKey)
            if case .tcp(_, let port) = listener.address {
                #expect(port > 0)
            } else {
                #expect(listener.address == address)
            }
            #expect(listener.lastAccepted == nil)
            let client = try Client<Parcel>.connect(to: listener.address, key: sharedKey, timeout: limit)
            let server = try listener.accept(timeout: limit)
            if case .tcp = address {
                #expect(listener.lastAccepted == server.peerAddress && server.peerAddress != nil)
            }
            #expect(try !client.poll() && !server.poll())
            try client.send(.example)
            #expect(try server.poll(timeout: limit))
            #expect(try server.receive(timeout: limit) == .example)
            try server.send(.example)
            try server.sendBytes([])
            try server.sendBytes([1, 2, 3])
            #expect(try client.receive(timeout: limit) == .example)
            #expect(try client.receiveBytes(timeout: limit) == [])
            #expect(try client.receiveBytes(timeout: limit) == [1, 2, 3])
            // The listener may go, the connection stays.
            listener.close()
            try client.send(.example)
            client.close()
            #expect(try server.receive(timeout: limit) == .example)
            #expect(try server.poll())
            #expect(kindOfError { _ = try server.receive(timeout: limit) } == .endOfStream)
            #expect(kindOfError { _ = try server.receive(timeout: limit) } == .endOfStream)
            #expect(kindOfError { _ = try client.receive() } == .closed)
            #expect(kindOfError { _ = try client.poll() } == .closed)
            #expect(kindOfError { try client.send(.example) } == .closed)
            #expect(client.isClosed && !server.isClosed && listener.isClosed)
        }
    }

    @Test("a listener without a host is reached over every interface")
    func everyInterface() throws {
        let listener = try Listener<Int>(at: .tcp(host: "", port: 0), key: sharedKey)
        guard case .tcp(let host, let port) = listener.address else { return #expect(Bool(false)) }
        for reached in ["127.0.0.1", "localhost", ""] + (host == "::" ? ["::1"] : []) {
            let address = SocketAddress.tcp(host: reached, port: port)
            try Client<Int>.connect(to: address, key: sharedKey, timeout: limit).send(4)
            #expect(try listener.accept(timeout: limit).receive(timeout: limit) == 4)
        }
    }

    @Test("tasks send and receive without blocking threads")
    func tasks() async throws {
        let listener = try Listener<Int>(at: .tcp(host: "localhost", port: 0), key: sharedKey)
        async let accepted = listener.accept(timeout: limit)
        let client = try await Client<Int>.connect(to: listener.address, key: sharedKey, timeout: limit)
        let server = try await accepted
        let echo = Task {
            while true { try await server.send(try await server.receive(timeout: limit) + 1, timeout: limit) }
        }
        for number in 0..<200 {
            try await client.send(number)
            #expect(try await client.receive(timeout: limit) == number + 1)
        }
        #expect(try await !client.poll(timeout: .milliseconds(1)))
        client.close()
        #expect(await kindOfAsyncError { try await echo.value } == .endOfStream)
    }

    @Test("with another key both ends learn it, and the listener works on")
    func wrongKey() async throws {
        let listener = try Listener<Int>(at: .tcp(host: "127.0.0.1", port: 0), key: sharedKey)
        let address = listener.address
        #expect(
            kindOfError {
                _ = try Client<Int>.connect(to: address, key: AuthenticationKey("other"), timeout: limit)
            }
                == .authentication
        )
        #expect(kindOfError { _ = try listener.accept(timeout: limit) } == .authentication)
        #expect(
            await kindOfAsyncError {
                _ = try await Client<Int>.connect(
                    to: address,
                    key: AuthenticationKey("other"),
                    timeout: limit
                )
            } == .authentication
        )
        #expect(await kindOfAsyncError { _ = try await listener.accept(timeout: limit) } == .authentication)
        #expect(
            textOfError { _ = try Client<Int>.connect(to: address, key: nil, timeout: limit) }.contains(
                "asks for a key"
            )
        )
        #expect(textOfError { _ = try listener.accept(timeout: limit) }.contains("was given no key"))
        let client = try await Client<Int>.connect(to: address, key: sharedKey, timeout: limit)
        try await client.send(4)
        #expect(try await listener.accept(timeout: limit).receive(timeout: limit) == 4)
    }

    @Test("a client with a key does not talk to a listener without, and ends without keys talk")
    func noKey() throws {
        let listener = try Listener<Int>(at: .tcp(host: "127.0.0.1", port: 0), key: nil)
        #expect(
            kindOfError { _ = try Client<Int>.connect(to: listener.address, key: sharedKey, timeout: limit) }
                == .authentication
        )
        #expect(kindOfError { _ = try listener.accept(timeout: limit) } == .authentication)
        let client = try Client<Int>.connect(to: listener.address, key: nil, timeout: limit)
        try client.send(4)
        #expect(try listener.accept(timeout: limit).receive(timeout: limit) == 4)
        #expect(
            kindOfError { _ = try Listener<Int>(at: .tcp(host: "", port: 0), key: AuthenticationKey("")) }
                == .misuse
        )
    }

    @Test("ends with messages of different types learn it")
    func otherType() throws {
        let listener = try Listener<Int>(at: .tcp(host: "127.0.0.1", port: 0), key: sharedKey)
        let text = textOfError {
            _ = try Client<[String]>.connect(to: listener.address, key: sharedKey, timeout: limit)
        }
        #expect(text.contains("Int") && text.contains("Array<Swift.String>"), "\(text)")
        #expect(kindOfError { _ = try listener.accept(timeout: limit) } == .coding)
    }

    @Test("garbage is refused without harm, a thousand times")
    func garbage() throws {
        let listener = try Listener<Int>(at: .tcp(host: "127.0.0.1", port: 0), key: sharedKey)
        for round in 0..<1000 {
            let peer = try RawPeer(to: listener.address)
            var bytes = (0..<Int.random(in: 1...300)).map { _ in UInt8.random(in: .min ... .max) }
            switch round % 4 {
            case 0: bytes = Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
            case 1: bytes = [0x7f] + Array("swiftMP".utf8) + bytes
            case 2: bytes = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f] + bytes
            default: break
            }
            try peer.write(bytes)
            if round % 4 == 1 {
                // It may be incomplete: then the end of it tells.
                peer.socket.close()
            } else {
                #expect(try peer.waitForEnd())
            }
        }
        let client = try Client<Int>.connect(to: listener.address, key: sharedKey, timeout: limit)
        try client.send(4)
        // What began like a greeting may count as a client without the key.
        while true {
            do {
                #expect(try listener.accept(timeout: limit).receive(timeout: limit) == 4)
                break
            } catch let error as ProcessingError where error.kind == .authentication {}
        }
    }

    @Test("peers who say nothing are in nobody's way, and are dropped in the end")
    func stalledPeers() throws {
        let listener = try Listener<Int>(
            at: .tcp(host: "127.0.0.1", port: 0),
            key: sharedKey,
            handshakeTimeout: .seconds(1000)
        )
        let silent = try (0..<20).map { _ in try RawPeer(to: listener.address) }
        let partial = try RawPeer(to: listener.address)
        try partial.write([0x7f])
        let client = try Client<Int>.connect(to: listener.address, key: sharedKey, timeout: limit)
        try client.send(4)
        #expect(try listener.accept(timeout: limit).receive(timeout: limit) == 4)
        listener.close()
        #expect(try silent.allSatisfy { try $0.waitForEnd() } && partial.waitForEnd())

        let hasty = try Listener<Int>(
            at: .tcp(host: "127.0.0.1", port: 0),
            key: sharedKey,
            handshakeTimeout: .milliseconds(100)
        )
        let late = try RawPeer(to: hasty.address)
        try late.write([0x7f])
        #expect(try late.waitForEnd())
    }

    @Test("more silent peers than there is room for still leave room for others")
    func crowd() throws {
        let listener = try Listener<Int>(
            at: .tcp(host: "127.0.0.1", port: 0),
            key: sharedKey,
            handshakeTimeout: .seconds(1000)
        )
        let silent = try (0..<ListenerTerms.greatestHandshakeCount + 20).map { _ in
            try RawPeer(to: listener.address)
        }
        let client = try Client<Int>.connect(to: listener.address, key: sharedKey, timeout: limit)
        try client.send(4)
        #expect(try listener.accept(timeout: limit).receive(timeout: limit) == 4)
        #expect(try silent[0].waitForEnd())
    }

    @Test("waits end when their time is up, when the task is cancelled, and when it is closed")
    func waits() async throws {
        let listener = try Listener<Int>(at: .unix(path: freshSocketPath()), key: sharedKey)
        let short = Duration.milliseconds(1)
        #expect(kindOfThrown { _ = try listener.accept(timeout: short) } == .timedOut)
        #expect(kindOfThrown { _ = try listener.accept(timeout: .zero) } == .timedOut)
        #expect(await kindOfAsyncError { _ = try await listener.accept(timeout: short) } == .timedOut)
        let (client, server) = try makeConnection(of: Int.self)
        #expect(kindOfThrown { _ = try client.receive(timeout: short) } == .timedOut)
        #expect(await kindOfAsyncError { _ = try await client.receive(timeout: short) } == .timedOut)

        let accepting = Task { try await listener.accept() }
        let receiving = Task { try await client.receive() }
        accepting.cancel()
        receiving.cancel()
        await #expect(throws: CancellationError.self) { try await accepting.value }
        await #expect(throws: CancellationError.self) { try await receiving.value }
        // Neither has taken anything.
        try await server.send(5)
        #expect(try await client.receive(timeout: limit) == 5)
        let other = try await Client<Int>.connect(to: listener.address, key: sharedKey, timeout: limit)
        _ = try await listener.accept(timeout: limit)
        #expect(!other.isClosed)

        let waiters = [
            Task { await kindOfAsyncError { _ = try await listener.accept() } },
            Task.detached { kindOfThrown { _ = try listener.accept() } },
            Task { await kindOfAsyncError { _ = try await client.receive() } },
            Task.detached { kindOfThrown { _ = try client.receive() } },
        ]
        listener.close()
        client.close()
        for waiter in waiters { #expect(await waiter.value == .closed) }
        #expect(await kindOfAsyncError { _ = try await listener.accept() } == .closed)
    }

    @Test("connecting ends when nobody listens, when nobody answers in time, and when something else answers")
    func connecting() async throws {
        let path = freshSocketPath()
        #expect(kindOfThrown { _ = try Client<Int>.connect(to: .unix(path: path), key: nil) } == .notFound)
        let gone = try Listener<Int>(at: .tcp(host: "127.0.0.1", port: 0), key: nil)
        gone.close()
        #expect(kindOfThrown { _ = try Client<Int>.connect(to: gone.address, key: nil) } == .notFound)
        #expect(
            await kindOfAsyncError { _ = try await Client<Int>.connect(to: gone.address, key: nil) }
                == .notFound
        )
        #expect(
            kindOfThrown { _ = try Client<Int>.connect(to: .tcp(host: "a", port: 70000), key: nil) }
                == .misuse
        )
        #expect(kindOfThrown { _ = try Client<Int>.connect(to: .unix(path: ""), key: nil) } == .misuse)

        // A socket that listens, and nothing behind it.
        let deaf = try SocketDescriptor.make(family: AF_UNIX)
        let address = try #require(try SocketAddress.unix(path: path).resolved(forListening: true).first)
        try deaf.use { descriptor in
            #expect(address.withSocketAddress { bind(descriptor, $0, $1) } == 0)
            #expect(listen(descriptor, 0) == 0)
        }
        defer { unlink(path) }
        // The first one waits for an answer, the following ones for room.
        for _ in 0..<3 {
            #expect(
                kindOfThrown {
                    _ = try Client<Int>.connect(to: .unix(path: path), key: nil, timeout: .milliseconds(20))
                }
                    == .timedOut
            )
            #expect(
                await kindOfAsyncError {
                    _ = try await Client<Int>.connect(
                        to: .unix(path: path),
                        key: nil,
                        timeout: .milliseconds(20)
                    )
                } == .timedOut
            )
        }
        let connecting = Task {
            try await Client<Int>.connect(to: .unix(path: path), key: nil, timeout: .seconds(1))
        }
        connecting.cancel()
        await #expect(throws: CancellationError.self) { try await connecting.value }
    }

    /// See `kindOfError`: for synchronous calls in asynchronous tests.
    private func kindOfThrown(_ body: () throws -> Void) -> ProcessingError.Kind? { kindOfError(body) }
}
