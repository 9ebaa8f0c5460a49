import RankLaunching
import Testing

/// An issue that a test has because of a job.
struct RankJobIssue {
    var text: String
    var sourceLocation: SourceLocation

    /// What is wrong with a job that should have gone well: what its ranks found, each at its place, and, if it ended
    /// badly or left something behind, everything it printed.
    ///
    /// - Parameters:
    ///   - result: How the job ended.
    ///   - place: Where the test started it.
    /// - Returns: The issues; none if all is well.
    static func issues(of result: RankJobResult, startedAt place: SourceLocation) -> [RankJobIssue] {
        var issues: [RankJobIssue] = []
        for rank in Set(result.lines.map(\.rank)).sorted(by: { ($0 ?? -1) < ($1 ?? -1) }) {
            let lines = result.lines.filter { $0.rank == rank }.map(\.text)
            let name = rank.map { "rank \($0): " } ?? ""
            for issue in RankIssue.issues(in: lines) {
                issues.append(
                    RankJobIssue(text: name + issue.text, sourceLocation: issue.sourceLocation(nextTo: place))
                )
            }
        }
        if !result.isSuccess || !result.leftBehind.isEmpty {
            issues.append(RankJobIssue(text: result.report, sourceLocation: place))
        }
        return issues
    }
}
