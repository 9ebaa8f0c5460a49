import MessageCoding
import Testing

@testable import Multiprocessing

/// Lets two ends talk until neither needs anything that the other has; `alter` may change what is on its way.
private func converse(
    _ client: inout Handshake,
    _ listener: inout Handshake,
    piece: Int = .max,
    alter: (_ fromClient: Bool, _ bytes: [UInt8]) -> [UInt8] = { $1 }
) {
    var (toClient, toListener): ([UInt8], [UInt8]) = ([], [])
    while true {
        toListener += alter(true, client.takeOutput())
        toClient += alter(false, listener.takeOutput())
        let before = (toClient.count, toListener.count)
        deliver(&toClient, to: &client, piece)
        deliver(&toListener, to: &listener, piece)
        if before == (toClient.count, toListener.count) { return }
    }
}

private func deliver(_ bytes: inout [UInt8], to end: inout Handshake, _ piece: Int) {
    guard case .needs(let count) = end.progress, !bytes.isEmpty else { return }
    let part = bytes.prefix(min(count, piece))
    bytes.removeFirst(part.count)
    end.receive(part)
}

private func makeEnd(
    _ role: Handshake.Role,
    _ key: String?,
    type: UInt64 = 7,
    maximum: Int = 1000
) -> Handshake {
    Handshake(
        role: role,
        key: key.map { AuthenticationKey($0) },
        type: TypeFingerprint(rawValue: type),
        maximumMessageSize: maximum
    )
}

@Suite("Handshake")
struct HandshakeTests {
    @Test(
        "ends with the same key, and ends without any, agree, however the bytes arrive",
        arguments: ["key", nil],
        [1, 7, 63, 64, .max]
    )
    func agreement(key: String?, piece: Int) {
        var client = makeEnd(.client, key, maximum: 5)
        var listener = makeEnd(.listener, key, maximum: 9)
        converse(&client, &listener, piece: piece)
        #expect(client.progress == .agreed(peerMaximum: 9))
        #expect(listener.progress == .agreed(peerMaximum: 5))
    }

    @Test("with different keys, both ends are told, and the listener has proved nothing")
    func differentKeys() {
        var client = makeEnd(.client, "key")
        var listener = makeEnd(.listener, "another")
        var sentByListener = 0
        converse(&client, &listener) { fromClient, bytes in
            if !fromClient { sentByListener += bytes.count }
            return bytes
        }
        #expect(client.progress == .refused(.keyWasRefused))
        #expect(listener.progress == .refused(.wrongKey))
        #expect(sentByListener == Greeting.byteCount + 1)
    }

    @Test("a listener that accepts every key does not get past a client")
    func impostor() {
        var client = makeEnd(.client, "key")
        _ = client.takeOutput()
        client.receive(
            Greeting(
                version: Handshake.version,
                role: Handshake.Role.listener.rawValue,
                hasKey: true,
                type: 7,
                maximumMessageSize: 1,
                nonce: [UInt8](repeating: 1, count: 32)
            ).bytes
        )
        #expect(client.takeOutput().count == MessageAuthentication.codeSize)
        client.receive([0x06] + [UInt8](repeating: 9, count: 32))
        #expect(client.progress == .refused(.wrongKey))
        #expect(client.takeOutput() == [0x15])
    }

    @Test("when only one end has a key, both are told which")
    func missingKeys() {
        var (client, listener) = (makeEnd(.client, "key"), makeEnd(.listener, nil))
        converse(&client, &listener)
        #expect(client.progress == .refused(.keyIsMissingThere))
        #expect(listener.progress == .refused(.keyIsMissingHere))
        (client, listener) = (makeEnd(.client, nil), makeEnd(.listener, "key"))
        converse(&client, &listener)
        #expect(client.progress == .refused(.keyIsMissingHere))
        #expect(listener.progress == .refused(.keyIsMissingThere))
    }

    @Test("ends with messages of different types are told, but only once they trust each other")
    func differentTypes() {
        var (client, listener) = (makeEnd(.client, "key", type: 1), makeEnd(.listener, "key", type: 2))
        converse(&client, &listener)
        #expect(client.progress == .refused(.otherType(there: 2, here: 1)))
        #expect(listener.progress == .refused(.otherType(there: 1, here: 2)))
        (client, listener) = (makeEnd(.client, "key", type: 1), makeEnd(.listener, "other", type: 2))
        converse(&client, &listener)
        #expect(client.progress == .refused(.keyWasRefused))
    }

    @Test("what an end has said itself cannot be said back to it")
    func reflection() {
        for role in [Handshake.Role.client, .listener] {
            var end = makeEnd(role, "key")
            let greeting = end.takeOutput()
            end.receive(greeting)
            #expect(end.progress == .refused(.sameRole))
        }
        // With the role changed the client's own proof is no proof of a listener.
        var client = makeEnd(.client, "key")
        var greeting = client.takeOutput()
        greeting[9] = Handshake.Role.listener.rawValue
        client.receive(greeting)
        client.receive([0x06] + client.takeOutput())
        #expect(client.progress == .refused(.wrongKey))
    }

    @Test("a recorded conversation cannot be played again")
    func replay() {
        var recorded: [UInt8] = []
        var (client, listener) = (makeEnd(.client, "key"), makeEnd(.listener, "key"))
        converse(&client, &listener) { fromClient, bytes in
            if fromClient { recorded += bytes }
            return bytes
        }
        #expect(listener.progress == .agreed(peerMaximum: 1000))
        var another = makeEnd(.listener, "key")
        _ = another.takeOutput()
        while case .needs(let count) = another.progress, !recorded.isEmpty {
            another.receive(recorded.prefix(count))
            recorded.removeFirst(count)
        }
        #expect(another.progress == .refused(.wrongKey))
    }

    @Test("no bit of a conversation can be changed on its way without one end noticing")
    func tampering() {
        for fromClient in [true, false] {
            for bit in 0..<(Greeting.byteCount + MessageAuthentication.codeSize + 1) * 8 {
                var (client, listener) = (makeEnd(.client, "key"), makeEnd(.listener, "key"))
                var position = 0
                converse(&client, &listener) { isClient, bytes in
                    guard isClient == fromClient else { return bytes }
                    let changed = bytes.enumerated().map { index, byte in
                        position + index == bit / 8 ? byte ^ 1 << UInt8(bit % 8) : byte
                    }
                    position += bytes.count
                    return changed
                }
                let agreement = Handshake.Progress.agreed(peerMaximum: 1000)
                #expect(client.progress != agreement || listener.progress != agreement, "bit \(bit)")
            }
        }
    }

    @Test("garbage is refused at its first byte that is wrong, and never trapped on")
    func garbage() {
        var end = makeEnd(.listener, "key")
        end.receive(Array("GET / HTTP/1.1\r\n".utf8))
        #expect(end.progress == .refused(.notOurProtocol))
        end = makeEnd(.listener, "key")
        end.receive([0x7f])
        #expect(end.progress == .needs(63))
        end.receive([0x7f])
        #expect(end.progress == .refused(.notOurProtocol))
        var generator = SystemRandomNumberGenerator()
        for round in 0..<3000 {
            let role = round.isMultiple(of: 2) ? Handshake.Role.client : .listener
            var end = makeEnd(role, "key")
            // Half of them begin well.
            var bytes = (0..<Int.random(in: 0...200)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            if round % 4 < 2 {
                var other = makeEnd(role.other, "key")
                bytes = other.takeOutput().prefix(Int.random(in: 8...64)) + bytes
            }
            while case .needs(let count) = end.progress, !bytes.isEmpty {
                let part = bytes.prefix(min(count, Int.random(in: 1...64)))
                end.receive(part)
                bytes.removeFirst(part.count)
            }
            if case .agreed = end.progress { Issue.record("agreed with garbage") }
        }
    }

    @Test("another version of the protocol is told by its number")
    func otherVersion() {
        var (client, listener) = (makeEnd(.client, "key"), makeEnd(.listener, "key"))
        var greeting = client.takeOutput()
        greeting[8] = 9
        listener.receive(greeting)
        #expect(listener.progress == .refused(.otherVersion(9)))
        #expect("\(Handshake.Refusal.otherVersion(9).error(with: "tcp x:1"))".contains("version 9"))
    }
}
