/// A program in an article, and what the article says that it prints.
struct Sample: Equatable, Sendable {
    /// What a sample is written in.
    enum Language: String, Sendable {
        case swift, c, python
    }

    /// The article, as a path within the project.
    var article: String
    /// Where the text begins in the article.
    var line: Int
    var language: Language
    var text: String
    /// The block of output that belongs to it; a sample without one prints nothing.
    var output = SampleOutput()

    /// Whether it is the manifest of a package, which does not run.
    var isManifest: Bool { text.hasPrefix("// swift-tools-version") }

    /// The whole program: a sample that does not begin with its imports gets what the article's module is about around it.
    ///
    /// The compiler is told the place in the article, so that it speaks of that.
    var program: String {
        guard language == .swift, !isManifest else { return text }
        let body = "#sourceLocation(file: \"\(article)\", line: \(line))\n" + text + "#sourceLocation()\n"
        if text.hasPrefix("import ") { return body }
        let suspends = text.contains("await ")
        let attempt = suspends ? "try await" : "try"
        if article.contains("/MPI.docc/") {
            // In a function, since requests cannot be consumed out of variables of a main program.
            return """
                import MPI
                let world = Communicator.world
                func sample() \(suspends ? "async " : "")throws {
                \(body)}
                \(attempt) sample()
                """
        }
        return "import Multiprocessing\n\(attempt) withProcesses {\n\(body)}\n"
    }
}

/// A block of output: the command in its first line, if that begins with `$`, and the lines that are printed.
struct SampleOutput: Equatable, Sendable {
    /// As in `mpirun -n 4`; `nil` if the program runs without.
    var ranks: Int?
    /// Whether the command ends with `| sort`: the order of the lines is open.
    var isSorted = false
    var lines: [String] = []

    init() {}

    /// Reads a block.
    init(block: [Substring]) {
        var lines = block.map(String.init)
        if let command = lines.first, command.hasPrefix("$ ") {
            lines.removeFirst()
            let words = command.split(separator: " ")
            if let option = words.firstIndex(of: "-n"), option + 1 < words.count {
                ranks = Int(words[option + 1])
            }
            isSorted = command.hasSuffix(" | sort")
        }
        self.lines = lines
    }

    /// Whether a program has printed this.
    func matches(_ printed: [String]) -> Bool {
        isSorted ? printed.sorted() == lines.sorted() : printed == lines
    }
}

extension Sample {
    /// All samples of an article.
    ///
    /// A block of code is a sample if its language is one of those above. A block without a language is output. It belongs to
    /// the last sample of each language before it, as long as no heading and no other output stands between.
    static func samples(in markdown: String, article: String) -> [Sample] {
        var found: [Sample] = []
        var waiting: [Language: Int] = [:]
        var block: (language: Substring, line: Int, lines: [Substring])?
        for (index, line) in markdown.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if let open = block {
                guard line == "```" else {
                    block?.lines.append(line)
                    continue
                }
                block = nil
                if let language = Language(rawValue: String(open.language)) {
                    let text = open.lines.map { $0 + "\n" }.joined()
                    waiting[language] = found.count
                    found.append(Sample(article: article, line: open.line, language: language, text: text))
                } else if open.language.isEmpty {
                    for position in waiting.values {
                        found[position].output = SampleOutput(block: open.lines)
                    }
                    waiting = [:]
                }
            } else if line.hasPrefix("```") {
                block = (line.dropFirst(3), index + 2, [])
            } else if line.hasPrefix("#") {
                waiting = [:]
            }
        }
        return found
    }
}
