import MessageCoding
import Testing

@Suite("Strings of all lengths and characters")
struct TextTests {
    private static let lengths = Array(0...40) + [63, 64, 65, 127, 128, 1000, 5000]

    /// A string of ASCII, with all of its characters in turn.
    private static func text(_ length: Int) -> String {
        String(decoding: (0..<length).map { UInt8(($0 * 37 + length) & 0x7F) }, as: UTF8.self)
    }

    /// The words of a string: what it has within itself, or where its memory is.
    private func words(_ text: String) -> [UInt8] {
        withUnsafeBytes(of: text) { Array($0) }
    }

    @Test("short strings are the same to the last bit as those that the library makes", arguments: 0...15)
    func shortForm(length: Int) throws {
        let text = Self.text(length)
        #expect(words(try roundTrip(text)) == words(text))
        #expect(try roundTrip([text, text]).map(words) == [words(text), words(text)])
        #expect(
            try roundTrip([text: text]).map { words($0.key) + words($0.value) } == [words(text) + words(text)]
        )
    }

    @Test(
        "strings of ASCII are equal to what was sent, have its hash, and can be changed",
        arguments: lengths
    )
    func ascii(length: Int) throws {
        let text = Self.text(length)
        try expectRoundTrip(text)
        var copy = try roundTrip(text)
        #expect(copy.hashValue == text.hashValue)
        #expect(copy.utf8.count == length)
        copy.append("é")
        #expect(copy == text + "é")
    }

    @Test("a character of several bytes is read at every place", arguments: 0...24)
    func otherCharacters(length: Int) throws {
        for place in 0...length {
            for character in ["é", "€", "𝄞"] {
                let text = Self.text(place) + character + Self.text(length - place)
                try expectRoundTrip(text)
                #expect(try roundTrip(text).hashValue == text.hashValue)
            }
        }
    }

    @Test("a byte that is no part of UTF-8 is refused at every place", arguments: 1...40)
    func invalid(length: Int) throws {
        // At the end of the message, and with more behind it.
        for last in ["", "something behind it"] {
            let bytes = try MessageEncoder().encode([String(repeating: "x", count: length), last])
            let first = try #require(bytes.firstIndex(of: UInt8(ascii: "x")))
            for place in 0..<length {
                for byte: UInt8 in [0x80, 0xC3, 0xFF] {
                    var malformed = bytes
                    malformed[first + place] = byte
                    #expect(throws: DecodingError.self) {
                        try MessageDecoder().decode([String].self, from: malformed)
                    }
                }
            }
        }
    }
}
