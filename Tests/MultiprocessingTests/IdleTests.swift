import Multiprocessing
import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The processor time that a process has used, in seconds; zero if there is none.
private func processorTime(of process: Int32) -> Double {
    guard let file = fopen("/proc/\(process)/stat", "r") else { return 0 }
    defer { fclose(file) }
    var bytes = [CChar](repeating: 0, count: 1024)
    guard fgets(&bytes, Int32(bytes.count), file) != nil else { return 0 }
    let line = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let end = line.lastIndex(of: ")") else { return 0 }
    // The fields after the name, of which user and system time are the twelfth and the thirteenth.
    let fields = line[line.index(after: end)...].split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
}

@Suite("Waiting costs next to nothing")
struct IdleTests {
    @Test(
        "ten seconds of waiting cost less than a second of processor time, all processes of four ranks together"
    )
    func idle() async throws {
        let result = try await onRanks(4) {
            try withProcesses {
                let queue = try Queue<Int>()
                let ready = try Queue<Bool>()
                for rank in 0..<Process.current.rankCount {
                    let process = Process(daemon: true, on: rank) {
                        try ready.put(true)
                        _ = try queue.get()
                    }
                    try process.start()
                    _ = try ready.get(timeout: .seconds(20))
                }
                #expect(kindOfError { _ = try queue.get(timeout: .seconds(10)) } == .empty)
                // The whole job: the launcher, which is the parent of this rank, and everything below it.
                let launcher = getppid()
                let job = [launcher] + ProcessSurvey.descendants(of: launcher).map(\.processIdentifier)
                // Four ranks with a helper and a process each.
                #expect(job.count >= 13)
                let times = job.map(processorTime)
                let total = times.reduce(0, +)
                print("processor time of \(job.count) processes: \(total) s")
                #expect(total < 1, "\(times)")
            }
        }
        print(result.standardOutput)
    }
}
