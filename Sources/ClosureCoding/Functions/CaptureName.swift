internal import CProcessSupport

/// The mangled name of a captured value's type, as it stands in a capture descriptor.
///
/// Names hold symbolic references: a control byte 0x01–0x17 with four bytes, or 0x18–0x1f with eight. What a
/// closure captures is *lowered*, and the runtime cannot (or does not exactly) resolve all of that; such names are
/// told apart here by how they end.
struct CaptureName: Sendable {
    /// What the name stands for.
    enum Form: Equatable {
        /// A type that the runtime can resolve, of which the first `length` bytes are the name.
        case type(length: Int)
        /// `self`'s dynamic type, a class: resolved from the first `length` bytes.
        case dynamicSelf(length: Int)
        case function(isAsync: Bool)
        case optionalFunction(isAsync: Bool)
        /// A C function pointer: one word.
        case pointerToCode
        /// A metatype without a representation at run time.
        case thinMetatype
        case variableBox
        case weakReference
        /// A function that lives only during a call.
        case nonEscapingFunction
        case unsupported
    }

    let address: UInt
    /// The length in memory.
    let length: Int
    /// The name with one byte for each symbolic reference.
    let text: [UInt8]

    /// Reads a name, which has to end inside of `image`'s constants.
    init?(at address: UInt, in image: LoadedImage) {
        guard let segment = image.segment(of: address) else { return nil }
        self.address = address
        let memory = Memory(address)
        let limit = Int(min(segment.end - address, 0x10000))
        var text: [UInt8] = []
        var position = 0
        while true {
            guard position < limit else { return nil }
            let byte = memory.byte(position)
            if byte == 0 { break }
            text.append(byte)
            position += byte >= 0x20 ? 1 : byte >= 0x18 ? 9 : 5
        }
        guard position > 0 else { return nil }
        length = position
        self.text = text
    }

    var form: Form {
        if hasSuffix("Xx") || hasSuffix("XX") { return .variableBox }
        if hasSuffix("Xw") || hasSuffix("Xo") || hasSuffix("Xu") { return .weakReference }
        if hasSuffix("_"), let form = Self.function(text[...]) { return form }
        if hasSuffix("_Sg"), let form = Self.function(text.dropLast(2)) {
            guard case .function(let isAsync) = form else { return form }
            return .optionalFunction(isAsync: isAsync)
        }
        // The runtime ends the process if a pack's expansion has no pack.
        if contains("Qp") { return .unsupported }
        if hasSuffix("XDXMT") { return .dynamicSelf(length: length - 5) }
        if hasSuffix("XD") { return .type(length: length - 2) }
        if contains("XMt") {
            // A thin metatype has no size, but inside of a tuple the runtime would give it one.
            return hasSuffix("XMt") && !hasSuffix("tXMt") ? .thinMetatype : .unsupported
        }
        return .type(length: length)
    }

    /// Whether the name may mention a generic parameter.
    var mayBeGeneric: Bool {
        text.contains { $0 == UInt8(ascii: "x") || $0 == UInt8(ascii: "q") || $0 == UInt8(ascii: "Q") }
    }

    /// The name for a message, with the types of symbolic references left out if it cannot be demangled.
    var description: String {
        let name = Memory(address)
        var bytes: [CChar] = [0x24, 0x73]
        bytes += (0..<length).map { CChar(bitPattern: name.byte($0)) }
        guard !text.contains(where: { $0 < 0x20 }), let demangled = captureDemangle(bytes, bytes.count) else {
            return "a value of type " + String(decoding: text.map { $0 < 0x20 ? 0x3f : $0 }, as: UTF8.self)
        }
        defer { captureFree(demangled) }
        return String(cString: demangled)
    }

    /// The descriptor of a nominal type if the name consists of nothing but a reference to it: 1 direct, 2 through a
    /// pointer.
    var symbolicDescriptor: UInt? {
        guard length == 5 else { return nil }
        let memory = Memory(address)
        let target = memory.relative(1)
        switch memory.byte(0) {
        case 1: return target
        case 2: return Memory(target).word(0)
        default: return nil
        }
    }

    /// The first nominal type that the name refers to.
    private var firstReferencedName: String? {
        let memory = Memory(address)
        guard memory.byte(0) == 1, LoadedImages.containing(memory.relative(1)) != nil else { return nil }
        let descriptor = NominalDescriptor(memory.relative(1))
        return descriptor.isNominal ? descriptor.name : nil
    }

    /// Why the runtime knows no type of this name, and what to do.
    var unresolvedError: ClosureCodingError {
        guard let type = firstReferencedName else { return .unsupportedCapture(description) }
        return ClosureCodingError(
            .unresolvedType,
            "The closure captures \(type), or something made of it, and the optimised program has nothing to encode it "
                + "with, because nothing else needs the type at run time. Declare \(type) `public`, or mention it once: "
                + "`PortableTypes.register(\(type).self)`."
        )
    }

    private func hasSuffix(_ suffix: StaticString) -> Bool {
        suffix.withUTF8Buffer { text.count >= $0.count && text[(text.count - $0.count)...].elementsEqual($0) }
    }

    private func contains(_ part: StaticString) -> Bool {
        part.withUTF8Buffer { part in
            text.indices.contains { text[$0...].starts(with: part) }
        }
    }

    /// Reads a lowered function type: an `I`, attributes, an underscore.
    ///
    /// An `I` may also be among the attributes.
    private static func function(_ text: ArraySlice<UInt8>) -> Form? {
        var form: Form?
        for start in text.indices.reversed() where text[start] == UInt8(ascii: "I") {
            guard let candidate = function(text, start) else { continue }
            if candidate != .nonEscapingFunction { return candidate }
            form = form ?? candidate
        }
        return form
    }

    /// Reads the attributes after `start`:
    /// pattern `s`, substitutions `I`, pseudo-generic `P`, escaping `e`, isolation `A`, differentiable `d f l r`,
    /// callee convention `y g x t`, representation `B C M J K W`, coroutine `A G`, sendable `h`, async `H`, then
    /// the conventions of parameters and results.
    private static func function(_ text: ArraySlice<UInt8>, _ start: Int) -> Form? {
        var attributes = text[(start + 1)...].dropLast()
        guard attributes.allSatisfy({ isLetter($0) }) else { return nil }
        func take(_ choices: StaticString) -> Bool {
            guard let first = attributes.first,
                choices.withUTF8Buffer({ $0.contains(first) })
            else { return false }
            attributes.removeFirst()
            return true
        }
        _ = take("s")
        _ = take("I")
        _ = take("P")
        let isEscaping = take("e")
        _ = take("A")
        let isDifferentiable = take("dflr")
        guard take("ygxt") else { return nil }
        let isThin = text[attributes.startIndex - 1] == UInt8(ascii: "t")
        let isForC = take("C")
        let hasRepresentation = take("BMJKW")
        let isCoroutine = take("AG")
        _ = take("h")
        let isAsync = take("H")
        if isForC && isThin { return .pointerToCode }
        if isForC || isThin || isDifferentiable || hasRepresentation || isCoroutine { return .unsupported }
        return isEscaping ? .function(isAsync: isAsync) : .nonEscapingFunction
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }
}
