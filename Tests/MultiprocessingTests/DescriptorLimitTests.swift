import Glibc
import RankChecks
import Testing

@testable import Multiprocessing

@Suite("The limit of descriptors")
struct DescriptorLimitTests {
    @Test(
        "as many are asked for as may be had, up to what is sufficient, and never fewer than there are",
        arguments: [
            (present: 1024, highest: 4096, wanted: 4096), (present: 1024, highest: 1 << 20, wanted: 65_536),
            (present: 1024, highest: 1024, wanted: nil), (present: 100_000, highest: 1 << 20, wanted: nil),
        ] as [(present: rlim_t, highest: rlim_t, wanted: rlim_t?)]
    )
    func wanted(present: rlim_t, highest: rlim_t, wanted: rlim_t?) {
        #expect(DescriptorLimit.wanted(present: present, highest: highest) == wanted)
    }

    @Test(
        "a rank hosts more processes than its limit would allow; the limit of processes, and the rank's afterwards, is the former one",
        arguments: [nil, 1, 3]
    )
    func processes(ranks: Int?) async throws {
        try await onRanks(ranks) {
            for _ in 0..<2 {
                // Few enough for sixty processes not to fit, enough for all else.
                let former = try limitOfDescriptors(lowered: 72)
                try withProcesses {
                    let (limits, isOver) = (try Queue<UInt64>(), try Event())
                    let last = Process.current.rankCount - 1
                    let processes = (0..<60).map { _ in
                        Process(on: last) {
                            try limits.put(UInt64(limitOfDescriptors()))
                            _ = try isOver.wait(timeout: .seconds(60))
                        }
                    }
                    for process in processes { try process.start() }
                    for _ in processes { #expect(try limits.get(timeout: .seconds(60)) == 72) }
                    try isOver.set()
                    for process in processes { try process.join() }
                    #expect(processes.allSatisfy { $0.exitCode == 0 })
                }
                #expect(try limitOfDescriptors() == 72)
                _ = try limitOfDescriptors(lowered: former)
            }
        }
    }
}

/// The limit that there is, which is changed then.
private func limitOfDescriptors(lowered: rlim_t? = nil) throws -> rlim_t {
    var limit = rlimit()
    try #require(getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0)
    let present = limit.rlim_cur
    if let lowered {
        limit.rlim_cur = lowered
        try #require(setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0)
    }
    return present
}
