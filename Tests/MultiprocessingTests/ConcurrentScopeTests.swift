import Multiprocessing
import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private let alone: [Int?] = [nil, 1]
private let sizes: [Int?] = [nil, 1, 3]

@Suite("withProcesses and threads")
struct ConcurrentScopeTests {
    @Test("tasks that enter it at once, again and again, do not disturb each other", arguments: alone)
    func together(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<4 {
                    group.addTask {
                        for round in 0..<8 {
                            let value = try await withProcesses { () -> Int in
                                let queue = try Queue<Int>()
                                let process = Process { try queue.put(task * 100 + round) }
                                try await process.start()
                                return try await queue.get(timeout: .seconds(20))
                            }
                            #expect(value == task * 100 + round)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("a block ends after the blocks that other tasks have entered inside of it", arguments: sizes)
    func guests(ranks: Int?) async throws {
        try await onRanks(ranks) {
            var guest: Task<Int?, any Error>?
            try await withProcesses {
                let entered = try Queue<Bool>()
                guest = Task {
                    try await withProcesses { () -> Int in
                        try await entered.put(true)
                        let queue = try Queue<Int>()
                        for number in 0..<20 {
                            try await Process { try queue.put(number) }.start()
                            #expect(try await queue.get(timeout: .seconds(20)) == number)
                        }
                        return 20
                    }
                }
                _ = try await entered.get(timeout: .seconds(20))
            }
            if let guest { #expect(try await guest.value == 20) }
        }
    }

    @Test(
        "exit(0) ends the program well while another thread waits, or from inside of a callback",
        arguments: sizes,
        ["waits", "polls", "callback"]
    )
    func exits(ranks: Int?, way: String) async throws {
        let job = try RankCheck.job(ranks: ranks, arguments: [way]) {
            let way = RankCheck.arguments[0]
            try withProcesses {
                let queue = try Queue<Int>()
                let pool = try Pool(processes: 1)
                if way == "callback" {
                    _ = try pool.applyAsync(callback: { (_: Int) in exit(0) }) { 1 }
                } else {
                    Task { exit(0) }
                }
                // An error here would be the program's last word.
                while true {
                    do {
                        _ = try queue.get(timeout: way == "polls" ? .milliseconds(1) : nil)
                    } catch let error as ProcessingError where error.kind == .empty {}
                }
            }
        }
        let result = try await oneJobAtATime { try await job.run() }
        #expect(result.status == .exited(0) && result.leftBehind.isEmpty, "\(result.report)")
    }
}
