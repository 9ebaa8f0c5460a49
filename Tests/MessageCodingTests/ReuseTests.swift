import MessageCoding
import Testing

@Suite("Coders that are used again for other messages")
struct ReuseTests {
    @Test("a container that was kept reaches into no other message, and disturbs none")
    func keptContainers() throws {
        let key = try #require(CodingUserInfoKey(rawValue: "drawer"))
        let drawer = Drawer()
        var encoder = MessageEncoder()
        encoder.userInfo[key] = drawer
        var decoder = MessageDecoder()
        decoder.userInfo[key] = drawer
        let bytes = try encoder.encode([Hoarder(text: "first")])
        _ = try decoder.decode([Hoarder].self, from: bytes)
        // The second message is written and read while the containers of the first are still there, and tried.
        let others = try encoder.encode([Hoarder(text: "other")])
        #expect(others.count == bytes.count)
        #expect(try decoder.decode([Hoarder].self, from: others).map(\.text) == ["other"])
        #expect(drawer.refusals == 20)
        #expect(drawer.successes == 0)
        drawer.empty()
    }

    @Test("a value may encode and decode messages of its own")
    func messagesWithinMessages() throws {
        let value = Envelope(depth: 20)
        #expect(try roundTrip(value) == value)
        try expectRoundTrip(value)
    }

    @Test("a message that failed leaves nothing behind")
    func failures() throws {
        struct Failure: Error {}
        struct Failing: Codable {
            init() {}
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: IndexedKey.self)
                var inner = container.nestedUnkeyedContainer(forKey: IndexedKey("inner"))
                var deeper = inner.nestedContainer(keyedBy: IndexedKey.self)
                try deeper.encode([String](repeating: "text", count: 500), forKey: IndexedKey("list"))
                throw Failure()
            }
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: IndexedKey.self)
                _ = try container.nestedContainer(keyedBy: IndexedKey.self, forKey: IndexedKey("x"))
                throw Failure()
            }
        }
        let good = ["x": Point(x: 1, y: 2, label: "good", weight: 3)]
        let bytes = try MessageEncoder().encode(good)
        for _ in 0..<20 {
            #expect(throws: Failure.self) { try MessageEncoder().encode([["x": Failing()]]) }
            #expect(try MessageEncoder().encode(good) == bytes)
            #expect(throws: Failure.self) {
                try MessageDecoder().decode([String: Failing].self, from: nested)
            }
            #expect(try MessageDecoder().decode([String: Point].self, from: bytes) == good)
        }
    }

    @Test("what cannot be thrown where it happens fails its own message, each time, and no other")
    func lateFailures() throws {
        struct Both: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                try container.encode(1)
                _ = encoder.container(keyedBy: IndexedKey.self)
            }
        }
        for _ in 0..<3 {
            #expect(throws: EncodingError.self) { try MessageEncoder().encode(Both()) }
            #expect(try roundTrip([Tree(depth: 2)]) == [Tree(depth: 2)])
        }
    }

    private var nested: [UInt8] {
        get throws { try MessageEncoder().encode(["a": ["x": ["y": 1]]]) }
    }

    @Test("values within values of the same type have containers of their own")
    func recursion() throws {
        try expectRoundTrip(Tree(depth: 6))
    }

    @Test("many tasks encode and decode at once")
    func concurrency() async throws {
        let tree = Tree(depth: 3)
        let bytes = try MessageEncoder().encode(tree)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<100 {
                        let point = Point(x: Double(task), y: Double(round), label: "\(task)", weight: round)
                        guard try roundTrip(point) == point, try MessageEncoder().encode(tree) == bytes,
                            try roundTrip(Envelope(depth: 3)) == Envelope(depth: 3)
                        else {
                            return false
                        }
                    }
                    return true
                }
            }
            for try await isRight in group {
                #expect(isRight)
            }
        }
    }
}

private struct Tree: Codable, Equatable {
    var name: String
    var first: [Tree]
    var byName: [String: Tree]
    var count: Int

    init(depth: Int) {
        name = "depth \(depth)"
        first = depth > 0 ? [Tree(depth: depth - 1)] : []
        byName = depth > 0 ? ["a": Tree(depth: depth - 1)] : [:]
        count = depth
    }
}

/// Travels as the bytes of a message within the message.
private struct Envelope: Codable, Equatable {
    enum CodingKeys: CodingKey { case depth, contents, end }
    var depth: Int

    init(depth: Int) {
        self.depth = depth
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(depth, forKey: .depth)
        if depth > 0 {
            try container.encode(MessageEncoder().encode(Envelope(depth: depth - 1)), forKey: .contents)
        }
        try container.encode("end", forKey: .end)
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        depth = try container.decode(Int.self, forKey: .depth)
        if let contents = try container.decodeIfPresent([UInt8].self, forKey: .contents) {
            let inner = try MessageDecoder().decode(Envelope.self, from: contents)
            guard inner.depth == depth - 1, try container.decode(String.self, forKey: .end) == "end" else {
                throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "another envelope"))
            }
        }
    }
}

/// Keeps what a coder handed to a value, and counts what came of its use.
private final class Drawer: Sendable {
    private struct Contents {
        var writer: KeyedEncodingContainer<IndexedKey>?
        var list: (any UnkeyedEncodingContainer)?
        var encoder: (any Encoder)?
        var reader: KeyedDecodingContainer<IndexedKey>?
        var items: (any UnkeyedDecodingContainer)?
        var decoder: (any Decoder)?
        var refusals = 0
        var successes = 0
    }

    // No coder is Sendable; the tests use this from one thread.
    private nonisolated(unsafe) var contents = Contents()

    var refusals: Int { contents.refusals }
    var successes: Int { contents.successes }

    func empty() {
        contents = Contents()
    }

    func keep(
        _ encoder: any Encoder,
        _ writer: KeyedEncodingContainer<IndexedKey>,
        _ list: any UnkeyedEncodingContainer
    ) {
        guard contents.writer == nil else {
            return
        }
        contents.encoder = encoder
        contents.writer = writer
        contents.list = list
    }

    func keep(
        _ decoder: any Decoder,
        _ reader: KeyedDecodingContainer<IndexedKey>,
        _ items: any UnkeyedDecodingContainer
    ) {
        guard contents.reader == nil else {
            return
        }
        contents.decoder = decoder
        contents.reader = reader
        contents.items = items
    }

    private func attempt(_ body: () throws -> Void) {
        do {
            try body()
            contents.successes += 1
        } catch {
            contents.refusals += 1
        }
    }

    func tryWriting() {
        guard var writer = contents.writer, var list = contents.list, let encoder = contents.encoder else {
            return
        }
        attempt { try writer.encode("intruder", forKey: IndexedKey("text")) }
        attempt { try list.encode("intruder") }
        attempt {
            var inner = writer.nestedUnkeyedContainer(forKey: IndexedKey("inner"))
            try inner.encode("intruder")
        }
        attempt {
            var container = encoder.container(keyedBy: IndexedKey.self)
            try container.encode("intruder", forKey: IndexedKey("text"))
        }
        attempt {
            var container = encoder.singleValueContainer()
            try container.encode("intruder")
        }
    }

    func tryReading() {
        guard let reader = contents.reader, var items = contents.items, let decoder = contents.decoder else {
            return
        }
        attempt { _ = try reader.decode(String.self, forKey: IndexedKey("text")) }
        attempt { _ = try items.decode(String.self) }
        attempt { _ = try reader.nestedUnkeyedContainer(forKey: IndexedKey("list")) }
        attempt { _ = try decoder.container(keyedBy: IndexedKey.self) }
        attempt { _ = try decoder.singleValueContainer().decode([String: String].self) }
        #expect(!reader.contains(IndexedKey("text")))
        #expect(reader.allKeys.isEmpty)
    }
}

/// Puts its containers into the drawer, and tries those that are there.
private struct Hoarder: Codable {
    var text: String

    init(text: String) {
        self.text = text
    }

    private static func drawer(_ userInfo: [CodingUserInfoKey: Any]) -> Drawer? {
        CodingUserInfoKey(rawValue: "drawer").flatMap { userInfo[$0] as? Drawer }
    }

    func encode(to encoder: any Encoder) throws {
        let drawer = Self.drawer(encoder.userInfo)
        var container = encoder.container(keyedBy: IndexedKey.self)
        drawer?.tryWriting()
        try container.encode(text, forKey: IndexedKey("text"))
        var list = container.nestedUnkeyedContainer(forKey: IndexedKey("list"))
        drawer?.tryWriting()
        try list.encode("item")
        drawer?.keep(encoder, container, list)
    }

    init(from decoder: any Decoder) throws {
        let drawer = Self.drawer(decoder.userInfo)
        let container = try decoder.container(keyedBy: IndexedKey.self)
        drawer?.tryReading()
        text = try container.decode(String.self, forKey: IndexedKey("text"))
        let items = try container.nestedUnkeyedContainer(forKey: IndexedKey("list"))
        drawer?.tryReading()
        drawer?.keep(decoder, container, items)
    }
}
