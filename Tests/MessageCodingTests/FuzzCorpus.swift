import Foundation
import MessageCoding

/// A message and what it is read as.
struct FuzzCase: Sendable {
    enum Outcome: Sendable {
        case value
        case error(String)
        /// What was decoded could not be encoded and decoded again.
        case inconsistent(String)
    }

    let name: String
    let message: [UInt8]
    let read: @Sendable ([UInt8]) -> Outcome

    init<T: Codable & Sendable>(_ value: T) throws {
        name = "\(T.self)"
        message = try MessageEncoder().encode(value)
        read = { bytes in
            let value: T
            do {
                value = try MessageDecoder().decode(T.self, from: bytes)
            } catch let error as DecodingError {
                return .error(Self.kind(of: error))
            } catch {
                return .error("\(type(of: error))")
            }
            do {
                _ = try MessageDecoder().decode(T.self, from: try MessageEncoder().encode(value))
                return .value
            } catch {
                return .inconsistent("\(T.self): \(error)")
            }
        }
    }

    private static func kind(of error: DecodingError) -> String {
        switch error {
        case .typeMismatch: "type mismatch"
        case .valueNotFound: "value not found"
        case .keyNotFound: "key not found"
        case .dataCorrupted: "data corrupted"
        @unknown default: "other decoding error"
        }
    }

    /// Messages of many types.
    static func makeCorpus() throws -> [FuzzCase] {
        let point = Point(
            x: 1,
            y: -2.5,
            label: "a point with a long name, so that it is no short string",
            weight: 99
        )
        let product = Expression.call(function: "product", arguments: [.number(2), .name("x"), .nothing])
        var corpus = try scalars() + numbers()
        corpus += [
            try FuzzCase(point),
            try FuzzCase([point, point, point]),
            try FuzzCase(Array(repeating: point, count: 12)),
            try FuzzCase(["first": point, "second": point]),
            try FuzzCase(Holder(before: 1, value: point, optional: point, none: nil, after: "end")),
            try FuzzCase(Holder(before: 1, value: [1.5, 2.5], optional: nil, none: nil, after: "end")),
            try FuzzCase(Expression.sum(.number(-1), .sum(product, product))),
            try FuzzCase([Colour.red, .green]),
            try FuzzCase([Level.low, .high]),
            try FuzzCase(["a": 7, "b": 3, "c": 70_000]),
            try FuzzCase(["a": 0.5]),
            try FuzzCase(["a": "text", "b": String(repeating: "x", count: 300)]),
            try FuzzCase(["a": true]),
            try FuzzCase([1: "one", 2: "two"]),
            try FuzzCase([2.5: [1], 3.5: [2, 3]]),
            try FuzzCase(["outer": ["inner": [1, nil, 3]]]),
            try FuzzCase(["a", "", String(repeating: "é", count: 40)]),
            try FuzzCase(["a": [1, 2], "b": []]),
            try FuzzCase(["a": ["b": "c"], "": [:]]),
            try FuzzCase(["a": ["b": ["c", "d"]]]),
            try FuzzCase([["a": 1.5], ["b": 2.5, "c": 3.5]]),
            try FuzzCase([["a"], ["b", "c"], []]),
            try FuzzCase([[Int]]([[1], [], [2, 3]])),
            try FuzzCase([Int??.none, .some(.none), 3]),
            try FuzzCase(Set([1, 5, 900])),
            try FuzzCase([0..<10, 3..<4]),
            try FuzzCase(-5...10),
            try FuzzCase(Duration.seconds(3)),
            try FuzzCase(SIMD4<Float>(1, 2, 3, 4)),
            try FuzzCase(Data((0..<200).map { UInt8($0) })),
            try FuzzCase([Date(timeIntervalSinceReferenceDate: 7)]),
            try FuzzCase(UUID()),
            try FuzzCase(URL(fileURLWithPath: "/tmp/file")),
            try FuzzCase(Interleaved(rows: 3)),
            try FuzzCase(Introspective()),
            try FuzzCase(Mixed()),
            try FuzzCase(Run(numbers: [1, 2, 3], addsText: true)),
            try FuzzCase(PathProbe()),
        ]
        return corpus
    }

    private static func scalars() throws -> [FuzzCase] {
        [
            try FuzzCase(true), try FuzzCase(5), try FuzzCase(Int.min), try FuzzCase(Int8.min),
            try FuzzCase(UInt16.max), try FuzzCase(UInt64.max), try FuzzCase(Int128.max),
            try FuzzCase(UInt128.max),
            try FuzzCase(Double.pi), try FuzzCase(Float.pi), try FuzzCase("text"),
            try FuzzCase(String(repeating: "ä", count: 100)), try FuzzCase(Int?.none),
            try FuzzCase(Int?(3000)),
        ]
    }

    private static func numbers() throws -> [FuzzCase] {
        [
            try FuzzCase([true, false]), try FuzzCase([1, 2, 3]),
            try FuzzCase([Int8](repeating: 3, count: 200)),
            try FuzzCase([Int16(1)]), try FuzzCase([Int32(1)]),
            try FuzzCase([UInt8](repeating: 3, count: 2000)),
            try FuzzCase([UInt16(1)]), try FuzzCase([UInt32(1)]), try FuzzCase([UInt64(1)]),
            try FuzzCase([Float](repeating: 1, count: 20)), try FuzzCase([Double](repeating: 1, count: 300)),
            try FuzzCase(ContiguousArray<Double>([1, 2])), try FuzzCase([[Double]]([[1], [2, 3]])),
            try FuzzCase([Int128.max, 3]), try FuzzCase(ContiguousArray([point(1)])),
        ]
    }

    private static func point(_ weight: Int) -> Point {
        Point(x: 0, y: 0, label: "", weight: weight)
    }
}
