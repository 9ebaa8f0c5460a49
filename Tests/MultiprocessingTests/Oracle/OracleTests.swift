import Glibc
import RankChecks
import RankLaunching
import Testing

/// Python's `multiprocessing` as the judge of what this module does: the same small programs in both, printing the same.
@Suite("Oracle")
struct OracleTests {
    @Test(
        "processes have the names, ends and families that they have in Python",
        .enabled(if: OraclePython.isThere),
        arguments: [1, 3]
    )
    func processes(ranks: Int) async throws { try await compare(.processes, ranks: ranks) }

    @Test(
        "queues give, wait, refuse and close as in Python",
        .enabled(if: OraclePython.isThere),
        arguments: [1, 3]
    )
    func queues(ranks: Int) async throws { try await compare(.queues, ranks: ranks) }

    @Test("pipes carry messages and end as in Python", .enabled(if: OraclePython.isThere), arguments: [1, 3])
    func pipes(ranks: Int) async throws { try await compare(.pipes, ranks: ranks) }

    @Test(
        "pools cut, call back, fail and close as in Python",
        .enabled(if: OraclePython.isThere),
        arguments: [1, 3]
    )
    func pools(ranks: Int) async throws { try await compare(.pools, ranks: ranks) }

    @Test(
        "locks, semaphores, conditions and events let go and hold back as in Python",
        .enabled(if: OraclePython.isThere),
        arguments: [1, 3]
    )
    func synchronization(ranks: Int) async throws { try await compare(.synchronization, ranks: ranks) }

    @Test(
        "parents, children, sentinels and waits for one of several are as in Python",
        .enabled(if: OraclePython.isThere),
        arguments: [1, 3]
    )
    func families(ranks: Int) async throws { try await compare(.families, ranks: ranks) }

    @Test(
        "bytes, joinable queues and simple queues are as in Python",
        .enabled(if: OraclePython.isThere),
        arguments: [1, 3]
    )
    func transfers(ranks: Int) async throws { try await compare(.transfers, ranks: ranks) }

    @Test(
        "imap, starMap and workers that are replaced are as in Python",
        .enabled(if: OraclePython.isThere),
        arguments: [1, 3]
    )
    func streams(ranks: Int) async throws { try await compare(.streams, ranks: ranks) }

    @Test(
        "executors and futures are as in Python's concurrent.futures",
        .enabled(if: OraclePython.isThere),
        arguments: [1, 3]
    )
    func futures(ranks: Int) async throws { try await compare(.futures, ranks: ranks) }

    @Test(
        "shared values, lists, dictionaries and memory are as in Python",
        .enabled(if: OraclePython.isThere),
        arguments: [1, 3]
    )
    func sharedState(ranks: Int) async throws { try await compare(.sharedState, ranks: ranks) }

    @Test(
        "listeners and clients meet, prove themselves and part as in Python",
        .enabled(if: OraclePython.isThere),
        arguments: [1, 3]
    )
    func listeners(ranks: Int) async throws { try await compare(.listeners, ranks: ranks) }

    @Test(
        "barriers let all go on, break and mend as in Python",
        .enabled(if: OraclePython.isThere),
        arguments: [1, 3]
    )
    func barriers(ranks: Int) async throws { try await compare(.barriers, ranks: ranks) }

    @Test("every difference on purpose is in the article for those who come from multiprocessing")
    func differences() throws {
        let article = try text(ofFile: "Sources/Multiprocessing/Multiprocessing.docc/FromMultiprocessing.md")
        let rows = Set(article.split(separator: "\n").map(String.init).filter { $0.hasPrefix("| `") })
        for area in OracleArea.allCases {
            for scenario in area.scenarios {
                guard let difference = scenario.difference else { continue }
                let row =
                    "| `\(scenario.name)` | \(difference.python.joined(separator: " · ")) | "
                    + "\(difference.swift.joined(separator: " · ")) | \(difference.reason) |"
                let isThere = rows.contains(row)
                #expect(isThere, "the article lacks this row:\n\(row)")
            }
        }
    }

    private func text(ofFile path: String) throws -> String {
        let file = try #require(fopen(path, "r"), "no file \(path)")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Runs both sides, and shows each scenario that differs as two blocks.
    private func compare(_ area: OracleArea, ranks: Int) async throws {
        let python = try await OraclePython.shared.lines(of: area)
        let job = try await onRanks(ranks, arguments: [area.rawValue], timeout: .seconds(180)) {
            let area = try #require(OracleArea(rawValue: try RankCheck.argument(0, as: String.self)))
            try area.perform()
        }
        let swift = OracleLines(job.standardOutput)
        #expect(python.names == area.scenarios.map(\.name), "Python has other scenarios")
        #expect(swift.isComplete, "\(job.report)")
        for scenario in area.scenarios {
            let (theirs, ours) = (python[scenario.name], swift[scenario.name])
            let blocks = """
                \(area.rawValue).\(scenario.name) on \(ranks) ranks
                --- Python
                \(theirs.joined(separator: "\n"))
                --- Swift
                \(ours.joined(separator: "\n"))
                """
            if let difference = scenario.difference {
                #expect(theirs == difference.python && ours == difference.swift, "\(blocks)")
            } else {
                #expect(ours == theirs && !ours.isEmpty, "\(blocks)")
            }
        }
    }
}

/// What one side printed, by scenario.
struct OracleLines: Sendable {
    private(set) var names: [String] = []
    private var lines: [String: [String]] = [:]
    /// Whether the end was reached.
    private(set) var isComplete = false

    init(_ output: String) {
        for line in output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(
            String.init
        ) {
            if line == "== end" {
                isComplete = true
            } else if line.hasPrefix("== ") {
                names.append(String(line.dropFirst(3)))
            } else if let name = names.last {
                lines[name, default: []].append(line)
            }
        }
    }

    subscript(name: String) -> [String] { lines[name] ?? [] }
}

/// The Python that judges; each script of it runs once.
actor OraclePython {
    static let shared = OraclePython()
    private var results: [OracleArea: Task<OracleLines, any Error>] = [:]

    /// Where it is: plain CPython is enough.
    private static let path: String? = {
        if let named = getenv("SWIFT_MPI_PYTHON"), named.pointee != 0 { return String(cString: named) }
        let folders = getenv("PATH").map { String(cString: $0) } ?? ""
        return folders.split(separator: ":").map { $0 + "/python3" }.first { access($0, X_OK) == 0 }
    }()

    static var isThere: Bool {
        if path == nil {
            print("multiprocessing takes no part in the tests: there is no python3, and no SWIFT_MPI_PYTHON")
        }
        return path != nil
    }

    func lines(of area: OracleArea) async throws -> OracleLines {
        if let task = results[area] { return try await task.value }
        let task = Task {
            let job = RankJob(
                executable: try #require(Self.path),
                arguments: ["-B", "Tests/MultiprocessingTests/Oracle/Python/\(area.rawValue).py"],
                ranks: nil,
                timeout: .seconds(120)
            )
            let result = try await oneJobAtATime { try await job.run() }
            let lines = OracleLines(result.standardOutput)
            #expect(lines.isComplete, "\(result.report)")
            return lines
        }
        results[area] = task
        return try await task.value
    }
}
