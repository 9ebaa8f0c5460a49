import Multiprocessing
import RankChecks
import RankLaunching
import Testing

private let sizes: [Int?] = [nil, 1, 3]

@Suite("Connection, bytes")
struct ConnectionBytesTests {
    @Test("bytes arrive as messages, mixed with values, whatever their size", arguments: sizes)
    func messages(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (left, right) = try Pipe<String>().ends
                let echo = Process {
                    while case let bytes = try right.receiveBytes(), bytes != [0] {
                        try right.sendBytes(bytes.reversed())
                        try right.send("\(bytes.count) bytes")
                    }
                }
                try echo.start()
                let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
                for bytes in [[], [1, 2, 3], large] {
                    try left.sendBytes(bytes)
                    #expect(try left.receiveBytes(timeout: .seconds(20)) == bytes.reversed())
                    #expect(try left.receive(timeout: .seconds(20)) == "\(bytes.count) bytes")
                }
                try left.sendBytes(large[10..<14])
                #expect(try left.receiveBytes() == large[10..<14].reversed())
                _ = try left.receive()
                try left.sendBytes(large.span.bytes.extracting(5..<9))
                #expect(try left.receiveBytes() == large[5..<9].reversed())
                // A value is a message of bytes, and bytes that are a value's are a value.
                let encoded = try left.receiveBytes()
                try left.sendBytes([0])
                try echo.join()
                let (first, second) = try Pipe<String>().ends
                try first.sendBytes(encoded)
                #expect(try second.receive() == "4 bytes")
                try first.sendBytes([255, 255, 255])
                #expect(throws: (any Error).self) { _ = try second.receive() }
                #expect(kindOfError { _ = try second.receiveBytes(timeout: .zero) } == .timedOut)
            }
        }
    }

    @Test(
        "a message that is too long is an error that says its size, and can be received after that",
        arguments: sizes
    )
    func tooLong(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (left, right) = try Pipe<Int>(duplex: false).ends
                let process = Process {
                    try right.sendBytes(0..<10)
                    try right.send(5)
                }
                try process.start()
                #expect(kindOfError { _ = try left.receiveBytes(maximumCount: 9) } == .tooLong)
                #expect(textOfError { _ = try left.receiveBytes(maximumCount: 0) }.contains("10 bytes"))
                #expect(kindOfError { _ = try left.receiveBytes(maximumCount: -1) } == .misuse)
                var small = [UInt8](repeating: 77, count: 9)
                #expect(kindOfError { _ = try left.receiveBytes(into: &small) } == .tooLong)
                #expect(small == [UInt8](repeating: 77, count: 9))
                var memory = [UInt8](repeating: 77, count: 12)
                var span = memory.mutableSpan
                var bytes = span.mutableBytes
                #expect(try left.receiveBytes(into: &bytes, timeout: .seconds(20)) == 10)
                #expect(memory == Array(0..<10) + [77, 77])
                #expect(try left.receive(timeout: .seconds(20)) == 5)
                #expect(kindOfError { _ = try left.receiveBytes(maximumCount: .max) } == .endOfStream)
                #expect(kindOfError { try left.sendBytes([1]) } == .misuse)
                #expect(kindOfError { _ = try right.receiveBytes() } == .misuse)
            }
        }
    }

    @Test("without blocking the thread", arguments: sizes)
    func asynchronous(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let (left, right) = try Pipe<Int>().ends
                #expect(try await !left.poll())
                let waiting = Task { try await left.receiveBytes() }
                let polling = Task { try await left.poll(timeout: nil) }
                await Task.yield()
                waiting.cancel()
                polling.cancel()
                await #expect(throws: CancellationError.self) { _ = try await waiting.value }
                await #expect(throws: CancellationError.self) { _ = try await polling.value }
                let process = Process {
                    try await right.sendBytes([1, 2, 3])
                    try await right.sendBytes([4])
                }
                try await process.start()
                #expect(try await left.poll(timeout: .seconds(20)))
                #expect(
                    await kindOfAsyncError { _ = try await left.receiveBytes(maximumCount: 2) } == .tooLong
                )
                #expect(try await left.receiveBytes() == [1, 2, 3])
                var memory = [UInt8](repeating: 9, count: 2)
                #expect(try await left.receiveBytes(into: &memory, timeout: .seconds(20)) == 1)
                #expect(memory == [4, 9])
            }
        }
    }
}
