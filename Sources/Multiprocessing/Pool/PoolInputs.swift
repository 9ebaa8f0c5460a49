internal import Glibc
internal import MessageCoding

/// The inputs of a chunk, as they travel.
///
/// Those of plain types go together, as one array. All others go one by one, so that one that cannot be encoded, or not be
/// decoded, fails alone.
///
/// Layout: form 1, and what it says.
enum PoolInputs {
    enum Form: UInt8 {
        /// An array.
        case together = 0
        /// For each input: length 8, or the greatest number if it could not be encoded · bytes.
        case oneByOne = 1
        /// Arrays of plain numbers as they lie in memory: see `InputReference`.
        case plain = 2
        /// Such arrays, which do not travel but were left in a store: see `InputReference`.
        case left = 3
    }

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
        if Input.self == NoValue.self, inputs.count == 1 {
            bytes.append(contentsOf: nothing)
            return []
        }
        let encoder = MessageEncoder()
        makeRoom(in: &bytes)
        if Input.self is any PlainInput.Type {
            bytes.append(Form.together.rawValue)
            if (try? encoder.encode(Array(inputs), appendingTo: &bytes)) != nil { return [] }
            bytes.removeLast()
        }
        bytes.append(Form.oneByOne.rawValue)
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

    /// The inputs of a call without any.
    private static let nothing: [UInt8] = {
        var bytes = [Form.together.rawValue]
        try? MessageEncoder().encode([NoValue()], appendingTo: &bytes)
        return bytes
    }()

    private static func isNothing(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == nothing.count, let start = bytes.baseAddress else { return false }
        return nothing.withUnsafeBytes { known in
            known.baseAddress.map { memcmp($0, start, known.count) == 0 } ?? true
        }
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
        /// Whether they are arrays as they lie in memory.
        private let isPlain: Bool
        /// Where they are, if they did not come.
        private let store: InputStore?

        init(_ bytes: UnsafeRawBufferPointer) throws {
            var reader = PoolWire.Reader(bytes)
            let form = Form(rawValue: try reader.number(UInt8.self))
            isPlain = form == .plain || form == .left
            var together: [Input] = []
            var places: [Range<Int>?] = []
            var store: InputStore?
            var source = bytes
            switch form {
            case .oneByOne:
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
            case .plain:
                places = Reader.places(try reader.lengths())
                source = try reader.block(bytes.count - reader.position)
            case .left:
                let reference = try InputReference(bytes)
                places = Reader.places(reference.lengths)
                store = InputStore.known(reference.ticket)
                guard let memory = store?.bytes(at: reference.offset, count: reference.size) else {
                    throw ProcessingError(.resources, "inputs are not where they were left")
                }
                source = UnsafeRawBufferPointer(memory)
            case .together where isNothing(bytes):
                // Array by array: no element has to be looked at.
                let one: Any = [NoValue()]
                together = one as? [Input] ?? []
            case .together, nil:
                together = try MessageDecoder().decode(
                    [Input].self,
                    from: reader.block(bytes.count - reader.position)
                )
            }
            (self.together, self.places, self.store, self.bytes) = (together, places, store, source)
        }

        /// The places of inputs that lie behind one another.
        private static func places(_ lengths: [Int]) -> [Range<Int>?] {
            var end = 0
            return lengths.map { length in
                defer { end += length }
                return end..<end + length
            }
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
            guard !isPlain else {
                guard place.upperBound <= bytes.count, let type = Input.self as? any PlainArray.Type,
                    let input = type.copy(of: UnsafeRawBufferPointer(rebasing: bytes[place])) as? Input
                else {
                    throw ProcessingError(.transport, "an input of \(place.count) bytes for a \(Input.self)")
                }
                return input
            }
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
