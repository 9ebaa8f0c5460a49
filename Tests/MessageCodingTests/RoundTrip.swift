import MessageCoding
import Testing

/// What `value` is after a journey as bytes.
func roundTrip<T: Codable>(_ value: T) throws -> T {
    try MessageDecoder().decode(T.self, from: try MessageEncoder().encode(value))
}

/// Expects that `value` is the same after a journey as bytes: alone, in an array, a dictionary, an optional and a structure.
func expectRoundTrip<T: Codable & Equatable>(
    _ value: T,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(try roundTrip(value) == value, sourceLocation: sourceLocation)
    #expect(try roundTrip([value, value]) == [value, value], sourceLocation: sourceLocation)
    #expect(try roundTrip(["key": value]) == ["key": value], sourceLocation: sourceLocation)
    #expect(try roundTrip(T?.some(value)) == value, sourceLocation: sourceLocation)
    #expect(try roundTrip(T?.none) == nil, sourceLocation: sourceLocation)
    let holder = Holder(before: 1, value: value, optional: value, none: nil, after: "end")
    #expect(try roundTrip(holder) == holder, sourceLocation: sourceLocation)
}

struct Holder<Value: Codable & Equatable>: Codable, Equatable {
    var before: Int
    var value: Value
    var optional: Value?
    var none: Value?
    var after: String
}

struct Point: Codable, Hashable {
    var x: Double
    var y: Double
    var label: String
    var weight: Int
}

indirect enum Expression: Codable, Hashable, Sendable {
    case number(Double)
    case name(String)
    case sum(Expression, Expression)
    case call(function: String, arguments: [Expression])
    case nothing
}

extension Holder: Sendable where Value: Sendable {}

enum Colour: String, Codable, CaseIterable {
    case red
    case green
}

enum Level: Int8, Codable {
    case low = -100
    case high = 100
}
