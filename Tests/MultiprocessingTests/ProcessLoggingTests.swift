import Logging
import Multiprocessing
import RankChecks
import RankLaunching
import Testing

private let sizes: [Int?] = [nil, 1, 3]

@Suite("ProcessLogging")
struct ProcessLoggingTests {
    @Test("a line of a logger says which process wrote it, however that was started", arguments: sizes)
    func lines(ranks: Int?) async throws {
        var job = try RankCheck.job(ranks: ranks) {
            ProcessLogging.bootstrap(level: .info)
            ProcessLogging.bootstrap(level: .trace)
            try withProcesses {
                for startMethod in StartMethod.allCases {
                    let process = Process(startMethod: startMethod) {
                        var logger = Logger(label: "work")
                        logger[metadataKey: "b"] = "2"
                        logger.info("begun", metadata: ["a": "1"])
                        logger.debug("not shown")
                    }
                    try process.start()
                    try process.join()
                    print(process.pid ?? 0)
                }
                Logger(label: "main").warning("over")
                print(Process.current.pid)
            }
        }
        job.tagsOutput = false
        let result = try await oneJobAtATime { [job] in try await job.run() }
        #expect(result.isSuccess, "\(result.report)")
        let pids = result.lines.filter { $0.stream == .output }.map(\.text)
        try #require(pids.count == 3, "\(result.report)")
        let hosts = (ranks ?? 1) > 1 ? [1, 2] : [0, 0]
        var expected: [String] = []
        for number in 0..<2 {
            let head = "[INFO/Process-\(number + 1) rank=\(hosts[number]) pid=\(pids[number])] "
            expected += [
                head + "multiprocessing: the process begins its work", head + "work: begun a=1 b=2",
                head + "multiprocessing: the process ends with status 0",
            ]
        }
        expected.append("[WARNING/MainProcess rank=0 pid=\(pids[2])] main: over")
        #expect(result.lines.filter { $0.stream == .error }.map(\.text) == expected, "\(result.report)")
    }

    @Test("many processes log at once, and every line is whole", arguments: sizes)
    func whole(ranks: Int?) async throws {
        var job = try RankCheck.job(ranks: ranks) {
            ProcessLogging.bootstrap(level: .notice)
            try withProcesses {
                for number in 0..<4 {
                    try Process {
                        let logger = Logger(label: "l")
                        for line in 0..<500 {
                            logger.notice("\(number) \(line) \(String(repeating: "z", count: 200))")
                        }
                    }.start()
                }
            }
        }
        job.tagsOutput = false
        let result = try await oneJobAtATime { [job] in try await job.run() }
        let lines = result.lines.filter { $0.stream == .error }.map(\.text)
        let tail = " " + String(repeating: "z", count: 200)
        #expect(result.isSuccess && lines.count == 2000, "\(lines.count)")
        #expect(lines.allSatisfy { $0.hasPrefix("[NOTICE/Process-") && $0.hasSuffix(tail) && $0.count < 300 })
    }

    @Test("a program that does not ask for it sees nothing of it, and can have the facts for its own handler")
    func quiet() async throws {
        let result = try await onRanks(nil) {
            try withProcesses {
                let facts = try Process.running(name: "worker") {
                    let metadata = ProcessLogging.metadataProvider.get()
                    return [
                        "\(metadata["process"] ?? "")", "\(metadata["rank"] ?? "")",
                        "\(metadata["pid"] ?? "")",
                    ]
                }
                #expect(try facts.result() == ["worker", "0", "\(facts.pid ?? 0)"])
            }
        }
        #expect(result.standardError.isEmpty, "\(result.report)")
    }
}
