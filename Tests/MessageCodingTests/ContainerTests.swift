import MessageCoding
import Testing

@Suite("Every legal use of the containers")
struct ContainerTests {
    @Test("a class and its superclass may share a container or use a super encoder")
    func hierarchies() throws {
        let shared = SharedDog(name: "Rex", legs: 4, trick: "roll")
        let sharedCopy = try roundTrip(shared)
        #expect(sharedCopy.name == "Rex" && sharedCopy.legs == 4 && sharedCopy.trick == "roll")
        let apart = Dog(name: "Rex", legs: 4, trick: "roll")
        let copy = try roundTrip([apart, apart])
        #expect(copy.map(\.name) == ["Rex", "Rex"] && copy.map(\.trick) == ["roll", "roll"])
        #expect(copy.map(\.legs) == [4, 4])
    }

    @Test("nested containers are written in turns and read in another order")
    func interleaved() throws {
        let value = Interleaved(rows: 40)
        #expect(try roundTrip(value) == value)
        #expect(try roundTrip([value, value]) == [value, value])
        let large = Interleaved(rows: 3000)
        #expect(try roundTrip(["large": large]) == ["large": large])
    }

    @Test("keys are found in any order, unknown ones passed over, missing ones told")
    func keyOrder() throws {
        struct Written: Codable {
            var a = 1
            var extra = [Point(x: 1, y: 2, label: "p", weight: 3)]
            var b = "two"
            var nothing: Int?
            var c = [3.0]
        }
        struct Read: Codable {
            enum CodingKeys: CodingKey { case c, missing, nothing, b, a }
            var c: [Double]
            var missing: Int?
            var nothing: String?
            var b: String
            var a: UInt8
        }
        let bytes = try MessageEncoder().encode([Written(), Written()])
        for read in try MessageDecoder().decode([Read].self, from: bytes) {
            #expect(read.a == 1 && read.b == "two" && read.c == [3])
            #expect(read.missing == nil && read.nothing == nil)
        }
        struct Wanting: Codable {
            var absent: Int
        }
        let error = #expect(throws: DecodingError.self) {
            try MessageDecoder().decode([Wanting].self, from: bytes)
        }
        guard case .keyNotFound(let key, let context) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(key.stringValue == "absent")
        #expect(context.codingPath.map(\.intValue) == [0])
    }

    @Test("contains, allKeys and explicit nil")
    func introspection() throws {
        let copy = try roundTrip(Introspective())
        #expect(copy.seen == ["a", "b", "none"])
        #expect(copy.checks == [true, true, false, true, false])
    }

    @Test("an unkeyed container knows its count, its index and its end")
    func unkeyed() throws {
        let copy = try roundTrip(Mixed())
        #expect(copy.description == "4: 1 two nil [3.0] end at 4")
    }

    @Test("numbers written as a run go on as single items")
    func runs() throws {
        for extra in [false, true] {
            let bytes = try MessageEncoder().encode(Run(numbers: [1, 2, 300], addsText: extra))
            let copy = try MessageDecoder().decode(Run.self, from: bytes)
            #expect(copy.numbers == [1, 2, 300] && copy.addsText == extra)
        }
        #expect(try roundTrip(Run(numbers: [], addsText: true)).addsText)
    }

    @Test("packed numbers are read one by one, as other integers, and by types of their own")
    func packedByOthers() throws {
        let bytes = try MessageEncoder().encode([1, 2, 100])
        let decoder = MessageDecoder()
        #expect(try decoder.decode([Int8].self, from: bytes) == [1, 2, 100])
        #expect(try decoder.decode([UInt64].self, from: bytes) == [1, 2, 100])
        #expect(try decoder.decode(Set<Int>.self, from: bytes) == [1, 2, 100])
        #expect(try decoder.decode([Int128].self, from: bytes) == [1, 2, 100])
        #expect(try decoder.decode([Int?].self, from: bytes) == [1, 2, 100])
        #expect(
            try decoder.decode([Level].self, from: try MessageEncoder().encode([-100, 100])) == [.low, .high]
        )
        #expect(try decoder.decode([Float?].self, from: try MessageEncoder().encode([Float(1)])) == [1])
        #expect(try decoder.decode([Bool?].self, from: try MessageEncoder().encode([true])) == [true])
        #expect(throws: DecodingError.self) { try decoder.decode([String].self, from: bytes) }
        #expect(throws: DecodingError.self) { try decoder.decode([Double].self, from: bytes) }
        #expect(throws: DecodingError.self) { try decoder.decode([Point].self, from: bytes) }
        #expect(throws: DecodingError.self) {
            try decoder.decode([Int8].self, from: try MessageEncoder().encode([1000]))
        }
        // And items that were written one by one are read as an array of plain numbers.
        let single = try MessageEncoder().encode(Set([7]))
        #expect(try decoder.decode([Int].self, from: single) == [7])
        #expect(try decoder.decode(ContiguousArray<UInt8>.self, from: single) == [7])
    }

    @Test("an error that the value catches takes back what was written")
    func rollback() throws {
        let copy = try roundTrip(Careful())
        #expect(copy.items == ["before", "after"] && copy.fallback == 3)
    }

    @Test("a value that writes nothing comes back")
    func silent() throws {
        struct Silent: Codable, Equatable {
            init() {}
            init(from decoder: any Decoder) {}
            func encode(to encoder: any Encoder) {}
        }
        try expectRoundTrip(Silent())
    }

    @Test("coding paths say where a value is, on both sides")
    func codingPaths() throws {
        let bytes = try MessageEncoder().encode(["a": [[PathProbe()]]])
        let copy = try MessageDecoder().decode([String: [[PathProbe]]].self, from: bytes)
        let probe = try #require(copy["a"]?.first?.first)
        #expect(probe.writtenAt == "a/0/0 a/0/0 a/0/0/inner a/0/0/inner/0 a/0/0/inner/0/deep")
        #expect(probe.readAt == probe.writtenAt)
    }

    @Test("writing two values into one place is an error")
    func misuse() {
        struct Twice: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(1)
                try container.encode(2)
            }
        }
        struct Both: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                try container.encode(1)
                _ = encoder.container(keyedBy: IndexedKey.self)
            }
        }
        #expect(throws: EncodingError.self) { try MessageEncoder().encode(Twice()) }
        #expect(throws: EncodingError.self) { try MessageEncoder().encode(Both()) }
    }

    @Test("an encoder or decoder that is kept beyond its time does no harm")
    func stale() throws {
        let keeper = Keeper()
        let key = try #require(CodingUserInfoKey(rawValue: "keeper"))
        var encoder = MessageEncoder()
        encoder.userInfo[key] = keeper
        var decoder = MessageDecoder()
        decoder.userInfo[key] = keeper
        let bytes = try encoder.encode([Keeping()])
        _ = try decoder.decode([Keeping].self, from: bytes)
        var container = try #require(keeper.encoder).unkeyedContainer()
        #expect(throws: EncodingError.self) { try container.encode(1) }
        #expect(throws: EncodingError.self) { try container.encode(Point(x: 0, y: 0, label: "", weight: 0)) }
        var nested = container.nestedUnkeyedContainer()
        #expect(throws: EncodingError.self) { try nested.encode(Array(repeating: 1, count: 1000)) }
        #expect(throws: DecodingError.self) { try keeper.decoder?.container(keyedBy: IndexedKey.self) }
        #expect(throws: DecodingError.self) { try keeper.decoder?.singleValueContainer().decode(Int.self) }
        // The user information of both holds the keeper.
        keeper.encoder = nil
        keeper.decoder = nil
    }
}

struct IndexedKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
