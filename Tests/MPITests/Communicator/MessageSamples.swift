import MPI

/// Values of many kinds in one, to be sent in every way there is.
struct MessageSamples: Codable, Equatable, Sendable {
    enum Shape: Codable, Equatable, Sendable {
        case circle(radius: Double)
        case square(side: Int, name: String?)
        case nothing
    }

    var truth = [true, false]
    var integers: [Int64] = [0, 1, -1, .min, .max]
    var unsigned: [UInt8] = [0, 127, 128, 255]
    var reals: [Double] = [
        0, -0.0, 1.5, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
    ]
    var texts = ["", "a", "äöü €", String(repeating: "x", count: 1000)]
    var missing: Int?
    var nested: [[String: [Int?]]] = [["a": [1, nil, 3]], [:]]
    var shapes: [Shape] = [
        .circle(radius: 2), .square(side: 3, name: nil), .square(side: 4, name: "four"), .nothing,
    ]
}

/// A value that cannot be encoded.
struct Unencodable: Codable, Sendable, Error {
    init() {}
    init(from decoder: any Decoder) throws {}
    func encode(to encoder: any Encoder) throws { throw self }
}

/// A value that can be encoded when it says so.
struct Moody: Codable, Equatable {
    var isWilling: Bool
    init(_ isWilling: Bool) { self.isWilling = isWilling }

    func encode(to encoder: any Encoder) throws {
        guard isWilling else { throw Unencodable() }
        var container = encoder.singleValueContainer()
        try container.encode(isWilling)
    }

    init(from decoder: any Decoder) throws {
        isWilling = try decoder.singleValueContainer().decode(Bool.self)
    }
}

/// A plain structure that travels as bytes.
struct Particle: BufferElement, Equatable {
    var x: Double
    var y: Double
    var kind: Int32
}
