import RankChecks
import RankLaunching
import Testing

@testable import swift_mpi

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("The doctor as a program")
struct DoctorCommandTests {
    private func run(_ arguments: String..., ranks: Int?, path: String? = nil) async throws -> RankJobResult {
        try await Tool.run(
            ["doctor"] + arguments,
            ranks: ranks,
            environment: path.map { ["PATH": $0] } ?? [:]
        )
    }

    @Test("without a launcher it names library and launcher, tries a job, and finds no problem")
    func plain() async throws {
        let result = try await run(ranks: nil)
        #expect(result.isSuccess && result.leftBehind.isEmpty, "\(result.report)")
        let texts = [
            "MPI library: ", "thread level: multiple", "launcher: ", "a trial job of two ranks ran",
            "no problems",
        ]
        for text in texts { #expect(result.standardOutput.contains(text), "\(result.report)") }
    }

    @Test("on two ranks one of them reports, about both")
    func ranks() async throws {
        let result = try await run(ranks: 2)
        #expect(result.isSuccess, "\(result.report)")
        #expect(result.lines.count { $0.text.contains("MPI library: ") } == 1, "\(result.report)")
        #expect(result.standardOutput.contains("2 ranks on 1 host"), "\(result.report)")
    }

    @Test("as JSON it is one object with the same findings", arguments: [nil, 2])
    func json(ranks: Int?) async throws {
        let result = try await run("--json", ranks: ranks)
        let report = try JSONDecoder().decode(DoctorReport.self, from: Data(result.standardOutput.utf8))
        #expect(report.isHealthy == result.isSuccess, "\(result.report)")
        #expect(report.facts.rankCount == ranks ?? 1)
        #expect(report.findings == Diagnosis.findings(report.facts))
        #expect(report.pairs == nil)
    }

    @Test("with --ranks it prints a matrix of latency and one of bandwidth", arguments: [nil, 1, 2, 3, 7])
    func matrix(ranks: Int?) async throws {
        let result = try await run("--ranks", ranks: ranks)
        #expect(result.isSuccess && result.leftBehind.isEmpty, "\(result.report)")
        let count = ranks ?? 1
        guard count > 1 else {
            #expect(result.standardOutput.contains("one rank: there are no pairs to measure"))
            return
        }
        for title in ["latency in µs", "bandwidth in GB/s"] {
            let lines = result.lines.map(\.text).drop { !$0.hasPrefix(title) }.prefix(count + 2)
            try #require(lines.count == count + 2, "\(result.report)")
            for (rank, line) in lines.dropFirst(2).enumerated() {
                let words = line.split(separator: " ")
                #expect(words.count == count + 1 && words.first == "\(rank)", "\(result.report)")
                #expect(words.indices.contains(rank + 1) && words[rank + 1] == "-", "\(result.report)")
            }
        }
    }

    @Test("with --ranks and --json it has a number for each pair, the same both ways", arguments: [2, 3])
    func matrixAsJSON(ranks: Int) async throws {
        let result = try await run("--ranks", "--json", ranks: ranks)
        let report = try JSONDecoder().decode(DoctorReport.self, from: Data(result.standardOutput.utf8))
        let pairs = try #require(report.pairs, "\(result.report)")
        for values in [pairs.latency, pairs.bandwidth] {
            #expect(values.count == ranks)
            for row in 0..<ranks {
                for column in 0..<ranks {
                    let value = values[row][column]
                    #expect((value == nil) == (row == column) && value == values[column][row])
                    if let value { #expect(value > 0 && value.isFinite) }
                }
            }
        }
        #expect(report.findings == Diagnosis.findings(report.facts) + pairs.findings)
    }

    @Test("where there is no mpirun it says which package to install, and fails")
    func noLauncher() async throws {
        let result = try await run(ranks: nil, path: "/nowhere")
        #expect(result.status == .exited(1), "\(result.report)")
        #expect(result.standardOutput.contains("PROBLEM  there is no mpirun in PATH"), "\(result.report)")
        #expect(result.standardOutput.contains("openmpi-bin"), "\(result.report)")
    }
}
