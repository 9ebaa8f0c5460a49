import RankChecks
import RankLaunching
import Testing

@testable import Multiprocessing

#if canImport(Glibc)
// `stderr` is a variable, which nobody changes here.
@preconcurrency import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("LineAssembly")
struct LineAssemblyTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("lines come whole, however they arrive, each with its mark")
    func pieces() {
        for mark in ["", "[P 1] "] {
            for size in 1...12 {
                let input = Array("one\n\ntwo and a half\nGrüße\nend".utf8)
                var assembly = LineAssembly(mark: mark)
                var output: [UInt8] = []
                for start in stride(from: 0, to: input.count, by: size) {
                    let lines = assembly.append(Array(input[start..<min(start + size, input.count)]))
                    #expect(lines.isEmpty || lines.last == UInt8(ascii: "\n"))
                    output += lines
                }
                output += assembly.takeRest()
                let expected = "\(mark)one\n\(mark)\n\(mark)two and a half\n\(mark)Grüße\n\(mark)end"
                #expect(text(output) == expected + (mark.isEmpty ? "" : "\n"))
                #expect(assembly.takeRest().isEmpty)
            }
        }
    }

    @Test("a name of several lines makes a mark of one")
    func names() {
        #expect(OutputForm.prefixed.mark(of: "a\nb\r\nc", rank: 2) == "[a b c 2] ")
        #expect(OutputForm.plain.mark(of: "a", rank: 2).isEmpty)
    }

    @Test("bytes of every value pass unchanged")
    func binary() {
        var assembly = LineAssembly(mark: "")
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(assembly.append(bytes) + assembly.takeRest() == bytes)
    }

    @Test("a line beyond all measure comes in pieces with one mark")
    func pieceByPiece() {
        var assembly = LineAssembly(mark: "> ")
        let block = [UInt8](repeating: UInt8(ascii: "x"), count: 300_000)
        var output: [UInt8] = []
        for number in 0..<8 {
            output += assembly.append(block)
            // Up to a mebibyte nothing of it is given away.
            #expect(output.isEmpty == (number < 3))
        }
        #expect(output.count > 1 << 20)
        output += assembly.append(Array("\nnext\n".utf8))
        #expect(
            output == Array("> ".utf8) + Array(repeatElement(block, count: 8).joined())
                + Array("\n> next\n".utf8)
        )
        // An end inside such a line.
        for _ in 0..<4 { _ = assembly.append(block) }
        #expect(text(assembly.takeRest()) == "\n")
    }
}

/// How long a line is: one in a hundred is longer than what a pipe keeps whole.
private func lengthOfLine(_ number: Int) -> Int { number % 100 == 99 ? 20_000 : 100 }

/// Prints a thousand lines on standard output and as many on standard error.
private func printLines(of number: Int) {
    let letter = String(UnicodeScalar(UInt8(97 + number)))
    for line in 0..<1000 {
        let text = "\(line) " + String(repeating: letter, count: lengthOfLine(line))
        print(text)
        fputs(text + "\n", stderr)
    }
}

/// Something that is described only when a process has printed a line and ended.
private struct Described: CustomStringConvertible {
    var text: () -> String
    var description: String {
        let process = Process { print("in between") }
        #expect(throws: Never.self) {
            try process.start()
            try process.join()
        }
        return text()
    }
}

@Suite("Output of processes")
struct ProcessOutputTests {
    @Test("each line has its process before it, whichever rank hosts it", arguments: [nil, 1, 3])
    func marks(ranks: Int?) async throws {
        var job = try RankCheck.job(ranks: ranks) {
            try withProcesses(output: .prefixed) {
                for (number, startMethod) in StartMethod.allCases.enumerated() {
                    let process = Process(startMethod: startMethod) {
                        print("first\nsecond")
                        let complaint = Array("a complaint\n".utf8)
                        write(STDERR_FILENO, complaint, complaint.count)
                        print("no line end", terminator: "")
                    }
                    try process.start()
                    try process.join()
                    print("main program", number)
                }
                let pool = try Pool(processes: 1)
                #expect(
                    try pool.apply {
                        print("of a pool")
                        return true
                    }
                )
            }
        }
        job.tagsOutput = false
        let result = try await oneJobAtATime { [job] in try await job.run() }
        #expect(result.isSuccess, "\(result.report)")
        let ranksInTurn = (ranks ?? 1) > 1 ? [1, 2, 1] : [0, 0, 0]
        var expected: [String] = []
        for number in 0..<2 {
            let mark = "[Process-\(number + 1) \(ranksInTurn[number])] "
            expected += [mark + "first", mark + "second", mark + "no line end", "main program \(number)"]
        }
        expected.append("[PoolWorker-1 \(ranksInTurn[2])] of a pool")
        #expect(result.lines.filter { $0.stream == .output }.map(\.text) == expected, "\(result.report)")
        #expect(
            result.lines.filter { $0.stream == .error }.map(\.text)
                == (0..<2).map { "[Process-\($0 + 1) \(ranksInTurn[$0])] a complaint" },
            "\(result.report)"
        )
    }

    @Test(
        "eight processes and the main program print a thousand lines each, some long: none is split or lost",
        arguments: [nil, 1, 4] as [Int?],
        OutputForm.allCases
    )
    func storm(ranks: Int?, form: OutputForm) async throws {
        var job = try RankCheck.job(ranks: ranks, arguments: [form.rawValue]) {
            let form = OutputForm(rawValue: try RankCheck.argument(0, as: String.self))
            try withProcesses(output: form) {
                var processes: [Process] = []
                let gate = try Queue<Bool>()
                for number in 0..<8 {
                    processes.append(
                        Process(on: number % Process.current.rankCount) {
                            _ = try gate.get()
                            printLines(of: number)
                        }
                    )
                }
                for process in processes { try process.start() }
                for _ in processes { try gate.put(true) }
                printLines(of: 8)
                for process in processes { try process.join() }
            }
        }
        job.tagsOutput = false
        let result = try await oneJobAtATime { [job] in try await job.run() }
        #expect(result.isSuccess, "\(result.report)")
        for stream in [OutputLine.Stream.output, .error] {
            var next: [String: Int] = [:]
            var bad: [String] = []
            for text in result.lines.filter({ $0.stream == stream }).map(\.text) {
                var words = text.split(separator: " ")
                if words.count == 4, words[0].hasPrefix("[Process-"), words[1].hasSuffix("]") {
                    words.removeFirst(2)
                }
                guard words.count == 2, let line = Int(words[0]), let letter = words[1].first,
                    words[1].count == lengthOfLine(line), words[1].allSatisfy({ $0 == letter }),
                    next[String(letter), default: 0] == line
                else {
                    bad.append("\(text.count) characters: \(text.prefix(200))")
                    continue
                }
                next[String(letter)] = line + 1
            }
            #expect(bad.isEmpty, "\(bad.count) bad lines in \(stream), \(bad.prefix(3))")
            #expect(Array(next.values) == Array(repeating: 1000, count: 9), "\(stream)")
        }
    }

    @Test(
        "a main program that prints what it has to ask the Host for does not hold up the output",
        arguments: [nil, 3]
    )
    func printing(ranks: Int?) async throws {
        var job = try RankCheck.job(ranks: ranks) {
            try withProcesses(output: .prefixed) {
                let process = Process { for _ in 0..<2000 { print("on and on") } }
                try process.start()
                // Its description asks the Host, while the lock of standard output is held.
                for _ in 0..<100 { print("main:", process) }
                try process.join()
            }
        }
        job.tagsOutput = false
        let result = try await oneJobAtATime { [job] in try await job.run() }
        #expect(result.isSuccess, "\(result.report.suffix(2000))")
        #expect(
            result.lines.filter { $0.text.hasPrefix("main: <Process name='Process-1' pid=") }.count == 100
        )
    }

    @Test("nobody gets into a line that the main program has not finished", arguments: [nil, 3])
    func unfinishedLine(ranks: Int?) async throws {
        var job = try RankCheck.job(ranks: ranks) {
            // Longer than what is buffered: the beginning is shown before the end is known.
            let beginning = String(repeating: "m", count: 100_000)
            try withProcesses(output: .prefixed) {
                print(beginning, Described { "and its end" })
                print("next")
            }
        }
        job.tagsOutput = false
        let result = try await oneJobAtATime { [job] in try await job.run() }
        #expect(result.isSuccess, "\(result.report.suffix(2000))")
        let lines = result.lines.filter { $0.stream == .output }.map { line in
            let length = line.text.prefix { $0 == "m" }.count
            return length > 0 ? "\(length)\(line.text.dropFirst(length))" : line.text
        }
        let process = "[Process-1 \((ranks ?? 1) > 1 ? 1 : 0)]"
        #expect(lines.sorted() == ["100000 and its end", "\(process) in between", "next"])
    }

    @Test("the variable in the environment says it, unless the program does", arguments: [nil, 3])
    func environment(ranks: Int?) async throws {
        var job = try RankCheck.job(ranks: ranks) {
            setenv("SWIFT_MPI_OUTPUT", "prefixed", 1)
            try withProcesses {
                let process = Process(name: "a") { print("x") }
                try process.start()
                try process.join()
            }
            try withProcesses(output: .plain) {
                let process = Process(name: "b") { print("x") }
                try process.start()
                try process.join()
            }
        }
        job.tagsOutput = false
        let result = try await oneJobAtATime { [job] in try await job.run() }
        #expect(result.isSuccess, "\(result.report)")
        let lines = result.lines.filter { $0.stream == .output }.map(\.text)
        #expect(lines == ["[a \((ranks ?? 1) > 1 ? 1 : 0)] x", "x"], "\(result.report)")
    }

    @Test("binary output, and a line of half a mebibyte, come as they are", arguments: [nil, 3])
    func binary(ranks: Int?) async throws {
        var job = try RankCheck.job(ranks: ranks) {
            try withProcesses(output: .prefixed) {
                let process = Process {
                    let bytes =
                        [UInt8](repeating: UInt8(ascii: "y"), count: 512 << 10) + [10, 1, 0, 127, 9, 10]
                    var written = 0
                    while written < bytes.count {
                        written += bytes.withUnsafeBytes {
                            max(0, write(1, $0.baseAddress?.advanced(by: written), $0.count - written))
                        }
                    }
                }
                try process.start()
                try process.join()
            }
        }
        job.tagsOutput = false
        let result = try await oneJobAtATime { [job] in try await job.run() }
        #expect(result.isSuccess)
        let mark = "[Process-1 \((ranks ?? 1) > 1 ? 1 : 0)] "
        let lines = result.lines.filter { $0.stream == .output }.map(\.text)
        #expect(lines.count == 2 && lines.first == mark + String(repeating: "y", count: 512 << 10))
        #expect(lines.last == mark + "\u{1}\u{0}\u{7f}\t")
    }
}
