/// A dictionary whose keys are strings and whose values are of any type that can be encoded.
///
/// The standard library would write it as a keyed container all the same, by way of an existential encoder and a key of its own.
protocol WritableDictionary {
    /// Writes its entries into the frame that has been begun for it.
    func write(to state: EncodingState) throws
}

/// A dictionary whose keys are strings and whose values are of any type that can be decoded.
protocol ReadableDictionary {
    /// Reads the keyed container at a position; `nil` if there is another kind of value.
    static func read(from state: DecodingState, at position: Int) throws -> Self?
}

extension Dictionary: WritableDictionary where Key == String, Value: Encodable {
    func write(to state: EncodingState) throws {
        let serial = state.openContainer(.keyed)
        for (key, value) in self {
            try state.encodeEntry(value, forKey: EntryKey(key), serial: serial, isWrapped: false)
        }
    }
}

extension Dictionary: ReadableDictionary where Key == String, Value: Decodable {
    static func read(from state: DecodingState, at position: Int) throws -> Self? {
        guard let extent = try state.entries(at: position, of: Self.self) else {
            return nil
        }
        var dictionary: Self = [:]
        var next = extent.start
        while next < extent.end {
            let key = try state.entryKey(at: &next, upTo: extent.end, of: Self.self)
            dictionary[key] = try state.decode(
                Value.self,
                at: &next,
                upTo: extent.end,
                extra: nil,
                key: EntryKey(key)
            )
        }
        return dictionary
    }
}

extension DecodingState {
    /// Where the entries of a keyed container begin and end; `nil` if there is another kind of value.
    fileprivate func entries(at position: Int, of type: Any.Type) throws -> (start: Int, end: Int)? {
        do throws(Malformation) {
            return try keyedExtent(at: position)
        } catch {
            throw self.error(error, expecting: type, at: position, extra: nil, key: nil)
        }
    }

    /// Reads the key of an entry, behind which there must be a value.
    fileprivate func entryKey(at position: inout Int, upTo end: Int, of type: Any.Type) throws -> String {
        let start = position
        do throws(Malformation) {
            let size = try variableLength(at: &position)
            let key = try text(at: position, size: size)
            position += size
            guard position < end else {
                throw .truncated
            }
            return key
        } catch {
            throw self.error(error, expecting: type, at: start, extra: nil, key: nil)
        }
    }
}

/// The key of an entry of a dictionary.
struct EntryKey: CodingKey {
    let stringValue: String

    init(_ text: String) {
        stringValue = text
    }

    init?(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        stringValue = String(intValue)
    }

    var intValue: Int? { Int(stringValue) }
}

/// Tells which types are dictionaries with strings as keys.
///
/// It is asked for every value that is written or read, so it looks into the description that the runtime has of the type: its kind, what it is
/// made from, and its first generic argument. These are part of the binary interface.
struct StringKeyedDictionaries {
    /// What every dictionary is made from, in the runtime's words.
    private let dictionaryDescription = Self.description(of: [String: Int].self)[1]

    @inline(__always)
    func include<T>(_ type: T.Type) -> Bool {
        let structureKind: UInt = 0x200
        let description = Self.description(of: type)
        guard description[0] == structureKind, description[1] == dictionaryDescription else {
            return false
        }
        return description[2] == UInt(bitPattern: ObjectIdentifier(String.self))
    }

    @inline(__always)
    private static func description(of type: Any.Type) -> UnsafePointer<UInt> {
        unsafeBitCast(type, to: UnsafePointer<UInt>.self)
    }
}
