class SharedAnimal: Codable {
    enum CodingKeys: CodingKey { case name, legs }
    var name: String
    var legs: Int
    init(name: String, legs: Int) {
        self.name = name
        self.legs = legs
    }
}

/// Writes into its superclass's container.
final class SharedDog: SharedAnimal {
    enum CodingKeys: CodingKey { case trick }
    var trick: String
    init(name: String, legs: Int, trick: String) {
        self.trick = trick
        super.init(name: name, legs: legs)
    }
    required init(from decoder: any Decoder) throws {
        trick = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .trick)
        try super.init(from: decoder)
    }
    override func encode(to encoder: any Encoder) throws {
        try super.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(trick, forKey: .trick)
    }
}

/// Writes its superclass under a key of its own.
final class Dog: SharedAnimal {
    enum CodingKeys: CodingKey { case trick, name }
    var trick: String
    init(name: String, legs: Int, trick: String) {
        self.trick = trick
        super.init(name: name, legs: legs)
    }
    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        trick = try container.decode(String.self, forKey: .trick)
        try super.init(from: try container.superDecoder())
        guard name == (try container.decode(String.self, forKey: .name)) else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "other name"))
        }
    }
    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try super.encode(to: container.superEncoder())
        try container.encode(trick, forKey: .trick)
        try container.encode(name, forKey: .name)
    }
}

/// Opens several containers at once and writes them in turns.
struct Interleaved: Codable, Equatable {
    var numbers: [Int]
    var texts: [String: String]
    var points: [Point]

    init(rows: Int) {
        numbers = Array(0..<rows)
        texts = Dictionary(uniqueKeysWithValues: (0..<rows).map { ("\($0)", "text \($0)") })
        points = (0..<rows).map { Point(x: Double($0), y: 0, label: "\($0)", weight: $0) }
    }

    func encode(to encoder: any Encoder) throws {
        var outer = encoder.container(keyedBy: IndexedKey.self)
        var first = outer.nestedUnkeyedContainer(forKey: IndexedKey("numbers"))
        var second = outer.nestedContainer(keyedBy: IndexedKey.self, forKey: IndexedKey("texts"))
        try outer.encode("between", forKey: IndexedKey("between"))
        var third = outer.nestedUnkeyedContainer(forKey: IndexedKey("points"))
        for index in numbers.indices {
            try first.encode(numbers[index])
            try third.encode(points[index])
            // The container that is open under this key goes on.
            var same = outer.nestedContainer(keyedBy: IndexedKey.self, forKey: IndexedKey("texts"))
            let key = IndexedKey("\(index)")
            if index.isMultiple(of: 2) {
                try second.encode(texts["\(index)"], forKey: key)
            } else {
                try same.encode(texts["\(index)"], forKey: key)
            }
        }
        try outer.encode([Double](repeating: 1, count: 2000), forKey: IndexedKey("large"))
        var deep = third.nestedUnkeyedContainer()
        var deeper = deep.nestedContainer(keyedBy: IndexedKey.self)
        try deep.encode(2)
        try deeper.encode(1, forKey: IndexedKey("one"))
        try Point(x: 9, y: 9, label: "super", weight: 9).encode(to: deep.superEncoder())
        try outer.encode("last", forKey: IndexedKey("last"))
    }

    init(from decoder: any Decoder) throws {
        let outer = try decoder.container(keyedBy: IndexedKey.self)
        func check(_ condition: Bool, _ text: String) throws {
            guard condition else {
                throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: text))
            }
        }
        try check(outer.decode(String.self, forKey: IndexedKey("last")) == "last", "last")
        let second = try outer.nestedContainer(keyedBy: IndexedKey.self, forKey: IndexedKey("texts"))
        var third = try outer.nestedUnkeyedContainer(forKey: IndexedKey("points"))
        var first = try outer.nestedUnkeyedContainer(forKey: IndexedKey("numbers"))
        numbers = []
        texts = [:]
        points = []
        while !first.isAtEnd {
            let number = try first.decode(Int.self)
            numbers.append(number)
            texts["\(number)"] = try second.decode(String.self, forKey: IndexedKey("\(number)"))
            points.append(try third.decode(Point.self))
            try check(outer.decode(String.self, forKey: IndexedKey("between")) == "between", "between")
        }
        var deep = try third.nestedUnkeyedContainer()
        let deeper = try deep.nestedContainer(keyedBy: IndexedKey.self)
        try check(deep.decode(Int.self) == 2, "deep")
        try check(deeper.decode(Int.self, forKey: IndexedKey("one")) == 1, "deeper")
        try check(Point(from: deep.superDecoder()).label == "super", "super")
        try check(deep.isAtEnd && third.isAtEnd, "end")
        try check(outer.decode([Double].self, forKey: IndexedKey("large")).count == 2000, "large")
    }
}

struct Introspective: Codable {
    var seen: [String] = []
    var checks: [Bool] = []

    init() {}

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: IndexedKey.self)
        try container.encode(1, forKey: IndexedKey("a"))
        try container.encode([Point(x: 1, y: 1, label: "", weight: 1)], forKey: IndexedKey("b"))
        try container.encodeNil(forKey: IndexedKey("none"))
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: IndexedKey.self)
        seen = container.allKeys.map(\.stringValue)
        checks = [
            container.contains(IndexedKey("b")), container.contains(IndexedKey("none")),
            container.contains(IndexedKey("c")), try container.decodeNil(forKey: IndexedKey("none")),
            try container.decodeNil(forKey: IndexedKey("a")),
        ]
        _ = try container.decodeIfPresent(Point.self, forKey: IndexedKey("none"))
        _ = try container.decodeIfPresent(Int.self, forKey: IndexedKey("none"))
    }
}

struct Mixed: Codable {
    var description = ""

    init() {}

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(1)
        try container.encode("two")
        try container.encodeNil()
        try container.encode([3.0])
        description.withExtendedCount(container.count)
    }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        description = "\(container.count ?? -1): \(try container.decode(Int.self)) "
        description += "\(try container.decode(String.self)) "
        description += try container.decodeNil() ? "nil " : "value "
        guard try !container.decodeNil() else {
            return
        }
        description += "\(try container.decode([Double].self)) "
        description += container.isAtEnd ? "end at \(container.currentIndex)" : "more"
    }
}

extension String {
    fileprivate func withExtendedCount(_ count: Int) {
        precondition(count == 4, "the container counted \(count) items")
    }
}

struct Run: Codable {
    var numbers: [Int16]
    var addsText: Bool

    init(numbers: [Int16], addsText: Bool) {
        self.numbers = numbers
        self.addsText = addsText
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(contentsOf: numbers)
        if addsText {
            try container.encode("text")
        }
    }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        numbers = []
        addsText = false
        while !container.isAtEnd {
            if let number = try? container.decode(Int16.self) {
                numbers.append(number)
            } else {
                addsText = try container.decode(String.self) == "text"
            }
        }
    }
}

/// Tries to write something that refuses, and goes on without it.
struct Careful: Codable {
    enum CodingKeys: CodingKey { case items, fallback, refused }
    var items: [String] = []
    var fallback = 0

    private struct Refusing: Encodable {
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: IndexedKey.self)
            try container.encode([Double](repeating: 0, count: 1000), forKey: IndexedKey("large"))
            var nested = container.nestedUnkeyedContainer(forKey: IndexedKey("nested"))
            try nested.encode(1)
            throw EncodingError.invalidValue(self, .init(codingPath: [], debugDescription: "refused"))
        }
    }

    init() {}

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var list = container.nestedUnkeyedContainer(forKey: .items)
        try list.encode("before")
        try? list.encode(Refusing())
        try list.encode("after")
        try? container.encode(Refusing(), forKey: .refused)
        try container.encode(3, forKey: .fallback)
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if container.contains(.refused) {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "a rest is there"))
        }
        items = try container.decode([String].self, forKey: .items)
        fallback = try container.decode(Int.self, forKey: .fallback)
    }
}

/// Notes all coding paths that it sees.
struct PathProbe: Codable {
    var writtenAt = ""
    var readAt = ""

    private struct Deep: Codable {
        var place = ""

        init() {}

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(text(encoder.codingPath))
        }

        init(from decoder: any Decoder) throws {
            place = try decoder.singleValueContainer().decode(String.self) + "|" + text(decoder.codingPath)
        }
    }

    init() {}

    func encode(to encoder: any Encoder) throws {
        var outer = encoder.container(keyedBy: IndexedKey.self)
        var paths = [text(encoder.codingPath), text(outer.codingPath)]
        var inner = outer.nestedUnkeyedContainer(forKey: IndexedKey("inner"))
        paths.append(text(inner.codingPath))
        var innermost = inner.nestedContainer(keyedBy: IndexedKey.self)
        paths.append(text(innermost.codingPath))
        try innermost.encode(Deep(), forKey: IndexedKey("deep"))
        try outer.encode(paths, forKey: IndexedKey("paths"))
    }

    init(from decoder: any Decoder) throws {
        let outer = try decoder.container(keyedBy: IndexedKey.self)
        var paths = [text(decoder.codingPath), text(outer.codingPath)]
        var inner = try outer.nestedUnkeyedContainer(forKey: IndexedKey("inner"))
        paths.append(text(inner.codingPath))
        let innermost = try inner.nestedContainer(keyedBy: IndexedKey.self)
        paths.append(text(innermost.codingPath))
        let deep = try innermost.decode(Deep.self, forKey: IndexedKey("deep")).place.split(separator: "|")
        let written = try outer.decode([String].self, forKey: IndexedKey("paths"))
        writtenAt = (written + deep.prefix(1).map(String.init)).joined(separator: " ")
        readAt = (paths + deep.suffix(1).map(String.init)).joined(separator: " ")
    }
}

private func text(_ path: [any CodingKey]) -> String {
    path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "/")
}

/// Holds what it should not.
final class Keeper: Sendable {
    private struct Kept {
        var encoder: (any Encoder)?
        var decoder: (any Decoder)?
    }

    // A coder is not Sendable; the tests use this from one thread.
    private nonisolated(unsafe) var kept = Kept()

    var encoder: (any Encoder)? {
        get { kept.encoder }
        set { kept.encoder = newValue }
    }

    var decoder: (any Decoder)? {
        get { kept.decoder }
        set { kept.decoder = newValue }
    }
}

struct Keeping: Codable {
    init() {}

    private static func keeper(_ userInfo: [CodingUserInfoKey: Any]) -> Keeper? {
        CodingUserInfoKey(rawValue: "keeper").flatMap { userInfo[$0] as? Keeper }
    }

    func encode(to encoder: any Encoder) throws {
        Self.keeper(encoder.userInfo)?.encoder = encoder
    }

    init(from decoder: any Decoder) throws {
        Self.keeper(decoder.userInfo)?.decoder = decoder
    }
}
