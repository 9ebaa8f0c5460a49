import Multiprocessing
import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private let sizes: [Int?] = [nil, 1, 3]

@Suite("Process: how it ends")
struct ProcessEntryTests {
    @Test(
        "exit in a process runs its own handlers, not those of the program it was forked from",
        arguments: sizes
    )
    func handlers(ranks: Int?) async throws {
        let job = try RankCheck.job(ranks: ranks) {
            atexit { print("the program's handler") }
            try withProcesses {
                let process = Process(name: "leaver") {
                    atexit { print("the process's handler") }
                    let child = Process { print("the child") }
                    try child.start()
                    print("no line end", terminator: "")
                    exit(300)
                }
                try process.start()
                try process.join()
                #expect(process.exitCode == 300 & 0xff)
            }
        }
        let result = try await oneJobAtATime { try await job.run() }
        #expect(result.isSuccess, "\(result.report)")
        func count(_ text: String) -> Int { result.standardOutput.components(of: text) }
        #expect(count("the program's handler") == ranks ?? 1, "\(result.report)")
        #expect(count("the process's handler") == 1 && count("the child") == 1, "\(result.report)")
        #expect(count("no line end") == 1, "\(result.report)")
    }

    @Test("a process ends with its status, whatever it has done to its descriptors", arguments: [nil, 3])
    func closedDescriptors(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                for isReplaced in [false, true] {
                    let process = Process(on: Process.current.rankCount - 1) {
                        // The link to the Host as well: it has no more to say.
                        for descriptor: Int32 in 3..<64 {
                            close(descriptor)
                            if isReplaced { dup2(1, descriptor) }
                        }
                        exit(21)
                    }
                    try process.start()
                    #expect(try process.join(timeout: .seconds(20)))
                    #expect(process.exitCode == 21)
                }
            }
        }
    }

    @Test("a copy that a process makes of itself with fork ends with a status of its own")
    func copy() async throws {
        try await onRanks(nil) {
            try withProcesses {
                let process = Process {
                    typealias Fork = @convention(c) () -> pid_t
                    let symbol = try #require(dlsym(nil, "fork"))
                    let copy = unsafeBitCast(symbol, to: Fork.self)()
                    if copy == 0 { exit(5) }
                    var status: Int32 = 0
                    while waitpid(copy, &status, 0) < 0, errno == EINTR {}
                    exit((status >> 8) + 1)
                }
                try process.start()
                #expect(try process.join(timeout: .seconds(20)))
                #expect(process.exitCode == 6)
            }
        }
    }

    @Test("at its end a process ends its daemons, then waits for its other children", arguments: sizes)
    func order(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                for status: Int32 in [0, 7, -1] {
                    let words = try Queue<String>()
                    let sentinels = try Queue<ProcessSentinel>()
                    let last = Process.current.rankCount - 1
                    let process = Process(on: last) {
                        let daemon = Process(daemon: true, on: last / 2) { waitForTheEnd() }
                        try daemon.start()
                        let sentinel = try daemon.sentinel
                        try sentinels.put(sentinel)
                        // It ends only when the daemon has, so the daemon has to be ended before this is waited for.
                        let child = Process(on: last / 2) {
                            try words.put("child: \(try sentinel.wait())")
                        }
                        try child.start()
                        try words.put("body over: \(daemon.isAlive)")
                        exit(status)
                    }
                    try process.start()
                    #expect(try process.join(timeout: .seconds(30)))
                    #expect(process.exitCode == Int(status) & 0xff)
                    #expect(try words.get(timeout: .zero) == "body over: true")
                    #expect(try words.get(timeout: .zero) == "child: true")
                    #expect(try sentinels.get(timeout: .zero).hasEnded)
                }
            }
        }
    }

    @Test(
        "an uncaught error of a process with children: its text, status 1, and the children are waited for",
        arguments: sizes
    )
    func errors(ranks: Int?) async throws {
        let result = try await onRanks(ranks) {
            try withProcesses {
                let process = Process(name: "unlucky") {
                    let child = Process { print("the child has ended") }
                    try child.start()
                    throw Unencodable.Refusal()
                }
                try process.start()
                try process.join()
                #expect(process.exitCode == 1)
                print("joined")
            }
        }
        #expect(result.standardError.contains("Process unlucky: "), "\(result.report)")
        let lines = result.lines.filter { $0.stream == .output }.map(\.text)
        #expect(lines == ["the child has ended", "joined"], "\(result.report)")
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
