import Foundation
import MessageCoding
import Testing

@Suite("Values come back as they were")
struct RoundTripTests {
    @Test("integers of every width at their limits")
    func integers() throws {
        func check<Integer: FixedWidthInteger & Codable>(_ type: Integer.Type) throws {
            var values: [Integer] = [.min, .max, 0, 1, .max / 2, .min / 2, .max / 3]
            for shift in 0..<Integer.bitWidth {
                let power: Integer = 1 << Integer(shift)
                values += [power, power &- 1, 0 &- power, ~power]
            }
            for value in values {
                #expect(try roundTrip(value) == value)
                #expect(try roundTrip(Optional(value)) == value)
            }
            try expectRoundTrip(values)
        }
        try check(Int.self)
        try check(Int8.self)
        try check(Int16.self)
        try check(Int32.self)
        try check(Int64.self)
        try check(Int128.self)
        try check(UInt.self)
        try check(UInt8.self)
        try check(UInt16.self)
        try check(UInt32.self)
        try check(UInt64.self)
        try check(UInt128.self)
    }

    @Test("floating-point numbers bit for bit, a NaN's payload included")
    func floatingPoint() throws {
        let doubles: [Double] = [
            0, -0.0, 1, -1.5, .pi, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
            Double(nan: 0x1234, signaling: false), .signalingNaN,
        ]
        for value in doubles {
            #expect(try roundTrip(value).bitPattern == value.bitPattern)
        }
        #expect(try roundTrip(doubles).map(\.bitPattern) == doubles.map(\.bitPattern))
        let floats: [Float] = [
            0, -0.0, .pi, .infinity, Float(nan: 0x12, signaling: false), .leastNonzeroMagnitude,
        ]
        for value in floats {
            #expect(try roundTrip(value).bitPattern == value.bitPattern)
        }
        #expect(try roundTrip(floats).map(\.bitPattern) == floats.map(\.bitPattern))
    }

    @Test("strings of every length and script")
    func strings() throws {
        for count in [0, 1, 15, 16, 31, 32, 33, 127, 128, 255, 256, 1023, 1024, 70_000] {
            try expectRoundTrip(String(repeating: "x", count: count))
        }
        try expectRoundTrip("Grüße, 世界 👩‍👩‍👧 \u{0}\u{FFFF}")
        try expectRoundTrip(["", "a", "ä", String(repeating: "é", count: 300)])
    }

    @Test("arrays of plain numbers in each kind of array")
    func packedArrays() throws {
        func check<Number: Codable & Equatable>(_ numbers: [Number]) throws {
            try expectRoundTrip(numbers)
            try expectRoundTrip(ContiguousArray(numbers))
            try expectRoundTrip([Number]())
            try expectRoundTrip([numbers, [], numbers])
            try expectRoundTrip(Array(repeating: numbers, count: 1000).flatMap { $0 })
        }
        try check([true, false, true])
        try check([1, -2, Int.max])
        try check([1, -2, Int8.max])
        try check([1, -2, Int16.max])
        try check([1, -2, Int32.max])
        try check([1, -2, Int64.max])
        try check([1, 2, UInt.max])
        try check([1, 2, UInt8.max])
        try check([1, 2, UInt16.max])
        try check([1, 2, UInt32.max])
        try check([1, 2, UInt64.max])
        try check([1.5, -2, Float.infinity])
        try check([1.5, -2, Double.infinity])
        try check(["a", "b", String(repeating: "c", count: 40)])
    }

    @Test("optionals within optionals")
    func nestedOptionals() throws {
        let values: [Int??] = [.none, .some(.none), .some(.some(3))]
        for value in values {
            #expect(try roundTrip(value) == value)
        }
        #expect(try roundTrip(values) == values)
        let deeper: [Int???] = [.none, .some(.none), .some(.some(.none)), .some(.some(.some(300)))]
        for value in deeper {
            #expect(try roundTrip(value) == value)
            #expect(try roundTrip(["key": value]) == ["key": value])
        }
        #expect(try roundTrip(deeper) == deeper)
        struct Nested: Codable, Equatable {
            var a: Int??
            var b: [String?]??
            var c: Double???
        }
        for a in values {
            for c: Double??? in [.none, .some(.none), .some(.some(.none)), 2.5] {
                let value = Nested(a: a, b: .some(.some(["x", nil])), c: c)
                #expect(try roundTrip(value) == value)
            }
        }
        #expect(try roundTrip([String?]([nil, "a"])) == [nil, "a"])
        #expect(try roundTrip([Point?]([nil])) == [nil])
    }

    @Test("a wrapper that is nil itself is told from no wrapper")
    func wrappedNil() throws {
        let values: [Forwarding?] = [nil, Forwarding(value: nil), Forwarding(value: 3)]
        #expect(try roundTrip(values) == values)
        for value in values {
            #expect(try roundTrip(value) == value)
        }
    }

    @Test("structures and enumerations with the coding that Swift makes")
    func synthesised() throws {
        try expectRoundTrip(Point(x: 1, y: -0.5, label: "corner", weight: 1_000_000))
        try expectRoundTrip(Colour.green)
        try expectRoundTrip(Level.low)
        let product = Expression.call(function: "product", arguments: [.number(2), .name("x"), .nothing])
        try expectRoundTrip(Expression.sum(product, .sum(.number(-1), product)))
        try expectRoundTrip(Array(repeating: Point(x: 0, y: 1, label: "p", weight: 3), count: 500))
        struct Empty: Codable, Equatable {}
        try expectRoundTrip(Empty())
        try expectRoundTrip([Empty](repeating: Empty(), count: 1000))
    }

    @Test("dictionaries with all kinds of keys")
    func dictionaries() throws {
        try expectRoundTrip(["a": 7, "b": 3, "": -1])
        try expectRoundTrip(["a": 0.5, "b": 3])
        try expectRoundTrip(["a": "x", "b": String(repeating: "y", count: 500)])
        try expectRoundTrip(["a": true])
        try expectRoundTrip([1: "x", -5: "y"])
        try expectRoundTrip([Point(x: 1, y: 2, label: "", weight: 0): [1, 2, 3]])
        try expectRoundTrip([Colour.red: 1, .green: 2])
        try expectRoundTrip([2.5: Float(1)])
        try expectRoundTrip(Dictionary(uniqueKeysWithValues: (0..<3000).map { ("key \($0)", $0) }))
        try expectRoundTrip(Dictionary(uniqueKeysWithValues: (0..<3000).map { ($0, [Double($0)]) }))
        try expectRoundTrip(["outer": ["inner": [String: Int]()]])
        try expectRoundTrip(Dictionary(uniqueKeysWithValues: (0..<3000).map { ("\($0)", [$0: "\($0)"]) }))
    }

    @Test("tables of tables, short and long, are written as their containers are by hand")
    func tables() throws {
        func check<Value: Codable & Equatable>(_ value: Value, _ other: Value) throws {
            let byName = ["a": value, "b": other, "": value]
            try expectRoundTrip([value, other])
            try expectRoundTrip(byName)
            try expectRoundTrip(["a": [value], "b": [], "c": [value, other]])
            try expectRoundTrip(["a": byName, "b": [:]])
            try expectRoundTrip(["a": ["x": [value, other], "y": []]])
            for count in [1, 127, 128, 255, 256, 1000] {
                let pairs = (0..<count).map { ("\($0)", $0.isMultiple(of: 2) ? value : other) }
                let table = Dictionary(uniqueKeysWithValues: pairs)
                let list = pairs.map { [$0.1] }
                let encoder = MessageEncoder()
                #expect(try encoder.encode(["t": table]) == encoder.encode(["t": ByHand(table: table)]))
                #expect(try encoder.encode(["l": list]) == encoder.encode(["l": ByHand(list: list)]))
                try expectRoundTrip([table])
                try expectRoundTrip(["a": list])
            }
        }
        // So many and yet short, and alone or within another container.
        for count in [100, 200, 252, 255, 256] {
            let strings = [String](repeating: "", count: count)
            #expect(try MessageEncoder().encode(strings) == MessageEncoder().encode(ByHand(list: strings)))
            #expect(
                try MessageEncoder().encode([strings]) == MessageEncoder().encode([ByHand(list: strings)])
            )
        }
        try check(1, -70_000)
        try check(0.5, .infinity)
        try check("", String(repeating: "é", count: 30))
        try check("a", String(repeating: "long ", count: 300))
        try check(true, false)
        try check([1, 2, 3], [])
        try check(["x", "y"], [])
        try check(Array(repeating: 0.25, count: 200), [])
    }

    @Test("other types of the standard library")
    func standardLibrary() throws {
        try expectRoundTrip(Set([1, 5, 9]))
        try expectRoundTrip(0..<10)
        try expectRoundTrip(0...10)
        try expectRoundTrip(PartialRangeFrom(3).lowerBound)
        try expectRoundTrip(Duration.seconds(3) + .nanoseconds(7))
        try expectRoundTrip([[[1], []], [[2, 3]]])
        try expectRoundTrip(SIMD4<Float>(1, 2, 3, 4))
        try expectRoundTrip(CollectionOfOne(5).first)
    }

    @Test("types of Foundation")
    func foundation() throws {
        try expectRoundTrip(Data((0..<3000).map { UInt8(truncatingIfNeeded: $0) }))
        try expectRoundTrip(Data())
        try expectRoundTrip(Date(timeIntervalSinceReferenceDate: 12_345.678))
        try expectRoundTrip(Decimal(string: "-12345678901234567890.123"))
        try expectRoundTrip(URL(string: "https://swift.org/a?b=c"))
        try expectRoundTrip(UUID())
        try expectRoundTrip(IndexSet([1, 2, 3, 9]))
        try expectRoundTrip(DateComponents(year: 2020, month: 2))
        try expectRoundTrip(Locale(identifier: "de_AT").identifier)
        try expectRoundTrip(CharacterSet.decimalDigits.contains("5"))
        try expectRoundTrip(Calendar(identifier: .gregorian))
        try expectRoundTrip(PersonNameComponents(givenName: "Ada", familyName: "Lovelace"))
        try expectRoundTrip(Measurement(value: 3, unit: UnitLength.meters).value)
    }

    @Test("a type of bytes with a coding of its own keeps it, however it was written")
    func byteCollections() throws {
        let bytes = try MessageEncoder().encode([UInt8](repeating: 7, count: 100))
        #expect(try MessageDecoder().decode(Data.self, from: bytes) == Data(repeating: 7, count: 100))
        #expect(try MessageDecoder().decode(Summed.self, from: bytes).sum == 700)
        #expect(
            try MessageDecoder().decode([Data].self, from: MessageEncoder().encode([Data(count: 60)])) == [
                Data(count: 60)
            ]
        )
        let slice = Data(0..<200)[50..<150]
        #expect(try roundTrip(slice) == slice)
    }

    @Test("a message stands behind a header that is already there")
    func appending() throws {
        for capacity in [0, 8, 4096] {
            var bytes: [UInt8] = [1, 2, 3]
            bytes.reserveCapacity(capacity)
            let original = bytes
            let value = Array(repeating: Point(x: 1, y: 2, label: "z", weight: 5), count: 20)
            try MessageEncoder().encode(value, appendingTo: &bytes)
            #expect(bytes.prefix(3) == [1, 2, 3])
            #expect(original == [1, 2, 3])
            #expect(try MessageDecoder().decode([Point].self, from: Array(bytes.dropFirst(3))) == value)
        }
    }

    @Test("a failed encoding leaves the bytes as they were")
    func failedAppending() throws {
        var bytes: [UInt8] = [1, 2, 3]
        #expect(throws: Refusing.Refusal.self) {
            try MessageEncoder().encode([Refusing()], appendingTo: &bytes)
        }
        #expect(bytes == [1, 2, 3])
    }

    @Test("arrays, buffers and spans of bytes decode alike")
    func sources() throws {
        let bytes = try MessageEncoder().encode(["a": 7])
        #expect(try MessageDecoder().decode([String: Int].self, from: bytes) == ["a": 7])
        #expect(try MessageDecoder().decode([String: Int].self, from: bytes.span.bytes) == ["a": 7])
        let fromBuffer = try bytes.withUnsafeBytes {
            try MessageDecoder().decode([String: Int].self, from: $0)
        }
        #expect(fromBuffer == ["a": 7])
        #expect(throws: DecodingError.self) {
            try MessageDecoder().decode(
                [String: Int].self,
                from: UnsafeRawBufferPointer(start: nil, count: 0)
            )
        }
    }

    @Test("user information reaches the values")
    func userInformation() throws {
        let key = try #require(CodingUserInfoKey(rawValue: "factor"))
        var encoder = MessageEncoder()
        encoder.userInfo[key] = 3
        var decoder = MessageDecoder()
        decoder.userInfo[key] = 5
        let bytes = try encoder.encode([Scaled(value: 2)])
        #expect(try decoder.decode([Scaled].self, from: bytes).first?.value == 30)
    }

    @Test("small things take few bytes")
    func sizes() throws {
        #expect(try MessageEncoder().encode(5).count == 1)
        #expect(try MessageEncoder().encode(-5).count == 1)
        #expect(try MessageEncoder().encode(300).count == 3)
        #expect(try MessageEncoder().encode("hello").count == 6)
        #expect(try MessageEncoder().encode(["a": 7, "b": 3]).count == 8)
        #expect(try MessageEncoder().encode([Double](repeating: 1, count: 100)).count == 803)
        #expect(try MessageEncoder().encode(Data(repeating: 7, count: 100)).count == 103)
        #expect(try MessageEncoder().encode(Int?.none).count == 1)
    }
}

/// Writes a table or a list by way of a container.
private struct ByHand<Value: Encodable>: Encodable {
    var table: [String: Value]?
    var list: [Value]?

    func encode(to encoder: any Encoder) throws {
        if let table {
            var container = encoder.container(keyedBy: IndexedKey.self)
            for (key, value) in table {
                try container.encode(value, forKey: IndexedKey(key))
            }
        }
        if let list {
            var container = encoder.unkeyedContainer()
            for value in list {
                try container.encode(value)
            }
        }
    }
}

/// Writes what it holds as if it were that.
private struct Forwarding: Codable, Equatable {
    var value: Int?

    init(value: Int?) {
        self.value = value
    }

    init(from decoder: any Decoder) throws {
        value = try Int?(from: decoder)
    }

    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
    }
}

/// A collection of bytes that does not read itself as one.
private struct Summed: RangeReplaceableCollection, Decodable {
    var bytes: [UInt8] = []
    var sum = 0

    init() {}

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        while !container.isAtEnd {
            sum += try container.decode(Int.self)
        }
    }

    var startIndex: Int { bytes.startIndex }
    var endIndex: Int { bytes.endIndex }
    subscript(index: Int) -> UInt8 { bytes[index] }
    func index(after index: Int) -> Int { index + 1 }
    mutating func replaceSubrange(_ range: Range<Int>, with new: some Collection<UInt8>) {
        bytes.replaceSubrange(range, with: new)
    }
}

private struct Refusing: Codable {
    struct Refusal: Error {}

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode("some text before the refusal")
        throw Refusal()
    }
}

private struct Scaled: Codable {
    var value: Int

    init(value: Int) {
        self.value = value
    }

    private static func factor(_ userInfo: [CodingUserInfoKey: Any]) -> Int {
        CodingUserInfoKey(rawValue: "factor").flatMap { userInfo[$0] as? Int } ?? 1
    }

    init(from decoder: any Decoder) throws {
        value = try decoder.singleValueContainer().decode(Int.self) * Self.factor(decoder.userInfo)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value * Self.factor(encoder.userInfo))
    }
}
