import Glibc
import Testing

@testable import Multiprocessing

/// A ring in memory of its own.
struct RingMemory {
    let mapping: SharedMapping
    let ring: Ring

    init(capacity: Int) throws {
        mapping = try SharedMapping(size: Ring.controlSize + capacity)
        ring = Ring(at: mapping.base, capacity: capacity)
    }
}

@Suite("Ring")
struct RingTests {
    @Test("bytes pass in order between two threads, whatever pieces they are written and read in")
    func twoThreads() async throws {
        let memory = try RingMemory(capacity: 64)
        let ring = memory.ring
        let total = 100_000
        let writer = Task.detached {
            var writer = RingWriter(ring)
            var (next, size) = (0, 1)
            while next < total {
                size = size % 97 + 1
                let piece = (next..<min(total, next + size)).map { UInt8(truncatingIfNeeded: $0) }
                let count = piece.withUnsafeBytes { writer.write($0) }
                next += count
                if count == 0 { await Task.yield() }
            }
        }
        var reader = RingReader(ring)
        var (next, wrong) = (0, 0)
        while next < total {
            try reader.look()
            var piece = [UInt8](repeating: 0, count: min(reader.count, 41))
            if piece.isEmpty { await Task.yield() }
            piece.withUnsafeMutableBytes { reader.take(into: $0) }
            for byte in piece {
                if byte != UInt8(truncatingIfNeeded: next) { wrong += 1 }
                next += 1
            }
        }
        await writer.value
        #expect(wrong == 0)
        withExtendedLifetime(memory) {}
    }

    @Test("who sleeps is woken once, and not at all if the wish was withdrawn")
    func sleep() throws {
        let memory = try RingMemory(capacity: 64)
        var writer = RingWriter(memory.ring)
        var reader = RingReader(memory.ring)
        #expect(!writer.mustWakeReader())
        reader.askForInput()
        #expect(!reader.hasInput)
        _ = [1, 2, 3].withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            writer.write(UnsafeRawBufferPointer(rebasing: bytes[..<3]))
        }
        #expect(writer.mustWakeReader())
        #expect(!writer.mustWakeReader())
        #expect(reader.hasInput)
        reader.askForInput()
        reader.withdrawAsking()
        #expect(!writer.mustWakeReader())
        writer.askForRoom()
        try reader.look()
        var bytes = [UInt8](repeating: 0, count: 3)
        bytes.withUnsafeMutableBytes { reader.take(into: $0) }
        #expect(reader.mustWakeWriter() && !reader.mustWakeWriter())
    }

    @Test("a full ring takes nothing, and what fits of the rest")
    func full() throws {
        let memory = try RingMemory(capacity: 64)
        var writer = RingWriter(memory.ring)
        var reader = RingReader(memory.ring)
        let bytes = [UInt8](repeating: 7, count: 100)
        #expect(bytes.withUnsafeBytes { writer.write($0) } == 64)
        #expect(bytes.withUnsafeBytes { writer.write($0) } == 0)
        try reader.look()
        var taken = [UInt8](repeating: 0, count: 10)
        taken.withUnsafeMutableBytes { reader.take(into: $0) }
        #expect(bytes.withUnsafeBytes { writer.write($0) } == 10)
    }
}
