/// Texts that C reads up to the first zero.
enum CText {
    /// Whether C would take it to end before it does.
    static func isCut(_ text: String) -> Bool { text.utf8.contains(0) }

    /// Refuses a text that would arrive without its end.
    ///
    /// - Throws: `MPIError` of class `argument`.
    static func expectWhole(_ text: String, _ name: StaticString) throws(MPIError) {
        guard isCut(text) else { return }
        throw MPIError(
            .argument,
            call: name,
            text: "a text with the character of code 0 in it ends there in C"
        )
    }
}
