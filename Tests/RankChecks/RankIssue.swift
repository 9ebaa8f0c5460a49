import Testing

/// Something that went wrong on a rank, as it is printed there and read by the test that started the ranks.
struct RankIssue {
    /// The place, as `MPITests/GatherTests.swift:31:9`.
    var place: String
    /// What went wrong; may have several lines.
    var text: String

    private static let firstMark = "✘ "
    private static let nextMark = "↳ "

    init(place: String, text: String) {
        self.place = place
        self.text = text
    }

    /// What the rank prints.
    var printed: String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let next = lines.dropFirst().map { "\n" + Self.nextMark + $0 }.joined()
        return "\(Self.firstMark)\(place): \(lines.first ?? "")\(next)\n"
    }

    /// Finds the issues in what one rank printed.
    static func issues(in lines: [String]) -> [RankIssue] {
        var issues: [RankIssue] = []
        for line in lines {
            if line.hasPrefix(firstMark), let end = line.firstRange(of: ": ")?.lowerBound {
                let place = line[line.index(line.startIndex, offsetBy: firstMark.count)..<end]
                issues.append(RankIssue(place: String(place), text: String(line[end...].dropFirst(2))))
            } else if line.hasPrefix(nextMark), !issues.isEmpty {
                issues[issues.count - 1].text += "\n" + line.dropFirst(nextMark.count)
            }
        }
        return issues
    }

    /// Where to show the issue: its own place if it can be read, else that of the check.
    ///
    /// - Parameter check: The place of the check, in the same folder as a rule.
    /// - Returns: A place in a file of this package.
    func sourceLocation(nextTo check: SourceLocation) -> SourceLocation {
        let parts = place.split(separator: ":")
        guard parts.count == 3, let line = Int(parts[1]), let column = Int(parts[2]), line > 0, column > 0,
            let file = parts[0].split(separator: "/").last, parts[0].contains("/")
        else { return check }
        let fileID = String(parts[0])
        let checkPath = check.filePath
        let folder = checkPath.lastIndex(of: "/").map { checkPath[...$0] } ?? ""
        return SourceLocation(
            fileID: fileID,
            filePath: fileID == check.fileID ? checkPath : "\(folder)\(file)",
            line: line,
            column: column
        )
    }
}

extension SourceLocation {
    /// The place as a rank prints it.
    var place: String {
        "\(fileID):\(line):\(column)"
    }
}
