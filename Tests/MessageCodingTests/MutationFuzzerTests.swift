import Foundation
import MessageCoding
import Testing

@Suite("Mutated messages")
struct MutationFuzzerTests {
    /// `Scripts/fuzz.sh` sets these.
    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment["MESSAGE_FUZZ_" + name].flatMap { UInt64($0) }
    }

    @Test("are decoded or refused, never a trap, and take memory in proportion")
    func mutations() throws {
        let count = Int(Self.setting("COUNT") ?? 100_000)
        let seed = Self.setting("SEED") ?? 1
        let first = Int(Self.setting("FIRST") ?? 0)
        let progress = FuzzProgress(path: ProcessInfo.processInfo.environment["MESSAGE_FUZZ_PROGRESS"])
        var fuzzer = MutationFuzzer(corpus: try FuzzCase.makeCorpus(), seed: seed)
        var outcomes: [String: Int] = [:]
        var inconsistencies: [String] = []
        let memoryBefore = Self.peakMemory
        for number in 0..<count {
            let (bytes, target) = fuzzer.next()
            guard number >= first else {
                continue
            }
            progress.note(number)
            switch target.read(bytes) {
            case .value: outcomes["decoded", default: 0] += 1
            case .error(let kind): outcomes[kind, default: 0] += 1
            case .inconsistent(let text): inconsistencies.append("input \(number): \(text)")
            }
        }
        let growth = (Self.peakMemory - memoryBefore) / 1024
        let summary = outcomes.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }
        print(
            "fuzz: seed \(seed), \(count) inputs: \(summary.joined(separator: ", ")); peak memory +\(growth) MiB"
        )
        #expect(inconsistencies.prefix(3) == [])
        // Both happen often, or the fuzzer no longer tests anything.
        #expect(outcomes["decoded", default: 0] > count / 100)
        #expect(outcomes["data corrupted", default: 0] > count / 100)
        // Some of it is what other tests take at the same time; a size that is believed would be gigabytes.
        #expect(growth < 768)
    }

    @Test("are the same for the same seed")
    func determinism() throws {
        let corpus = try FuzzCase.makeCorpus().filter {
            !$0.name.contains("UUID") && !$0.name.contains("Dictionary")
        }
        var first = MutationFuzzer(corpus: corpus, seed: 7)
        var second = MutationFuzzer(corpus: corpus, seed: 7)
        for _ in 0..<1000 {
            #expect(first.next().bytes == second.next().bytes)
        }
    }

    /// The most memory that this process has had, in KiB; 0 where the system does not say.
    private static var peakMemory: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return Int(line.filter(\.isNumber)) ?? 0
    }
}

/// The number of the input that is being read, in a file that survives a trap.
private struct FuzzProgress {
    private let descriptor: Int32

    init(path: String?) {
        descriptor = path.map { open($0, O_WRONLY | O_CREAT | O_TRUNC, 0o644) } ?? -1
    }

    func note(_ number: Int) {
        guard descriptor >= 0 else {
            return
        }
        let text = "\(number)\n"
        _ = text.withCString { pwrite(descriptor, $0, text.utf8.count, 0) }
    }
}
