import Multiprocessing
import RankChecks
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The descriptors that the calling process has open.
private func openDescriptors() -> [Int32] { (0..<1024).filter { fcntl($0, F_GETFD) >= 0 } }

@Suite("Descriptors")
struct DescriptorTests {
    @Test(
        "a standard stream that was closed is not taken for something else",
        arguments: [nil, 1, 2] as [Int?]
    )
    func closedStream(ranks: Int?) async throws {
        try await onRanks(ranks) {
            close(STDIN_FILENO)
            try withProcesses {
                var (status, null) = (stat(), stat())
                #expect(fstat(STDIN_FILENO, &status) == 0 && stat("/dev/null", &null) == 0)
                #expect(status.st_rdev == null.st_rdev)
                try Process {}.start()
            }
        }
    }

    @Test("what cannot be started for want of descriptors leaves none behind")
    func exhausted() async throws {
        try await onRanks(nil) {
            try withProcesses(output: .prefixed) {
                let pool = try Pool(processes: 1)
                #expect(try pool.apply { 1 } == 1)
                try pool.close()
                try pool.join()
                let before = openDescriptors()
                var limit = rlimit()
                #expect(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
                let whole = limit
                // Each worker needs some; one after the other is refused.
                for count in 1...6 {
                    limit.rlim_cur = rlim_t((before.last ?? 2) + 1 + Int32(count))
                    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                    #expect(kindOfError { _ = try Pool(processes: 1).apply { 1 } } == .brokenPool)
                }
                limit = whole
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                #expect(try Pool(processes: 1).apply { 1 } == 1)
                #expect(openDescriptors().count <= before.count + 4, "\(before) \(openDescriptors())")
            }
        }
    }

    @Test("large arrays reach a pool's workers where files, and so shared memory, may not be large")
    func fileSize() async throws {
        try await onRanks(1) {
            try withProcesses {
                var limit = rlimit()
                #expect(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
                // Beyond it the system would end this program.
                limit.rlim_cur = 8 << 20
                #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
                let inputs = (1...4).map { [Int32](repeating: Int32($0), count: 1 << 18) }
                let sums = try Pool(processes: 2).map(inputs, chunkSize: 1) { $0.reduce(0) { $0 + Int($1) } }
                #expect(sums == (1...4).map { $0 << 18 })
            }
        }
    }
}
