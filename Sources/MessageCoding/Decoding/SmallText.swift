/// How the standard library has short strings: within the string itself, without memory of their own.
///
/// To ask the library for one takes longer than to read the fields of a small structure. So one of ASCII is put together here. On Apple's systems its form
/// is part of the binary interface; nothing here relies on that, though: the form is compared with what the library makes, once.
enum SmallText {
    /// The most bytes that such a string has.
    static let capacity = 15

    /// The bits that no byte of ASCII has, in eight bytes.
    static let notASCII: UInt64 = 0x8080_8080_8080_8080

    /// Whether what is made here is what the library makes.
    static let isAsExpected =
        MemoryLayout<String>.size == 16 && (0...capacity).allSatisfy(isAsExpected(ofSize:))

    private static func isAsExpected(ofSize size: Int) -> Bool {
        let bytes = (0..<16).map { $0 < size ? UInt8(truncatingIfNeeded: 0x70 + $0) : 0 }
        let text = String(decoding: bytes[..<size], as: UTF8.self)
        let words = bytes.withUnsafeBytes { $0.loadUnaligned(as: (UInt64, UInt64).self) }
        return withUnsafeBytes(of: text) { text in
            withUnsafeBytes(of: form(words.0, words.1, size: size)) { $0.elementsEqual(text) }
        }
    }

    /// A string of ASCII whose bytes are in two words, and zero behind its end.
    @inline(__always)
    static func make(_ low: UInt64, _ high: UInt64, size: Int) -> String {
        unsafeBitCast(form(low, high, size: size), to: String.self)
    }

    /// The bytes, and in the last one that the string is small, is ASCII, and how long it is.
    @inline(__always)
    private static func form(_ low: UInt64, _ high: UInt64, size: Int) -> (UInt64, UInt64) {
        (low, high | (0xE0 | UInt64(size)) << 56)
    }
}
