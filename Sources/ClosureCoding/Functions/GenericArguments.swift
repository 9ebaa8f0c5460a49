internal import CProcessSupport

/// What the generic parameters of a closure's surroundings are bound to.
struct GenericArguments {
    /// A parameter by its depth and its index there: `x` is (0, 0), `q_` (0, 1), `q0_` (0, 2), `qd__` (1, 0).
    struct Parameter: Hashable, Comparable, Sendable {
        let depth: Int
        let index: Int

        static func < (left: Parameter, right: Parameter) -> Bool {
            (left.depth, left.index) < (right.depth, right.index)
        }

        init?(_ name: [UInt8]) {
            if name == [UInt8(ascii: "x")] {
                depth = 0
                index = 0
                return
            }
            guard name.first == UInt8(ascii: "q") else { return nil }
            var rest = name.dropFirst()
            if rest.first == UInt8(ascii: "d") {
                rest.removeFirst()
                guard let depth = Self.number(&rest), let index = Self.number(&rest) else { return nil }
                self.depth = depth + 1
                self.index = index
            } else {
                guard let index = Self.number(&rest) else { return nil }
                depth = 0
                self.index = index + 1
            }
            guard rest.isEmpty, depth < 16, index < 32 else { return nil }
        }

        /// `_` is 0, `0_` is 1, and so on.
        private static func number(_ text: inout ArraySlice<UInt8>) -> Int? {
            var value = -1
            while let digit = text.first, (0x30...0x39).contains(digit), value < 1000 {
                value = max(value, 0) * 10 + Int(digit - 0x30)
                text.removeFirst()
            }
            guard text.first == UInt8(ascii: "_") else { return nil }
            text.removeFirst()
            return value + 1
        }
    }

    private var cumulativeCounts: [UInt16] = []
    private var arguments: [UnsafeRawPointer?] = []
    /// Whether a parameter is missing between others that are known.
    private(set) var hasGaps = false

    init() {}

    init(_ values: [Parameter: UnsafeRawPointer]) {
        guard let last = values.keys.max() else { return }
        for depth in 0...last.depth {
            let indices = values.keys.filter { $0.depth == depth }.map(\.index)
            let count = (indices.max() ?? -1) + 1
            // A level of which nothing is known may well have parameters.
            if indices.count != count || count == 0 { hasGaps = true }
            for index in 0..<count {
                let parameter = values.first { $0.key.depth == depth && $0.key.index == index }
                arguments.append(parameter?.value)
            }
            cumulativeCounts.append(UInt16(arguments.count))
        }
    }

    var isEmpty: Bool { arguments.isEmpty }

    /// The type that the first `length` bytes of a name mean here.
    func resolve(_ name: CaptureName, length: Int) -> Any.Type? {
        guard !(hasGaps && name.mayBeGeneric), let pointer = UnsafePointer<CChar>(bitPattern: name.address)
        else { return nil }
        let metadata = captureTypeByMangledName(
            pointer,
            length,
            cumulativeCounts,
            cumulativeCounts.count,
            arguments,
            arguments.count
        )
        return metadata.map { RuntimeType(metadata: $0).type }
    }
}

/// Where a closure finds the metadata of a generic parameter: `B0` is binding 0, `R1` the type of the class
/// instance that is capture 1, `G0R1_` the generic argument 0 of that.
indirect enum MetadataSource: Equatable, Sendable {
    case binding(Int)
    case reference(Int)
    case argument(Int, of: MetadataSource)

    init?(_ text: [UInt8]) {
        var rest = text[...]
        guard let source = Self.parse(&rest), rest.isEmpty else { return nil }
        self = source
    }

    private static func parse(_ text: inout ArraySlice<UInt8>) -> MetadataSource? {
        guard let letter = text.popFirst() else { return nil }
        var number = 0
        var digits = 0
        while let digit = text.first, (0x30...0x39).contains(digit), digits < 5 {
            number = number * 10 + Int(digit - 0x30)
            digits += 1
            text.removeFirst()
        }
        guard digits > 0 else { return nil }
        switch letter {
        case UInt8(ascii: "B"): return .binding(number)
        case UInt8(ascii: "R"): return .reference(number)
        case UInt8(ascii: "G"):
            guard let inner = parse(&text), text.popFirst() == UInt8(ascii: "_") else { return nil }
            return .argument(number, of: inner)
        default: return nil
        }
    }

    var isBinding: Bool {
        if case .binding = self { return true }
        return false
    }
}
