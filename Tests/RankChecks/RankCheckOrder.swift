/// What a rank is told to run: the text of the environment variable that starts a check.
struct RankCheckOrder {
    /// Separates the parts; no argument may contain it.
    private static let separator: Character = "\u{1F}"

    var code: RankCheckCode
    /// The place of the check, as `MPITests/GatherTests.swift:31:9`.
    var place: String
    var arguments: [String]

    init(code: RankCheckCode, place: String, arguments: [String]) {
        self.code = code
        self.place = place
        self.arguments = arguments
    }

    /// Reads an order, or `nil` if the text is none.
    init?(_ text: String) {
        let parts = text.split(separator: Self.separator, omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3, parts[0] == "a" || parts[0] == "s", let offset = UInt(parts[1], radix: 16)
        else {
            return nil
        }
        code = RankCheckCode(isAsynchronous: parts[0] == "a", offset: offset)
        place = parts[2]
        arguments = Array(parts[3...])
    }

    /// The order as a text.
    var text: String {
        ([code.isAsynchronous ? "a" : "s", String(code.offset, radix: 16), place] + arguments)
            .joined(separator: String(Self.separator))
    }
}
