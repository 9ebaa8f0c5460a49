/// A place in an unkeyed container, as part of a coding path.
struct IndexKey: CodingKey {
    let index: Int

    @inline(__always)
    init(_ index: Int) {
        self.index = index
    }

    init?(intValue: Int) {
        index = intValue
    }

    init?(stringValue: String) {
        guard let index = Int(stringValue) else {
            return nil
        }
        self.index = index
    }

    var intValue: Int? { index }
    var stringValue: String { "Index \(index)" }
}

/// The key under which a superclass is encoded if no other is given.
struct SuperKey: CodingKey {
    init() {}
    init?(intValue: Int) { nil }

    init?(stringValue: String) {
        guard stringValue == "super" else {
            return nil
        }
    }

    var intValue: Int? { nil }
    var stringValue: String { "super" }
}

/// A coding path as an error message shows it.
func describe(_ path: [any CodingKey]) -> String {
    var text = ""
    for key in path {
        if let index = key.intValue {
            text += "[\(index)]"
        } else {
            text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
        }
    }
    return text.isEmpty ? "the top" : text
}
