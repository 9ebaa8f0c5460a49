/// The contents of a store: elements in order, or values by keys.
enum Store: Sendable {
    case list(ListStore)
    case dictionary(DictionaryStore)

    mutating func perform(_ command: StoreCommand) -> StoreAnswer {
        switch self {
        case .list(var list):
            // Taken out meanwhile, so that it is changed in place.
            self = .list(ListStore())
            defer { self = .list(list) }
            return list.perform(command)
        case .dictionary(var dictionary):
            self = .dictionary(DictionaryStore())
            defer { self = .dictionary(dictionary) }
            return dictionary.perform(command)
        }
    }
}

/// Encoded elements in order.
struct ListStore: Sendable {
    private var elements: [[UInt8]] = []

    init(_ elements: [[UInt8]] = []) { self.elements = elements }

    mutating func perform(_ command: StoreCommand) -> StoreAnswer {
        switch command {
        case .count: return .count(elements.count)
        case .element(let index):
            guard let position = position(index) else { return .outOfRange(count: elements.count) }
            return .element(elements[position])
        case .elements(let range):
            guard range.lowerBound >= 0, range.upperBound <= elements.count else {
                return .outOfRange(count: elements.count)
            }
            return .elements(Array(elements[range]))
        case .allElements: return .elements(elements)
        case .setElement(let element, let index):
            guard let position = position(index) else { return .outOfRange(count: elements.count) }
            elements[position] = element
        case .append(let added): elements += added
        case .insert(let element, let index):
            let position = index < 0 ? index + elements.count : index
            guard (0...elements.count).contains(position) else { return .outOfRange(count: elements.count) }
            elements.insert(element, at: position)
        case .removeElement(let index):
            guard let position = position(index) else { return .outOfRange(count: elements.count) }
            return .element(elements.remove(at: position))
        case .reverse: elements.reverse()
        case .replaceElements(let replacement): elements = replacement
        default: return .refused
        }
        return .done
    }

    /// Where the element at an index is, which counts from the end if it is negative.
    private func position(_ index: Int) -> Int? {
        let position = index < 0 ? index + elements.count : index
        return elements.indices.contains(position) ? position : nil
    }
}

/// Encoded values by encoded keys, in the order in which the keys came.
struct DictionaryStore: Sendable {
    private struct Entry {
        var value: [UInt8]
        /// By it, an entry in the history is known to be the one that counts.
        let number: UInt64
    }

    private var entries: [[UInt8]: Entry] = [:]
    /// Every key in the order in which it came; a key that was removed since is still there, with a number that no entry has.
    private var history: [(number: UInt64, key: [UInt8])] = []
    private var lastNumber: UInt64 = 0

    /// The pairs of these keys and values; what has no counterpart is left out.
    init(keys: [[UInt8]] = [], values: [[UInt8]] = []) {
        for (key, value) in zip(keys, values) { set(key, value) }
    }

    mutating func perform(_ command: StoreCommand) -> StoreAnswer {
        switch command {
        case .keyCount: return .count(entries.count)
        case .value(let key): return entries[key].map { .element($0.value) } ?? .missing
        case .allKeys: return .elements(pairs().keys)
        case .allValues: return .elements(pairs().values)
        case .allPairs:
            let (keys, values) = pairs()
            return .pairs(keys: keys, values: values)
        case .setValues(let keys, let values):
            guard keys.count == values.count else { return .refused }
            for (key, value) in zip(keys, values) { set(key, value) }
        case .valueOrSet(let key, let value):
            if let entry = entries[key] { return .element(entry.value) }
            set(key, value)
            return .element(value)
        case .removeValue(let key):
            guard let entry = entries.removeValue(forKey: key) else { return .missing }
            compact()
            return .element(entry.value)
        case .removeLastPair: return removeLast()
        case .replacePairs(let keys, let values):
            guard keys.count == values.count else { return .refused }
            self = DictionaryStore(keys: keys, values: values)
        default: return .refused
        }
        return .done
    }

    private mutating func set(_ key: [UInt8], _ value: [UInt8]) {
        if entries[key] != nil {
            entries[key]?.value = value
        } else {
            lastNumber += 1
            entries[key] = Entry(value: value, number: lastNumber)
            history.append((lastNumber, key))
        }
    }

    private mutating func removeLast() -> StoreAnswer {
        while let (number, key) = history.popLast() {
            guard let entry = entries[key], entry.number == number else { continue }
            entries[key] = nil
            return .pairs(keys: [key], values: [entry.value])
        }
        return .missing
    }

    private func pairs() -> (keys: [[UInt8]], values: [[UInt8]]) {
        var keys: [[UInt8]] = []
        var values: [[UInt8]] = []
        keys.reserveCapacity(entries.count)
        values.reserveCapacity(entries.count)
        for (number, key) in history {
            guard let entry = entries[key], entry.number == number else { continue }
            keys.append(key)
            values.append(entry.value)
        }
        return (keys, values)
    }

    /// Forgets removed keys once they are the most, so that the history stays in proportion.
    private mutating func compact() {
        guard history.count > 2 * entries.count + 16 else { return }
        history.removeAll { entries[$0.key]?.number != $0.number }
    }
}
