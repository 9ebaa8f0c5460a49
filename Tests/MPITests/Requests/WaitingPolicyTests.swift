import Glibc
import MPI
import RankChecks
import RankLaunching
import Testing

/// How often the main thread of a process has given up its processor of its own accord, to sleep; a turn for others does not count.
private func sleepCount(ofProcess pid: Int) -> Int? {
    guard let file = fopen("/proc/\(pid)/status", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let words = text.split(whereSeparator: \.isWhitespace)
        if words.first == "voluntary_ctxt_switches:" { return words.last.flatMap { Int($0) } }
    }
    return nil
}

@Suite("WaitingPolicy")
struct WaitingPolicyTests {
    @Test("messages arrive whatever the policy is")
    func arrives() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            for policy in WaitingPolicy.allCases {
                world.waitForMessages(by: policy)
                #expect(world.waitingPolicy == policy)
                var numbers = [Double](repeating: Double(world.rank), count: 100_000)
                if world.rank == 0 {
                    try world.send("text", to: 1)
                    try world.send(numbers.span, to: 1)
                    try world.receive(into: &numbers)
                } else {
                    #expect(try world.receive(String.self) == "text")
                    try world.receive(into: &numbers)
                    try world.send(numbers.span, to: 0)
                }
                #expect(numbers[5] == 0)
            }
        }
    }

    @Test("a rank that backs off sleeps again and again while it waits, by policy or by environment")
    func idle() async throws {
        for environment in [[:], ["SWIFT_MPI_WAIT": "backoff"]] {
            try await onRanks(2, environment: environment) { () throws in
                let world = Communicator.world
                if getenv("SWIFT_MPI_WAIT") == nil { world.waitForMessages(by: .backOff) }
                #expect(world.waitingPolicy == .backOff)
                guard world.rank == 0 else {
                    // The message comes when its receiver has gone to sleep often enough.
                    let waiting = try world.receive(Int.self)
                    let first = try #require(sleepCount(ofProcess: waiting))
                    let limit = ContinuousClock.now.advanced(by: .seconds(30))
                    var count = 0
                    while count < 300, ContinuousClock.now < limit {
                        sched_yield()
                        count = try #require(sleepCount(ofProcess: waiting)) - first
                    }
                    #expect(count >= 300, "it does not sleep")
                    return try world.send(true, to: 0)
                }
                try world.send(Int(getpid()), to: 1)
                _ = try world.receive(Bool.self)
            }
        }
    }

    @Test("a policy that does not exist is reported and ignored")
    func unknown() async throws {
        let result = try await onRanks(1, environment: ["SWIFT_MPI_WAIT": "fidget"]) { () throws in
            #expect(Communicator.world.waitingPolicy == .spin)
        }
        #expect(result.report.contains("fidget"))
    }
}
