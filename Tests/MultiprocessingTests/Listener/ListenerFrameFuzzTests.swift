import MessageCoding
import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Strangers who know the protocol of a listener, and do not keep to it.
@Suite("Mutated conversations with a listener")
struct ListenerFrameFuzzTests {
    @Test("a handshake takes or refuses them, and nobody gets in without the key")
    func handshake() {
        var random = SeededGenerator(state: FrameFuzz.seed)
        let memory = FrameFuzz.residentKibibytes
        var (agreements, refusals, unfinished) = (0, 0, 0)
        let recorded = Handshake.Role.bothRoles.map { role in [nil, "key"].map { record(role, $0) } }
        for number in 0..<FrameFuzz.count {
            let role = Handshake.Role.bothRoles[number % 2]
            let key = random.below(2) == 0 ? nil : "key"
            var end = makeEnd(role, key)
            var bytes = recorded[1 - number % 2][random.below(2)]
            mutate(&bytes, &random)
            var rest = bytes[...]
            while case .needs(let count) = end.progress, !rest.isEmpty {
                let part = rest.prefix(min(count, 1 + random.below(80)))
                end.receive(part)
                rest = rest.dropFirst(part.count)
                _ = end.takeOutput()
            }
            switch end.progress {
            case .agreed:
                agreements += 1
                #expect(key == nil, "without the key: \(bytes)")
            case .refused: refusals += 1
            case .needs: unfinished += 1
            }
        }
        FrameFuzz.report(
            "handshakes: \(agreements) agreements, \(refusals) refusals, \(unfinished) unfinished",
            since: memory
        )
        #expect(agreements > 0 && refusals > 0 && unfinished > 0)
    }

    @Test("a stream of them is cut into messages or refused")
    func assembly() {
        var random = SeededGenerator(state: FrameFuzz.seed)
        let memory = FrameFuzz.residentKibibytes
        var (messages, refusals, assembly) = (0, 0, MessageAssembly())
        for _ in 0..<FrameFuzz.count {
            var bytes = MessageHeader(kind: random.below(2) == 0 ? .value : .bytes, count: 40).bytes
            bytes += [UInt8](repeating: 1, count: 40)
            mutate(&bytes, &random)
            var rest = bytes[...]
            do {
                while !rest.isEmpty {
                    let part = rest.prefix(min(assembly.missing, 1 + random.below(60)))
                    rest = rest.dropFirst(part.count)
                    if assembly.header == nil {
                        try assembly.appendToHeader(part, maximum: 1000)
                    } else {
                        _ = assembly.extendBody { memory in
                            memory.copyBytes(from: part)
                            return part.count
                        }
                    }
                    while assembly.take() != nil { messages += 1 }
                }
            } catch {
                // The connection is closed then.
                refusals += 1
                assembly = MessageAssembly()
            }
        }
        FrameFuzz.report("messages: \(messages) complete, \(refusals) refusals", since: memory)
        #expect(messages > 0 && refusals > 0)
    }

    @Test("a listener lets nobody disturb the others, before the handshake and after it")
    func listener() throws {
        let address = SocketAddress.abstract(
            name: "swift-mpi-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        )
        let listener = try Listener<[String]>(at: address, key: nil, maximumMessageSize: 1000)
        defer { listener.close() }
        let friend = try Client<[String]>.connect(to: address, key: nil, timeout: limit)
        let other = try listener.accept(timeout: limit)
        var random = SeededGenerator(state: FrameFuzz.seed)
        let memory = FrameFuzz.residentKibibytes
        let descriptors = openDescriptorCount
        let greeting = record(.client, nil, type: TypeFingerprint.of([String].self))
        let message = try MessageEncoder().encode(["some", "words"])
        var (sent, connections, values, errors, refusals) = (0, 0, 0, 0, 0)
        while sent < FrameFuzz.count {
            connections += 1
            let peer = try RawPeer(to: address)
            var bytes = greeting
            if random.below(16) == 0 { mutate(&bytes, &random) }
            for _ in 0...random.below(30) {
                var frame = MessageHeader(kind: random.below(8) == 0 ? .bytes : .value, count: message.count)
                    .bytes
                frame += message
                if random.below(4) == 0 { mutate(&frame, &random) }
                bytes += frame
                sent += 1
            }
            try peer.write(bytes)
            // It says no more, so that what is not complete ends.
            try peer.socket.use { _ = shutdown($0, Int32(SHUT_WR)) }
            try receiveAll(listener, until: peer, &values, &errors, &refusals)
            peer.socket.close()
            guard connections.isMultiple(of: 100) else { continue }
            try friend.send(["still", "there"])
            #expect(try other.receive(timeout: limit) == ["still", "there"])
            let stranger = try Client<[String]>.connect(to: address, key: nil, timeout: limit)
            let accepted = try listener.accept(timeout: limit)
            try accepted.send(["welcome"])
            #expect(try stranger.receive(timeout: limit) == ["welcome"])
        }
        FrameFuzz.report(
            """
            frames to a listener over \(connections) connections: \(values) values, \(errors) errors, \
            \(refusals) connections refused; descriptors \(descriptors) to \(openDescriptorCount)
            """,
            since: memory
        )
        #expect(values > 0 && errors > 0 && refusals > 0)
    }

    /// Takes in what a peer has sent, which has said all that it will say.
    private func receiveAll(
        _ listener: Listener<[String]>,
        until peer: RawPeer,
        _ values: inout Int,
        _ errors: inout Int,
        _ refusals: inout Int
    ) throws {
        // Refused, it is closed; accepted, it comes out of the listener: whatever is first.
        let connection: SocketConnection<[String]>
        while true {
            do {
                connection = try listener.accept(timeout: .milliseconds(1))
                break
            } catch let error as ProcessingError where error.kind != .timedOut {
                refusals += 1
                return
            } catch {
                // A stranger, of whom nothing is said.
                guard try peer.hasEnded() else { continue }
                refusals += 1
                return
            }
        }
        while true {
            do {
                _ = try connection.receive(timeout: limit)
                values += 1
            } catch let error as ProcessingError {
                errors += 1
                #expect(error.kind != .timedOut)
                // Bytes, where a value was expected, can be received as such; all else is the end.
                guard error.kind == .misuse,
                    kindOfError({ _ = try connection.receiveBytes(timeout: limit) }) == nil
                else { return connection.close() }
            } catch {
                // Not decoded: the next message is another one.
                errors += 1
            }
        }
    }

    private var openDescriptorCount: Int {
        (0..<1024).count { fcntl($0, F_GETFD) >= 0 }
    }

    private func makeEnd(
        _ role: Handshake.Role,
        _ key: String?,
        type: TypeFingerprint = TypeFingerprint(rawValue: 7)
    ) -> Handshake {
        Handshake(role: role, key: key.map { AuthenticationKey($0) }, type: type, maximumMessageSize: 1000)
    }

    /// What one end says in a conversation that goes well.
    private func record(
        _ role: Handshake.Role,
        _ key: String?,
        type: TypeFingerprint = TypeFingerprint(rawValue: 7)
    ) -> [UInt8] {
        var (end, other) = (makeEnd(role, key, type: type), makeEnd(role.other, key, type: type))
        var recorded: [UInt8] = []
        for _ in 0..<4 {
            let output = end.takeOutput()
            recorded += output
            feed(output, to: &other)
            feed(other.takeOutput(), to: &end)
        }
        return recorded
    }

    private func feed(_ bytes: [UInt8], to end: inout Handshake) {
        var rest = bytes[...]
        while case .needs(let count) = end.progress, !rest.isEmpty {
            end.receive(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
    }

    /// Changes, removes and adds a few bytes, or none.
    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        for _ in 0..<random.below(4) {
            guard !bytes.isEmpty else { return }
            let place = random.below(bytes.count)
            switch random.below(6) {
            case 0: bytes[place] ^= 1 << UInt8(random.below(8))
            case 1: bytes[place] = UInt8(random.below(256))
            case 2: bytes.removeLast(random.below(bytes.count))
            case 3: bytes.insert(UInt8(random.below(256)), at: place)
            case 4: bytes.remove(at: place)
            default: bytes[min(place, 7)] = [0, 1, 2, 0x7f, 0xff][random.below(5)]
            }
        }
    }
}

extension Handshake.Role {
    fileprivate static let bothRoles = [Handshake.Role.listener, .client]
}

extension RawPeer {
    /// Whether the other end has closed the connection.
    fileprivate func hasEnded() throws -> Bool {
        try socket.use { descriptor in
            while true {
                var bytes = [UInt8](repeating: 0, count: 1000)
                let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
                if count > 0 { continue }
                return count == 0 || errno == ECONNRESET
            }
        }
    }
}
