import Testing

@testable import RankLaunching

@Suite("Lines of output")
struct OutputLineTests {
    @Test("a tag says stream and rank and is taken off")
    func readsTag() {
        #expect(
            OutputLine.lines(inTagged: "[1,2]<stdout>:hello [3] <x>", from: .error)
                == [OutputLine("hello [3] <x>", stream: .output, rank: 2)]
        )
        #expect(
            OutputLine.lines(inTagged: "[1,0]<stderr>:", from: .output) == [
                OutputLine("", stream: .error, rank: 0)
            ]
        )
    }

    @Test(
        "what has no tag stays as it is",
        arguments: ["", "plain", "[1,2]", "[1,x]<stdout>:", "[", "a[1,2]<stdin>:b"]
    )
    func keepsUntagged(text: String) {
        #expect(OutputLine.lines(inTagged: text, from: .error) == [OutputLine(text, stream: .error)])
    }

    @Test("ranks that print no line end are told apart in one line")
    func splitsRunTogether() {
        #expect(
            OutputLine.lines(inTagged: "x[1,1]<stdout>:a[1,0]<stdout>:[b", from: .output) == [
                OutputLine("x", stream: .output),
                OutputLine("a", stream: .output, rank: 1),
                OutputLine("[b", stream: .output, rank: 0),
            ]
        )
    }

    @Test("bytes become lines wherever they are cut", arguments: 1...7)
    func splitsLines(size: Int) {
        let text = Array("één\r\n\nzwei\ndrei".utf8)
        var splitter = LineSplitter()
        var lines: [String] = []
        for start in stride(from: 0, to: text.count, by: size) {
            lines += splitter.append(text[start..<min(start + size, text.count)])
        }
        #expect(lines == ["één", "", "zwei"])
        #expect(splitter.finish() == "drei")
        #expect(splitter.finish() == nil)
    }

    @Test("a line that never ends is cut")
    func cutsEndlessLine() {
        var splitter = LineSplitter()
        let lines = splitter.append(repeatElement(UInt8(ascii: "x"), count: LineSplitter.longestLine + 1))
        #expect(lines.map(\.utf8.count) == [LineSplitter.longestLine])
        #expect(splitter.finish() == "x")
    }

    @Test("a report tells the ranks apart and shows the launcher's own words")
    func reportsByRank() {
        let result = RankJobResult(
            status: .exited(3),
            timedOut: false,
            duration: .milliseconds(1234),
            commandLine: "mpirun -n 2 x",
            lines: [
                OutputLine("b", stream: .error, rank: 1),
                OutputLine("a", stream: .output, rank: 0),
                OutputLine("sorry", stream: .error),
            ],
            leftBehind: []
        )
        #expect(
            result.report == """
                $ mpirun -n 2 x
                ended after 1.2 s: exit status 3
                launcher:
                  ! sorry
                rank 0:
                  | a
                rank 1:
                  ! b
                """
        )
    }
}
