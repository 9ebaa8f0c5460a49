/// What a process asks of a store: the contents of a shared value, array, list, dictionary or namespace.
///
/// Elements, keys and values are encoded; the store never looks into them.
enum StoreCommand: Codable, Sendable {
    // Of a list.
    case count
    case element(at: Int)
    case elements(Range<Int>)
    case allElements
    case setElement([UInt8], at: Int)
    case append([[UInt8]])
    case insert([UInt8], at: Int)
    case removeElement(at: Int)
    case reverse
    case replaceElements([[UInt8]])

    // Of a dictionary.
    case keyCount
    case value(key: [UInt8])
    case allKeys
    case allValues
    case allPairs
    case setValues(keys: [[UInt8]], values: [[UInt8]])
    /// The value of the key, which becomes this one if the key is not there.
    case valueOrSet(key: [UInt8], value: [UInt8])
    case removeValue(key: [UInt8])
    case removeLastPair
    case replacePairs(keys: [[UInt8]], values: [[UInt8]])
}

/// What a store answers.
enum StoreAnswer: Codable, Hashable, Sendable {
    case done
    case count(Int)
    case element([UInt8])
    case elements([[UInt8]])
    case pairs(keys: [[UInt8]], values: [[UInt8]])
    /// There is no such key, or nothing at all.
    case missing
    /// There is no such index: the store has so many elements.
    case outOfRange(count: Int)
    /// The store is of another kind, or the command makes no sense.
    case refused

    /// Whether nothing was done or read.
    var isRefusal: Bool {
        switch self {
        case .outOfRange, .refused: true
        default: false
        }
    }
}

/// One request to a store.
enum StoreRequest: Codable, Sendable {
    case perform(StoreCommand)
    /// Performs the command and keeps everybody else away until the sender commits or abandons.
    case begin(StoreCommand)
    /// Performs the command and lets the others in again.
    case commit(StoreCommand)
    /// Lets the others in again.
    case abandon
}
