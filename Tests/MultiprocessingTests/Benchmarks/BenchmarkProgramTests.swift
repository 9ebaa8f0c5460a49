import RankChecks
import RankLaunching
import Testing

@testable import swift_mpi

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A record as the scripts read it.
private struct ReadRecord: Decodable {
    var benchmark: String
    var `case`: String
    var unit: String
    var samples: [Double?]
    var percentiles: [String: Double]?
    var verification: String?
}

@Suite("The programs that measure")
struct BenchmarkProgramTests {
    /// The program, which is built into the same folder as the tests.
    private static var program: String {
        RankJob.ownExecutable.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/") + "/swift-mpi"
    }

    /// Runs a benchmark with parameters so small that it is over soon, and returns its records.
    private func records(_ name: String, ranks: Int?, _ options: String) async throws -> [ReadRecord] {
        let words = ["bench", name, "--json"] + options.split(separator: " ").map { String($0) }
        let result = try await oneJobAtATime {
            try await RankJob(
                executable: Self.program,
                arguments: words,
                ranks: ranks,
                timeout: .seconds(120)
            ).run()
        }
        try #require(result.isSuccess, "\(result.report)")
        let records = try result.lines.map(\.text).filter { $0.hasPrefix("{") }.map {
            try JSONDecoder().decode(ReadRecord.self, from: Data($0.utf8))
        }
        for record in records {
            #expect(record.benchmark == name)
            // What is measured is there, and not negative; an exponent may be.
            let least = record.unit == "1" ? -Double.infinity : 0
            #expect(record.samples.allSatisfy { $0.map { $0 >= least } ?? false }, "\(record)")
        }
        return records
    }

    @Test(
        "a benchmark of ranks measures every case, as often as it is told",
        arguments: [
            ("latency", "--iterations 5 --sizes 8,8192", ["8", "8192"]),
            ("bandwidth", "--iterations 5 --sizes 8,8192", ["8", "8192"]),
            ("bidirectional", "--iterations 5 --sizes 8,8192", ["8", "8192"]),
            ("message-rate", "--iterations 64", ["blocking", "immediate"]),
            (
                "objects", "--iterations 5",
                ["small structure", "1000 integers", "1000 strings", "nested dictionary", "1 MiB of numbers"]
            ),
            ("object-collectives", "--iterations 5", ["broadcast", "gather", "allReduce"]),
            ("is", "", ["class S"]),
        ]
    )
    func ofRanks(name: String, options: String, cases: [String]) async throws {
        let records = try await records(name, ranks: 2, "--repetitions 2 " + options)
        #expect(records.map(\.case) == cases)
        #expect(records.allSatisfy { $0.samples.count == 2 })
        #expect(records.allSatisfy { ($0.verification ?? "successful") == "successful" })
    }

    @Test("the benchmark of collectives measures them with and without agreement")
    func collectives() async throws {
        let records = try await records(
            "collectives",
            ranks: 2,
            "--repetitions 1 --iterations 5 --sizes 8"
        )
        let exact = ", taken at their word"
        #expect(
            records.map(\.case) == [
                "barrier", "broadcast 8", "allReduce 8", "allGatherv 8", "allToAllv 8",
                "allGatherv 8\(exact)",
                "allToAllv 8\(exact)",
            ]
        )
    }

    @Test("a token goes around a ring of more ranks than cores")
    func oversubscription() async throws {
        let records = try await records("oversubscription", ranks: 4, "--repetitions 1 --iterations 5")
        #expect(records.map(\.case) == ["ring hop"])
    }

    @Test(
        "a benchmark of processes measures every case",
        arguments: [
            ("process-start", "--iterations 2", ["start and join"]),
            (
                "pipe", "--iterations 3 --blocks 2 --size 4096",
                [
                    "main, round trip", "processes, round trip", "main, stream of 4096",
                    "processes, stream of 4096",
                ]
            ),
            ("queue", "--iterations 3 --items 10", ["round trip", "stream 1→1", "stream 2→1", "stream 1→2"]),
            (
                "pool", "--tasks 4 --items 10 --large-tasks 2 --calls 2 --lengths 5 --busy-seconds 0.002",
                [
                    "empty tasks, chunk size 1", "empty tasks, default chunks", "arguments of 1 MiB", "apply",
                    "tasks of 5 µs, chunk size 1", "gain of 2 workers, tasks of 15 µs",
                    "gain of 2 workers, tasks of 1000 µs", "4 workers against 2, tasks of 15 µs",
                    "4 workers against 2, empty tasks",
                ]
            ),
            ("idle", "--seconds 0.01 --wake-ups 2 --pause 1", ["wake-up", "share of a core"]),
        ]
    )
    func ofProcesses(name: String, options: String, cases: [String]) async throws {
        let records = try await records(name, ranks: nil, "--repetitions 1 " + options)
        #expect(records.map(\.case) == cases)
    }

    @Test("growth is measured for tasks, items, processes and ranks, each with its exponents")
    func growth() async throws {
        let records = try await records(
            "growth",
            ranks: nil,
            "--repetitions 1 --tasks 10,100 --items 10,100 --processes 1,2 --ranks 1,2"
        )
        #expect(records.count == 4 * 6)
        #expect(records.filter { $0.case.contains("exponent") }.count == 8)
    }

    @Test("the start of jobs is measured with and without the profile")
    func startUp() async throws {
        let records = try await records("start-up", ranks: nil, "--repetitions 1 --ranks 1")
        #expect(records.map(\.case) == ["local 1", "stock 1"])
    }
}
