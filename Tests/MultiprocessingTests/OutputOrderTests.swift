import RankChecks
import RankLaunching
import Testing

@testable import Multiprocessing

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A line that does not go through the library which buffers what is printed, as of another program that the process may start.
private func writeUnbuffered(_ text: String) {
    Array("\(text)\n".utf8).withUnsafeBytes { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}

/// Whether this process has a lane: memory of that size.
private func hasLane() -> Bool {
    guard let file = fopen("/proc/self/maps", "r") else { return false }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, Int32(line.count), file) != nil {
        let text = line.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        let bounds = text.prefix { $0 != " " }.split(separator: "-").compactMap { Int($0, radix: 16) }
        if bounds.count == 2, bounds[1] - bounds[0] == LaneMemory.capacity + 4096 { return true }
    }
    return false
}

@Suite("What is printed before a message is sent is shown before what follows from the message")
struct OutputOrderTests {
    @Test(
        "through a queue, where each line has its process before it",
        arguments: [nil, 3]
    )
    func queue(ranks: Int?) async throws {
        let job = try RankCheck.job(ranks: ranks) {
            try withProcesses(output: .prefixed) {
                let turns = try Queue<Int>()
                let process = Process {
                    for number in 0..<500 {
                        print("sent", number)
                        try turns.put(number)
                    }
                }
                try process.start()
                for _ in 0..<500 { print("received", try turns.get(timeout: .seconds(30))) }
            }
        }
        try await expectOrder(of: 500, in: job)
    }

    @Test("through a pipe with a lane to the main program, however it was written", arguments: [nil, 3])
    func pipe(ranks: Int?) async throws {
        let job = try RankCheck.job(ranks: ranks) {
            try withProcesses {
                let (left, right) = try Pipe<Int>().ends
                let process = Process(on: 0) {
                    var hadLane = false
                    for number in 0..<2000 {
                        if number % 3 == 0 {
                            writeUnbuffered("sent \(number)")
                        } else {
                            print("sent", number)
                        }
                        // Four in a row give the two a lane.
                        for _ in 0..<8 { try right.send(number) }
                        if !hadLane, number % 20 == 0 { hadLane = hasLane() }
                        guard try right.receive() == number else { return }
                    }
                    try right.send(hadLane ? 1 : 0)
                }
                try process.start()
                for number in 0..<2000 {
                    for _ in 0..<8 { _ = try left.receive(timeout: .seconds(30)) }
                    print("received", number)
                    fflush(nil)
                    try left.send(number)
                }
                guard try left.receive(timeout: .seconds(30)) == 1 else {
                    throw ProcessingError(.misuse, "no lane")
                }
                try process.join()
            }
        }
        try await expectOrder(of: 2000, in: job)
    }

    @Test("through a process in between, which has a lane to the main program", arguments: [nil, 3])
    func between(ranks: Int?) async throws {
        let job = try RankCheck.job(ranks: ranks) {
            try withProcesses {
                // One with a limit has no lanes.
                let numbers = try Queue<Int>(capacity: 4)
                let (left, right) = try Pipe<Int>().ends
                let printer = Process(on: Process.current.rankCount - 1) {
                    for number in 0..<2000 {
                        print("sent", number)
                        try numbers.put(number)
                    }
                }
                let messenger = Process(on: 0) {
                    for _ in 0..<2000 {
                        let number = try numbers.get()
                        for _ in 0..<8 { try right.send(number) }
                    }
                }
                try printer.start()
                try messenger.start()
                for number in 0..<2000 {
                    for _ in 0..<8 { _ = try left.receive(timeout: .seconds(30)) }
                    print("received", number)
                    fflush(nil)
                }
                try printer.join()
                try messenger.join()
            }
        }
        try await expectOrder(of: 2000, in: job)
    }

    @Test(
        "also in a second `withProcesses`, after the main program has had a lane in the first",
        arguments: [nil, 3]
    )
    func again(ranks: Int?) async throws {
        let job = try RankCheck.job(ranks: ranks) {
            try withProcesses {
                let (left, right) = try Pipe<Int>().ends
                let process = Process(on: 0) { for _ in 0..<200 { try right.send(try right.receive()) } }
                try process.start()
                for number in 0..<200 {
                    try left.send(number)
                    _ = try left.receive(timeout: .seconds(30))
                }
                try process.join()
            }
            try withProcesses {
                let (left, right) = try Pipe<Int>().ends
                let process = Process(on: 0) {
                    for number in 0..<1000 {
                        print("sent", number)
                        for _ in 0..<8 { try right.send(number) }
                        guard try right.receive() == number else { return }
                    }
                }
                try process.start()
                for number in 0..<1000 {
                    for _ in 0..<8 { _ = try left.receive(timeout: .seconds(30)) }
                    print("received", number)
                    fflush(nil)
                    try left.send(number)
                }
                try process.join()
            }
        }
        try await expectOrder(of: 1000, in: job)
    }

    @Test("a process that redirects what it prints keeps its lane, or gets none", arguments: [true, false])
    func redirected(isEarly: Bool) async throws {
        var job = try RankCheck.job(ranks: nil, arguments: [isEarly ? "early" : "late"]) {
            let isEarly = try RankCheck.argument(0, as: String.self) == "early"
            try withProcesses {
                let (left, right) = try Pipe<Int>().ends
                let process = Process {
                    func redirect() {
                        let nowhere = open("/dev/null", O_WRONLY)
                        dup2(nowhere, STDOUT_FILENO)
                        close(nowhere)
                    }
                    func exchange() throws { for _ in 0..<200 { try right.send(try right.receive()) } }
                    if isEarly { redirect() }
                    try exchange()
                    let hadLane = hasLane()
                    if !isEarly { redirect() }
                    try exchange()
                    try right.send((hadLane ? 1 : 0) + (hasLane() ? 2 : 0))
                }
                try process.start()
                for number in 0..<400 {
                    try left.send(number)
                    _ = try left.receive(timeout: .seconds(30))
                }
                print("lanes", try left.receive(timeout: .seconds(30)))
                try process.join()
            }
        }
        job.tagsOutput = false
        let result = try await oneJobAtATime { [job] in try await job.run() }
        #expect(result.isSuccess, "\(result.report.suffix(2000))")
        // Early: the lane that it reads from is there all the same.
        #expect(result.lines.map(\.text) == ["lanes 3"])
    }

    /// Expects what was printed as "sent" before what was printed as "received" with the same number.
    private func expectOrder(of count: Int, in job: RankJob) async throws {
        var job = job
        job.tagsOutput = false
        let result = try await oneJobAtATime { [job] in try await job.run() }
        #expect(result.isSuccess, "\(result.report.suffix(2000))")
        var sent = -1
        var early: [Int] = []
        for line in result.lines where line.stream == .output {
            let words = line.text.split(separator: " ")
            guard words.count >= 2, let number = words.last.flatMap({ Int($0) }) else {
                Issue.record("an unknown line: \(line.text)")
                continue
            }
            if words[words.count - 2] == "sent" {
                sent = number
            } else if number > sent {
                early.append(number)
            }
        }
        #expect(early.isEmpty, "\(early.prefix(10))")
        #expect(sent == count - 1)
    }
}
