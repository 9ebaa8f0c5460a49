import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A printer whose stream is a pipe.
@Suite("OutputPrinter")
struct OutputPrinterTests {
    private static func makePipe(isNonblocking: Bool) -> (reading: Int32, writing: Int32) {
        var pipe: [Int32] = [-1, -1]
        #expect(Glibc.pipe(&pipe) == 0)
        if isNonblocking { _ = fcntl(pipe[1], F_SETFL, O_NONBLOCK) }
        return (pipe[0], pipe[1])
    }

    private static func block(_ number: Int, size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: ($0 &+ number) &* 31) }
    }

    private static func readAll(_ descriptor: Int32, _ count: Int) -> [UInt8] {
        var all: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while all.count < count {
            let size = read(descriptor, &part, min(part.count, count - all.count))
            guard size > 0 else { break }
            all += part[..<size]
        }
        return all
    }

    @Test(
        "a pipe that nobody reads holds up nobody, and then everything is there, in order",
        arguments: [true, false]
    )
    func slowReader(isNonblocking: Bool) {
        let (reading, writing) = Self.makePipe(isNonblocking: isNonblocking)
        defer { close(reading) }
        let printer = OutputPrinter(stream: writing)
        var expected: [UInt8] = []
        for round in 0..<2 {
            for number in 0..<40 {
                let block = Self.block(number, size: 10_000 + round)
                block.withUnsafeBytes { printer.print($0) }
                expected += block
            }
            // It goes on when it was read, as often as one likes.
            #expect(Self.readAll(reading, expected.count) == expected)
            expected = []
            printer.finish()
        }
        close(writing)
    }

    @Test("nothing is kept beyond a limit: then the one who prints waits")
    func limit() throws {
        let (reading, writing) = Self.makePipe(isNonblocking: false)
        defer { close(reading) }
        let printer = OutputPrinter(stream: writing, greatestByteCount: 100_000)
        let total = 100 * 10_000
        let reader = try NativeThread(name: "reader") {
            #expect(Self.readAll(reading, total).count == total)
        }
        for number in 0..<100 { Self.block(number, size: 10_000).withUnsafeBytes { printer.print($0) } }
        printer.finish()
        reader.join()
        close(writing)
    }

    @Test("it says when it has caught up")
    func catchingUp() {
        let (reading, writing) = Self.makePipe(isNonblocking: false)
        let tally = Tally()
        let printer = OutputPrinter(stream: writing) { tally.note("there") }
        Self.block(1, size: 1000).withUnsafeBytes { printer.print($0) }
        #expect(!printer.isBehind)
        Self.block(2, size: 500_000).withUnsafeBytes { printer.print($0) }
        #expect(printer.isBehind && tally.entries.isEmpty)
        #expect(Self.readAll(reading, 501_000).count == 501_000)
        printer.finish()
        #expect(!printer.isBehind && tally.entries == ["there"])
        close(reading)
        close(writing)
    }

    @Test("what is printed while there is room is there at once")
    func order() {
        let (reading, writing) = Self.makePipe(isNonblocking: false)
        let printer = OutputPrinter(stream: writing)
        for number in 0..<20 {
            let block = Self.block(number, size: 3000)
            block.withUnsafeBytes { printer.print($0) }
            var waiting: Int32 = 0
            _ = ioctl(reading, UInt(FIONREAD), &waiting)
            #expect(waiting == 3000)
            #expect(Self.readAll(reading, 3000) == block)
        }
        printer.finish()
        close(reading)
        close(writing)
    }
}
