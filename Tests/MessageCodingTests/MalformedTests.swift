import MessageCoding
import Testing

@Suite("Malformed, truncated and hostile messages are errors")
struct MalformedTests {
    @Test("every truncation of a message is an error, and so is every byte too many")
    func truncation() throws {
        func check<T: Codable>(_ value: T) throws {
            let bytes = try MessageEncoder().encode(value)
            for count in 0..<bytes.count {
                #expect(throws: DecodingError.self) {
                    try MessageDecoder().decode(T.self, from: Array(bytes.prefix(count)))
                }
            }
            #expect(throws: DecodingError.self) { try MessageDecoder().decode(T.self, from: bytes + [0]) }
        }
        try check(300)
        try check(Int128.max)
        try check("some text that is longer than thirty-two bytes")
        try check([1.5, 2.5])
        try check(["a": 7, "b": 3])
        try check([Point(x: 1, y: 2, label: "p", weight: 3)])
        try check(Expression.sum(.number(1), .call(function: "f", arguments: [.nothing])))
        try check(Interleaved(rows: 2))
    }

    @Test("a length that promises more than is there allocates nothing")
    func lengthBombs() {
        let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
        let bombs: [[UInt8]] = [
            [0xDC, 11] + huge, [0xDC, 1] + huge + [0x01], [0xDC, 11, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
            [0xDA] + huge,
            [0xDE] + huge, [0xE0] + huge + huge, [0xE0, 0, 0, 0, 0, 0, 0, 0, 0] + huge, [0xDF, 0, 255],
            [0xDD, 255],
            [0xDA] + Array(repeating: 0xFF, count: 30), [0xDC, 6] + Array(repeating: 0x80, count: 30),
        ]
        for bomb in bombs {
            #expect(throws: DecodingError.self) { try MessageDecoder().decode([Double].self, from: bomb) }
            #expect(throws: DecodingError.self) { try MessageDecoder().decode([UInt8].self, from: bomb) }
            #expect(throws: DecodingError.self) { try MessageDecoder().decode([String].self, from: bomb) }
            #expect(throws: DecodingError.self) { try MessageDecoder().decode(String.self, from: bomb) }
            #expect(throws: DecodingError.self) { try MessageDecoder().decode([Point].self, from: bomb) }
            #expect(throws: DecodingError.self) {
                try MessageDecoder().decode([String: Int].self, from: bomb)
            }
            #expect(throws: DecodingError.self) { try MessageDecoder().decode([Int: Point].self, from: bomb) }
            #expect(throws: DecodingError.self) { try MessageDecoder().decode(Point.self, from: bomb) }
        }
    }

    @Test("an integer that does not fit is an error that says so")
    func narrowing() throws {
        func expectNoFit<T: Codable, U: Codable>(_ value: T, _ type: U.Type) throws {
            let bytes = try MessageEncoder().encode(value)
            let error = #expect(throws: DecodingError.self) { try MessageDecoder().decode(type, from: bytes) }
            #expect(String(describing: error).contains("does not fit into \(type)"))
        }
        try expectNoFit(128, Int8.self)
        try expectNoFit(-1, UInt.self)
        try expectNoFit(-129, Int8.self)
        try expectNoFit(UInt64.max, Int64.self)
        try expectNoFit(Int64.min, Int32.self)
        try expectNoFit(UInt128.max, Int128.self)
        try expectNoFit(Int128.min, Int.self)
        try expectNoFit(Int128.min, UInt128.self)
        #expect(
            try MessageDecoder().decode(UInt8.self, from: try MessageEncoder().encode(Int128(200))) == 200
        )
    }

    @Test("a value that reaches beyond its container is an error, though the bytes are there")
    func overrun() throws {
        struct Inner: Codable { var a: Int }
        struct Generic: Codable { var a: Int128 }
        struct Outer<Value: Codable>: Codable {
            var v: Value
            var b: Int
        }
        struct Alone<Value: Codable>: Codable { var v: Value }
        struct First: Codable {
            var number: Int
            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                number = try container.decode(Int.self)
            }
        }
        func expectOverrun<Value: Codable>(_ value: [UInt8], _ type: Value.Type) {
            let rest: [UInt8] = [1] + "b".utf8 + [7]
            let contents = [1] + "v".utf8 + value + rest
            let bytes = [0xDD, UInt8(contents.count)] + contents
            #expect(throws: DecodingError.self) {
                try MessageDecoder().decode(Outer<Value>.self, from: bytes)
            }
            #expect(throws: DecodingError.self) {
                try MessageDecoder().decode(Alone<Value>.self, from: bytes)
            }
        }
        // An integer that takes its second byte from what stands behind its container.
        let entry: [UInt8] = [1] + "a".utf8 + [0xC8]
        expectOverrun([0xDD, 3] + entry, Inner.self)
        expectOverrun([0xDD, 3] + entry, Generic.self)
        expectOverrun([0xDD, 3] + entry, [String: Int].self)
        expectOverrun([0xDD, 3] + entry, [String: Int128].self)
        expectOverrun([0xDF, 1, 1, 0xC8], Set<Int>.self)
        expectOverrun([0xDF, 1, 1, 0xC8], [Int128].self)
        expectOverrun([0xDF, 1, 1, 0xC8], First.self)
        expectOverrun([0xDF, 1, 1, 0xC8], [Int?].self)
        expectOverrun([0xDF, 2, 1, 0x82, 0x61], [String].self)
        // A key, and a container within a container.
        expectOverrun([0xDD, 1, 5], [String: Int128].self)
        expectOverrun([0xDD, 4, 1, 0x61, 0xDD, 2], [String: Inner].self)
        expectOverrun([0xDF, 2, 1, 0xDF, 2], [[Int128]].self)
    }

    @Test("text that is not UTF-8 and Booleans that are neither are errors")
    func invalidContents() throws {
        #expect(throws: DecodingError.self) {
            try MessageDecoder().decode(String.self, from: [0x82, 0xC3, 0x28])
        }
        #expect(throws: DecodingError.self) {
            try MessageDecoder().decode([Bool].self, from: [0xDC, 1, 1, 2])
        }
        #expect(throws: DecodingError.self) {
            try MessageDecoder().decode([Bool?].self, from: [0xDC, 1, 1, 2])
        }
        // A key that is not UTF-8, in a dictionary of a known type and in another.
        let badKey: [UInt8] = [0xDD, 3, 1, 0xFF, 5]
        #expect(throws: DecodingError.self) { try MessageDecoder().decode([String: Int].self, from: badKey) }
        #expect(throws: DecodingError.self) { try MessageDecoder().decode([String: Int8].self, from: badKey) }
    }

    @Test("every first byte that means nothing is an error for every type")
    func unknownTags() {
        for tag: UInt8 in [0xC6, 0xC7, 0xDB] + Array(0xE1...0xFF) {
            let bytes = [tag] + [UInt8](repeating: 0, count: 40)
            let error = #expect(throws: DecodingError.self) {
                try MessageDecoder().decode(Int.self, from: bytes)
            }
            #expect(String(describing: error).contains("unknown tag \(tag)"))
            #expect(throws: DecodingError.self) { try MessageDecoder().decode([Int].self, from: bytes) }
            #expect(throws: DecodingError.self) { try MessageDecoder().decode(Point.self, from: bytes) }
            #expect(throws: DecodingError.self) { try MessageDecoder().decode(Int?.self, from: bytes) }
        }
    }

    @Test("another type than was sent is told with path, expectation and what was found")
    func mismatch() throws {
        struct Outer: Codable {
            struct Inner: Codable { var value: [String] }
            var list: [Inner]
        }
        struct Other: Codable {
            struct Inner: Codable { var value: [Point] }
            var list: [Inner]
        }
        let bytes = try MessageEncoder().encode(Outer(list: [.init(value: []), .init(value: ["text"])]))
        let error = #expect(throws: DecodingError.self) {
            try MessageDecoder().decode(Other.self, from: bytes)
        }
        guard case .typeMismatch(_, let context) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(
            context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue } == [
                "list", "1", "value", "0",
            ]
        )
        #expect(context.debugDescription.contains("list[1].value[0]"))
        #expect(context.debugDescription.contains("found a string"))
        #expect(context.debugDescription.contains("Expected Point"))
        let nilError = #expect(throws: DecodingError.self) {
            try MessageDecoder().decode(Int.self, from: try MessageEncoder().encode(Int?.none))
        }
        #expect(String(describing: nilError).contains("found nil"))
        #expect(throws: DecodingError.self) {
            try MessageDecoder().decode(Double.self, from: try MessageEncoder().encode(Float(1)))
        }
    }

    @Test("what is wrong within tables is told with its place, as elsewhere")
    func placesInTables() throws {
        func expectPath<T: Codable, U: Codable>(_ path: [String], _ value: T, as type: U.Type) throws {
            let bytes = try MessageEncoder().encode(value)
            let error = #expect(throws: DecodingError.self) { try MessageDecoder().decode(type, from: bytes) }
            guard case .typeMismatch(_, let context) = error else {
                Issue.record("another error: \(String(describing: error))")
                return
            }
            #expect(context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue } == path)
        }
        try expectPath(["a"], ["a": "text"], as: [String: Int].self)
        try expectPath(["a", "b"], ["a": ["b": "text"]], as: [String: [String: Int]].self)
        try expectPath(["a", "b", "0"], ["a": ["b": ["x", "y"]]], as: [String: [String: [Int]]].self)
        try expectPath(["1", "0"], [[], ["x"]], as: [[Double]].self)
        try expectPath(["0", "a"], [["a": 1]], as: [[String: String]].self)
    }

    @Test("tables within tables stay within the limit of depth, and know it in both directions")
    func depthOfTables() throws {
        let table = ["a": ["b": [1, 2]]]
        let bytes = try MessageEncoder().encode(table)
        for depth in 0...3 {
            let limits = MessageLimits(maximumDepth: depth)
            if depth < 2 {
                #expect(throws: EncodingError.self) { try MessageEncoder(limits: limits).encode(table) }
                #expect(throws: DecodingError.self) {
                    try MessageDecoder(limits: limits).decode([String: [String: [Int]]].self, from: bytes)
                }
            } else {
                #expect(try MessageEncoder(limits: limits).encode(table) == bytes)
                let copy = try MessageDecoder(limits: limits).decode(
                    [String: [String: [Int]]].self,
                    from: bytes
                )
                #expect(copy == table)
            }
        }
    }

    @Test("of a key that is there twice the last value counts")
    func keysTwice() throws {
        let bytes: [UInt8] = [0xDD, 6, 1, 0x61, 1, 1, 0x61, 2]
        #expect(try MessageDecoder().decode([String: Int].self, from: bytes) == ["a": 2])
        #expect(try MessageDecoder().decode([String: Int8].self, from: bytes) == ["a": 2])
    }

    @Test("a value within values stays within the limit of depth, both ways")
    func depth() throws {
        func chain(_ length: Int) -> Expression {
            (0..<length).reduce(.nothing) { chain, _ in .sum(chain, .nothing) }
        }
        // Each level of an enumeration is a value and a container for its case.
        try expectRoundTrip(chain(50))
        let deep = chain(5000)
        #expect(throws: EncodingError.self) { try MessageEncoder().encode(deep) }
        let roomy = MessageLimits(maximumDepth: 1000)
        let bytes = try MessageEncoder(limits: roomy).encode(chain(400))
        #expect(try MessageDecoder(limits: roomy).decode(Expression.self, from: bytes) == chain(400))
        let error = #expect(throws: DecodingError.self) {
            try MessageDecoder().decode(Expression.self, from: bytes)
        }
        #expect(String(describing: error).contains("maximumDepth"))
    }

    @Test("a value that contains itself is an error")
    func cycles() {
        final class Link: Encodable {
            var next: Link?
            var wrapsAlone: Bool
            init(wrapsAlone: Bool) { self.wrapsAlone = wrapsAlone }
            func encode(to encoder: any Encoder) throws {
                if wrapsAlone {
                    var container = encoder.singleValueContainer()
                    try container.encode(next)
                } else {
                    var container = encoder.unkeyedContainer()
                    var nested = container.nestedUnkeyedContainer()
                    try nested.encode(next)
                }
            }
        }
        for wrapsAlone in [true, false] {
            let link = Link(wrapsAlone: wrapsAlone)
            link.next = link
            #expect(throws: EncodingError.self) { try MessageEncoder().encode(link) }
            link.next = nil
        }
    }

    @Test("a message nested by hand to any depth does not exhaust the stack")
    func nestedByHand() {
        /// Reads its own kind through super decoders, which no generic call counts.
        final class Node: Decodable {
            var inner: Node?
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: IndexedKey.self)
                if container.contains(IndexedKey("super")) {
                    inner = try Node(from: container.superDecoder())
                }
            }
        }
        var bytes: [UInt8] = [0xDD, 0]
        for _ in 0..<20_000 {
            let entry = [5] + Array("super".utf8) + bytes
            var length = UInt64(entry.count)
            bytes = withUnsafeBytes(of: &length) { [0xDE] + Array($0) } + entry
        }
        #expect(throws: DecodingError.self) { try MessageDecoder().decode(Node.self, from: bytes) }
        // And the same as arrays of arrays.
        indirect enum List: Decodable {
            case list([List])
            init(from decoder: any Decoder) throws {
                self = .list(try decoder.singleValueContainer().decode([List].self))
            }
        }
        var lists: [UInt8] = [0xDF, 0, 0]
        for _ in 0..<20_000 {
            var numbers = (UInt64(lists.count), UInt64(1))
            lists = withUnsafeBytes(of: &numbers) { [0xE0] + Array($0) } + lists
        }
        #expect(throws: DecodingError.self) { try MessageDecoder().decode(List.self, from: lists) }
    }

    @Test("the limit of size holds for both sides")
    func size() throws {
        let limits = MessageLimits(maximumByteCount: 100)
        let numbers = [UInt8](repeating: 1, count: 97)
        let bytes = try MessageEncoder(limits: limits).encode(numbers)
        #expect(bytes.count == 100)
        #expect(try MessageDecoder(limits: limits).decode([UInt8].self, from: bytes) == numbers)
        #expect(throws: EncodingError.self) { try MessageEncoder(limits: limits).encode(numbers + [1]) }
        let larger = try MessageEncoder().encode(numbers + [1])
        #expect(throws: DecodingError.self) {
            try MessageDecoder(limits: limits).decode([UInt8].self, from: larger)
        }
        var header = [UInt8](repeating: 0, count: 500)
        try MessageEncoder(limits: limits).encode(numbers, appendingTo: &header)
        #expect(header.count == 600)
    }

    @Test("the value's own error passes through, and it may try again")
    func ownErrors() throws {
        enum NumberOrText: Codable, Equatable {
            case number(Int)
            case text(String)
            case point(Point)
            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let point = try? container.decode(Point.self) {
                    self = .point(point)
                } else if let number = try? container.decode(Int.self) {
                    self = .number(number)
                } else {
                    self = .text(try container.decode(String.self))
                }
            }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                switch self {
                case .number(let number): try container.encode(number)
                case .text(let text): try container.encode(text)
                case .point(let point): try container.encode(point)
                }
            }
        }
        try expectRoundTrip([
            NumberOrText.text("a"), .number(5), .point(Point(x: 1, y: 2, label: "l", weight: 3)), .text("b"),
        ])
        #expect(throws: DecodingError.self) {
            try MessageDecoder().decode(Colour.self, from: try MessageEncoder().encode("blue"))
        }
    }
}
