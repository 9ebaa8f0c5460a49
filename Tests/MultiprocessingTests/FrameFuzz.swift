import Foundation

/// How many mutated frames each test sends, and what it says of them; `Scripts/fuzz-frames.sh` sets the variables.
enum FrameFuzz {
    static let count = ProcessInfo.processInfo.environment["FRAME_FUZZ_COUNT"].flatMap { Int($0) } ?? 8_000
    static let seed = ProcessInfo.processInfo.environment["FRAME_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

    /// The memory of this process.
    static var residentKibibytes: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return Int(line.filter(\.isNumber)) ?? 0
    }

    /// Says what became of the frames, and how much more memory the process has than before.
    static func report(_ outcome: String, since memory: Int) {
        print("fuzz: seed \(seed), \(count) \(outcome); memory \(memory) to \(residentKibibytes) KiB")
    }
}
