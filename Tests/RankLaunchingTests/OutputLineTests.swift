import Testing

@testable import RankLaunching

@Suite("Lines of output")
struct OutputLineTests {
    @Test("a tag that says no stream leaves the line on its own")
    func keepsStream() {
        #expect(
            OutputLine.lines(in: "[0,2]<stdout>:text", from: .error, tagging: .streamless) == [
                OutputLine("text", stream: .error, rank: 2)
            ]
        )
    }

    @Test("a tag says stream and rank and is taken off")
    func readsTag() {
        #expect(
            OutputLine.lines(in: "[1,2]<stdout>:hello [3] <x>", from: .error, tagging: .plain)
                == [OutputLine("hello [3] <x>", stream: .output, rank: 2)]
        )
        #expect(
            OutputLine.lines(in: "[1,0]<stderr>:", from: .output, tagging: .plain) == [
                OutputLine("", stream: .error, rank: 0)
            ]
        )
    }

    @Test(
        "the blank that Open MPI 5 puts after its tag is taken off, and no other",
        arguments: ["x", " x", ""]
    )
    func readsSpacedTag(text: String) {
        let wanted = [OutputLine(text, stream: .output, rank: 2)]
        #expect(OutputLine.lines(in: "[1,2]<stdout>: \(text)", from: .error, tagging: .spaced) == wanted)
        #expect(OutputLine.lines(in: "[1,2]<stdout>:\(text)", from: .error, tagging: .plain) == wanted)
    }

    @Test("without tagging nothing is taken for a tag")
    func ignoresTags() {
        let text = "[1,2]<stdout>:x"
        #expect(
            OutputLine.lines(in: text, from: .error, tagging: .none) == [OutputLine(text, stream: .error)]
        )
    }

    @Test("the version of the launcher says how it tags")
    func readsVersion() {
        #expect(OutputTagging.ofVersion("mpirun (Open MPI) 4.1.4\n\nReport bugs") == .plain)
        #expect(OutputTagging.ofVersion("mpirun (Open MPI) 5.0.11\n") == .spaced)
        #expect(OutputTagging.ofVersion("HYDRA build details:") == .streamless)
    }

    @Test(
        "what has no tag stays as it is",
        arguments: ["", "plain", "[1,2]", "[1,x]<stdout>:", "[", "a[1,2]<stdin>:b"]
    )
    func keepsUntagged(text: String) {
        #expect(
            OutputLine.lines(in: text, from: .error, tagging: .plain) == [OutputLine(text, stream: .error)]
        )
    }

    @Test("ranks that print no line end are told apart in one line")
    func splitsRunTogether() {
        #expect(
            OutputLine.lines(in: "x[1,1]<stdout>:a[1,0]<stdout>:[b", from: .output, tagging: .plain) == [
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
