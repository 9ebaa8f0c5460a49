import Foundation
import Multiprocessing
import RankChecks
import RankLaunching
import Testing

private typealias Process = Multiprocessing.Process
private typealias Pipe = Multiprocessing.Pipe

/// Everything at once for a long time: nothing may grow.
///
/// `Scripts/soak.sh` says how long; otherwise it takes a few seconds, which shows that it works and little else.
@Suite("Soak")
struct SoakTests {
    private static let seconds = ProcessInfo.processInfo.environment["SOAK_SECONDS"].flatMap { Int($0) } ?? 4
    private static let sizes =
        ProcessInfo.processInfo.environment["SOAK_RANKS"].flatMap { Int($0) }.map { [$0] } ?? [1, 3]

    @Test(
        "processes, pools, queues and pipes come and go, and the memory and descriptors of every Host stay what they are",
        arguments: sizes
    )
    func soak(ranks: Int) async throws {
        let result = try await onRanks(
            ranks,
            arguments: ["\(Self.seconds)"],
            timeout: .seconds(Self.seconds + 120)
        ) {
            let seconds = try RankCheck.argument(0, as: Int.self)
            try withProcesses {
                let end = ContinuousClock.now + .seconds(seconds)
                let warm = ContinuousClock.now + .seconds(min(60, seconds / 4))
                var before: [HostSize]?
                var rounds = 0
                while ContinuousClock.now < end {
                    try oneRound(rounds)
                    rounds += 1
                    if before == nil, ContinuousClock.now >= warm { before = try HostSize.ofAllRanks() }
                }
                let first = try #require(before)
                let last = try HostSize.ofAllRanks()
                print("soak: \(rounds) rounds in \(seconds) s on \(first.count) ranks")
                for (rank, (first, last)) in zip(first, last).enumerated() {
                    print("soak: rank \(rank): \(first) at first, \(last) at last")
                    // Three for each process that a Host keeps ready at the moment.
                    #expect(abs(last.descriptors - first.descriptors) <= 3 * max(2, Machine.processorCount))
                    // Pages that an allocator keeps, not more with every round.
                    #expect(last.kibibytes < first.kibibytes + 8192)
                }
            }
        }
        for line in result.output.split(separator: "\n") where line.contains("soak:") { print(line) }
    }
}

/// A bit of everything, none of which is left afterwards.
private func oneRound(_ round: Int) throws {
    let queue = try Queue<[Int]>(capacity: 4)
    let (mine, theirs) = try Pipe<String>().ends
    let producer = Process { for number in 0..<20 { try queue.put([number, round]) } }
    let echo = Process {
        do {
            while true { try theirs.send(try theirs.receive() + "!") }
        } catch let error as ProcessingError where error.kind == .endOfStream {}
    }
    try producer.start()
    try echo.start()
    for number in 0..<20 {
        #expect(try queue.get(timeout: .seconds(60)) == [number, round])
        try mine.send("\(number)")
        #expect(try mine.receive(timeout: .seconds(60)) == "\(number)!")
    }
    mine.close()
    try producer.join()
    try echo.join()
    let counter = try SharedValue(0)
    let lock = try Lock()
    let pool = try Pool(processes: 2)
    let squares = try pool.map(0..<200) { number in
        if number.isMultiple(of: 50) { try lock.withLock { try counter.update { $0 += 1 } } }
        return number * number
    }
    #expect(squares == (0..<200).map { $0 * $0 })
    #expect(try counter.get() == 4)
    if round.isMultiple(of: 2) { try pool.close() } else { try pool.terminate() }
    try pool.join()
    let victim = Process { waitForTheEnd() }
    try victim.start()
    victim.kill()
    try victim.join()
    #expect(victim.exitCode == -9)
}

/// What the process of a rank, in which its Host lives, needs of the machine.
private struct HostSize: Codable, Sendable, CustomStringConvertible {
    var kibibytes: Int
    var descriptors: Int
    var description: String { "\(kibibytes) KiB, \(descriptors) descriptors" }

    /// Asks a process on each rank, whose grandparent is the rank: between them is the server that has forked it.
    static func ofAllRanks() throws -> [HostSize] {
        try (0..<Process.current.rankCount).map { rank in
            let process = try Process.running(on: rank) { () throws -> HostSize in
                let server = try field("PPid", ofProcess: "self")
                return try of(process: try field("PPid", ofProcess: "\(server)"))
            }
            return try process.result(timeout: .seconds(60))
        }
    }

    private static func of(process: Int) throws -> HostSize {
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
        return HostSize(kibibytes: try field("VmRSS", ofProcess: "\(process)"), descriptors: descriptors)
    }

    private static func field(_ name: String, ofProcess process: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") } ?? ""
        return Int(line.filter(\.isNumber)) ?? 0
    }
}
