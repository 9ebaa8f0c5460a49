internal import MessageCoding

/// The inputs of a chunk, as they travel.
///
/// Those of plain types go together, as one array. All others go one by one, so that one that cannot be encoded, or not be
/// decoded, fails alone.
///
/// Layout: 0 · array, or 1 · for each input: length 8, or the greatest number if it could not be encoded · bytes.
enum PoolInputs {
    private static let notEncoded = UInt64.max

    /// Appends encoded inputs, of which the first one belongs to task `first`.
    ///
    /// The errors of those that cannot be encoded are put into `failures`, by their task. Returns the passages in the others.
    static func encode<Input: Encodable>(
        _ inputs: some Collection<Input>,
        first: Int,
        failures: inout [Int: any Error],
        to bytes: inout [UInt8]
    ) -> [ServicePassage] {
        let encoder = MessageEncoder()
        makeRoom(in: &bytes)
        if Input.self is any PlainInput.Type {
            bytes.append(0)
            if (try? encoder.encode(Array(inputs), appendingTo: &bytes)) != nil { return [] }
            bytes.removeLast()
        }
        bytes.append(1)
        let departures = Departures.during(carryingServices: true) {
            for (offset, input) in inputs.enumerated() {
                makeRoom(in: &bytes)
                let start = bytes.count
                PoolWire.append(notEncoded, to: &bytes)
                do {
                    try Departures.duringPart { try encoder.encode(input, appendingTo: &bytes) }
                    let length = UInt64(bytes.count - start - 8)
                    bytes.withUnsafeMutableBytes {
                        $0.storeBytes(of: length.littleEndian, toByteOffset: start, as: UInt64.self)
                    }
                } catch {
                    failures[first + offset] = error
                }
            }
        }
        return departures.passages
    }

    /// Makes sure that what is encoded next is not the reason for one more copy of everything.
    private static func makeRoom(in bytes: inout [UInt8]) {
        if bytes.capacity - bytes.count < 256 { bytes.reserveCapacity(2 * bytes.count + 1024) }
    }

    /// The inputs of a chunk in a worker, decoded as they are wanted.
    struct Reader<Input: Decodable> {
        /// All of them, if they came as one array.
        let together: [Input]
        /// The place of each, if they came one by one; `nil` for what could not be encoded.
        private let places: [Range<Int>?]
        private let bytes: UnsafeRawBufferPointer

        init(_ bytes: UnsafeRawBufferPointer) throws {
            self.bytes = bytes
            var reader = PoolWire.Reader(bytes)
            guard try reader.number(UInt8.self) == 1 else {
                together = try MessageDecoder().decode(
                    [Input].self,
                    from: reader.block(bytes.count - reader.position)
                )
                places = []
                return
            }
            together = []
            var places: [Range<Int>?] = []
            while !reader.isAtEnd {
                let length = try reader.number(UInt64.self)
                guard length != notEncoded else {
                    places.append(nil)
                    continue
                }
                let start = reader.position
                _ = try reader.block(Int(clamping: length))
                places.append(start..<reader.position)
            }
            self.places = places
        }

        /// One of the inputs.
        ///
        /// Throws `InputNotEncoded` for one that its sender could not encode.
        func input(at offset: Int) throws -> Input {
            if together.indices.contains(offset) { return together[offset] }
            guard places.indices.contains(offset) else {
                throw ProcessingError(.transport, "a chunk without input \(offset)")
            }
            guard let place = places[offset] else { throw InputNotEncoded() }
            return try MessageDecoder().decode(
                Input.self,
                from: UnsafeRawBufferPointer(rebasing: bytes[place])
            )
        }
    }
}

/// The client could not encode an input, and has kept the error.
struct InputNotEncoded: Error {}

/// Types whose values can always be encoded and decoded.
private protocol PlainInput {}
extension Int: PlainInput {}
extension Int8: PlainInput {}
extension Int16: PlainInput {}
extension Int32: PlainInput {}
extension Int64: PlainInput {}
extension UInt: PlainInput {}
extension UInt8: PlainInput {}
extension UInt16: PlainInput {}
extension UInt32: PlainInput {}
extension UInt64: PlainInput {}
extension Float: PlainInput {}
extension Double: PlainInput {}
extension Bool: PlainInput {}
extension String: PlainInput {}
extension NoValue: PlainInput {}
extension Array: PlainInput where Element: PlainInput {}

/// What travels instead of nothing.
struct NoValue: Codable, Sendable {
    private var nothing: UInt8 = 0
}
