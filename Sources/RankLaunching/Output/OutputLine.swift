/// A line that a job printed.
public struct OutputLine: Sendable, Hashable {
    /// Where a line was printed.
    public enum Stream: String, Sendable, Hashable {
        /// Standard output.
        case output = "stdout"
        /// Standard error.
        case error = "stderr"
    }

    /// Where it was printed.
    public var stream: Stream
    /// The rank that printed it, if the launcher was told to say so (`RankJob.tagsOutput`).
    public var rank: Int?
    /// The line, without its end and without the launcher's tag.
    public var text: String

    /// A line from its parts.
    ///
    /// - Parameters:
    ///   - text: The line without its end.
    ///   - stream: Where it was printed.
    ///   - rank: The rank that printed it, if that is known.
    public init(_ text: String, stream: Stream, rank: Int? = nil) {
        self.text = text
        self.stream = stream
        self.rank = rank
    }
}

extension OutputLine {
    /// Reads what the launcher printed in one line when it tags output: `[1,2]<stdout>:text` says rank 2 of job 1.
    ///
    /// Ranks that print no line end are run together by the launcher, so one line may hold several.
    ///
    /// - Parameters:
    ///   - text: A line without its end.
    ///   - stream: The launcher's stream, for what has no tag.
    ///   - tagging: How the launcher writes tags.
    /// - Returns: At least one line.
    static func lines(in text: String, from stream: Stream, tagging: OutputTagging) -> [OutputLine] {
        if case .none = tagging { return [OutputLine(text, stream: stream)] }
        var lines: [OutputLine] = []
        var untagged = Substring()
        var rest = text[...]
        while let start = rest.firstIndex(of: "[") {
            guard let tag = Tag(at: rest[start...], tagging: tagging) else {
                untagged += rest[...start]
                rest = rest[rest.index(after: start)...]
                continue
            }
            untagged += rest[..<start]
            close(&lines, with: untagged, from: stream)
            let stream = if case .streamless = tagging { stream } else { tag.stream }
            lines.append(OutputLine("", stream: stream, rank: tag.rank))
            untagged = ""
            rest = tag.rest
        }
        untagged += rest
        close(&lines, with: untagged, from: stream)
        return lines.isEmpty ? [OutputLine("", stream: stream)] : lines
    }

    /// Gives text to the tag before it, or makes it a line of its own if there is none.
    private static func close(_ lines: inout [OutputLine], with text: Substring, from stream: Stream) {
        if lines.isEmpty {
            if !text.isEmpty { lines.append(OutputLine(String(text), stream: stream)) }
        } else {
            lines[lines.count - 1].text += text
        }
    }

    /// The tag at the start of a text.
    private struct Tag {
        var stream: Stream
        var rank: Int
        var rest: Substring

        init?(at text: Substring, tagging: OutputTagging) {
            guard let close = text.firstIndex(of: "]") else { return nil }
            let numbers = text[text.index(after: text.startIndex)..<close].split(
                separator: ",",
                omittingEmptySubsequences: false
            )
            guard numbers.count == 2, Int(numbers[0]) != nil, let rank = Int(numbers[1]) else { return nil }
            let after = text[text.index(after: close)...]
            for stream in [Stream.output, .error] {
                let mark = "<\(stream.rawValue)>:"
                if after.hasPrefix(mark) {
                    self.stream = stream
                    self.rank = rank
                    rest = after.dropFirst(mark.count)
                    if case .spaced = tagging, rest.first == " " { rest.removeFirst() }
                    return
                }
            }
            return nil
        }
    }
}
