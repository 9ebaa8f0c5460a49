extension LaunchProfile {
    /// Reads a profile from a file of `NAME=VALUE` lines, each with `export` before it or not.
    ///
    /// Empty lines and lines that begin with `#` say nothing, except that the first words of a comment on the first line, up to
    /// a `.`, `:` or `;`, are the profile's summary. A value may stand in single or double quotes. Nothing is expanded: a `$` or a backquote outside single quotes is refused, since a shell would read it otherwise.
    ///
    /// - Parameter path: The file.
    /// - Throws: `RankJobError.unreadableProfile` if there is no such file, or a line is none of the above.
    public init(contentsOf path: String) throws(RankJobError) {
        guard let text = SystemFile.text(of: path) else {
            throw .unreadableProfile(path: path, line: nil, reason: "the file cannot be read")
        }
        let file = path.split(separator: "/").last.map(String.init) ?? path
        self.init(
            name: file.hasSuffix(".env") ? String(file.dropLast(4)) : file,
            summary: Self.summary(ofText: text)
        )
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            do {
                guard let (name, value) = try Self.variable(inLine: line) else { continue }
                environment[name] = value
            } catch {
                throw .unreadableProfile(path: path, line: index + 1, reason: error.reason)
            }
        }
    }

    private static func summary(ofText text: String) -> String {
        guard text.hasPrefix("#") else { return "" }
        return String(text.dropFirst().drop { $0 == " " }.prefix { !$0.isNewline && !".:;".contains($0) })
    }

    /// Why a line was refused.
    private struct LineRefusal: Error {
        var reason: String
    }

    private static func variable(inLine line: Substring) throws(LineRefusal) -> (String, String)? {
        var rest = line.drop { $0 == " " || $0 == "\t" }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        if rest.isEmpty || rest.first == "#" { return nil }
        if rest.hasPrefix("export ") { rest = rest.dropFirst(7).drop { $0 == " " } }
        guard let equals = rest.firstIndex(of: "=") else {
            throw LineRefusal(reason: "expected NAME=VALUE, found \"\(line)\"")
        }
        let name = rest[..<equals]
        guard let first = name.first, first == "_" || first.isLetter,
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        else { throw LineRefusal(reason: "\"\(name)\" is not the name of a variable") }
        return (String(name), try unquoted(rest[rest.index(after: equals)...]))
    }

    private static func unquoted(_ value: Substring) throws(LineRefusal) -> String {
        let quote = value.first.flatMap { $0 == "'" || $0 == "\"" ? $0 : nil }
        var inner = value
        if let quote {
            inner = value.dropFirst()
            guard inner.last == quote else { throw LineRefusal(reason: "the closing \(quote) is missing") }
            inner.removeLast()
        }
        let refused = quote == nil ? "$`'\"\\ \t;&|<>()*?#" : quote == "'" ? "'" : "$`\"\\"
        if let character = inner.first(where: refused.contains) {
            throw LineRefusal(reason: "a shell would give \"\(character)\" in this value a meaning")
        }
        return String(inner)
    }
}
