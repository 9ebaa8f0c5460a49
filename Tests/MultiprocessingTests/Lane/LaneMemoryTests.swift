import Testing

@testable import Multiprocessing

// One after the other, since each has several megabytes.
@Suite("Lane", .serialized)
struct LaneMemoryTests {
    private func makeLane() throws -> (memory: LaneMemory, writer: LaneWriter, reader: LaneReader) {
        let memory = try #require(LaneSupply().make())
        return (memory, LaneWriter(memory, fullness: 1 << 20), LaneReader(memory))
    }

    private func message(_ number: Int, _ count: Int) -> [UInt8] {
        [UInt8](repeating: UInt8(truncatingIfNeeded: number &* 31), count: count)
    }

    private func rest(of memory: LaneMemory) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        memory.close { messages.append($0) }
        return messages
    }

    @Test(
        "messages of all sizes come out as they went in, however often the memory is used again",
        arguments: [UInt64](1...4)
    )
    func order(seed: UInt64) throws {
        var (_, writer, reader) = try makeLane()
        var random = SeededGenerator(state: seed)
        var (sent, received) = (0, 0)
        let sizes = (0..<600).map { _ in
            switch Int.random(in: 0..<10, using: &random) {
            case 0: Int.random(in: 0...LaneMemory.largestMessage, using: &random)
            case 1...3: Int.random(in: 0...100_000, using: &random)
            default: Int.random(in: 0...40, using: &random)
            }
        }
        while received < sizes.count {
            if sent < sizes.count, Bool.random(using: &random) {
                let outcome = message(sent, sizes[sent]).withUnsafeBytes { writer.write($0) }
                if case .written = outcome { sent += 1 }
            } else if case .message(let bytes) = reader.take() {
                try #require(bytes == message(received, sizes[received]))
                received += 1
            } else {
                try #require(received == sent)
            }
        }
        #expect(!reader.hasNews)
    }

    @Test("a lane is full when a mebibyte was not taken, and has room when half of that was")
    func fullness() throws {
        var (memory, writer, reader) = try makeLane()
        let bytes = message(1, 100_000)
        var count = 0
        while case .written = bytes.withUnsafeBytes({ writer.write($0) }) { count += 1 }
        #expect(count == 11 && memory.unread == (11, 1_100_000))
        writer.announceSleep()
        #expect(!writer.hasRoom() && memory.hasSleepingWriter)
        var taken = 0
        while !reader.mustWakeWriter() {
            guard case .message = reader.take() else { break }
            taken += 1
        }
        #expect(taken == 6 && writer.hasRoom() && !memory.hasSleepingWriter)
    }

    @Test(
        "what was not taken when the lane is closed is handed over, and neither side gets anything in or out"
    )
    func closing() throws {
        var (memory, writer, reader) = try makeLane()
        for number in 0..<5 { _ = message(number, 10).withUnsafeBytes { writer.write($0) } }
        _ = reader.take()
        #expect(rest(of: memory) == (1..<5).map { message($0, 10) })
        #expect(rest(of: memory).isEmpty)
        guard case .closed = reader.take() else {
            Issue.record("taken after the end")
            return
        }
        guard case .closed = message(9, 10).withUnsafeBytes({ writer.write($0) }) else {
            Issue.record("written after the end")
            return
        }
        #expect(reader.hasNews && writer.hasRoom())
    }

    @Test("a message that is too long for the reader stays")
    func tooLong() throws {
        var (_, writer, reader) = try makeLane()
        _ = message(1, 10).withUnsafeBytes { writer.write($0) }
        if case .tooLong(let size) = reader.take(maximumCount: 9) {
            #expect(size == 10)
        } else {
            Issue.record()
        }
        if case .message(let bytes) = reader.take(maximumCount: 10) {
            #expect(bytes.count == 10)
        } else {
            Issue.record()
        }
    }

    @Test("while two threads write and read, a lane that is closed loses nothing and gives nothing twice")
    func race() async throws {
        for round in 0..<40 {
            let memory = try #require(LaneSupply().make())
            let lanes = (writer: LaneWriter(memory, fullness: 1 << 20), reader: LaneReader(memory))
            async let written = Task.detached {
                var (writer, count) = (lanes.writer, 0)
                while true {
                    switch [UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8)]
                        .withUnsafeBytes({ writer.write($0) })
                    {
                    case .written: count += 1
                    case .full: await Task.yield()
                    case .closed: return count
                    }
                }
            }.value
            async let taken = Task.detached {
                var (reader, count) = (lanes.reader, 0)
                while true {
                    switch reader.take() {
                    case .message(let bytes):
                        guard bytes[0] == UInt8(truncatingIfNeeded: count) else { return -1 }
                        count += 1
                    case .closed: return count
                    default: await Task.yield()
                    }
                }
            }.value
            for _ in 0..<round * 20 { await Task.yield() }
            let rest = rest(of: memory)
            let (sent, received) = await (written, taken)
            #expect(sent == received + rest.count)
            let expected = (received..<received + rest.count).map { UInt8(truncatingIfNeeded: $0) }
            #expect(rest.map { $0[0] } == expected)
        }
    }

    @Test(
        "whatever one side writes into the memory, the other one and the Host go on",
        arguments: [UInt64](1...5)
    )
    func garbage(seed: UInt64) throws {
        let memory = try #require(LaneSupply().make())
        var (writer, reader) = (LaneWriter(memory, fullness: 1 << 20), LaneReader(memory))
        var random = SeededGenerator(state: seed)
        let numbers: [UInt64] = [
            0, 1, 7, 8, 1 << 20, 8 << 20, 8 << 20 + 8, 1 << 62, 1 << 63, 1 << 63 | 8, .max, .max - 7,
        ]
        for _ in 0..<300 {
            let words: [LaneMemory.Word] = [.written, .taken, .readerSleeps, .writerSleeps]
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                let number = numbers.randomElement(using: &random) ?? 0
                memory.store(number, words.randomElement(using: &random) ?? .taken)
            case 1:
                memory.putSkip(
                    of: Int.random(in: 0...16 << 20, using: &random),
                    at: .random(in: 0...64, using: &random) * 8
                )
            case 2...4:
                _ = message(1, .random(in: 0...30_000, using: &random)).withUnsafeBytes { writer.write($0) }
            case 5, 6: _ = reader.take()
            default: _ = (memory.unread, writer.hasRoom(), reader.mustWakeWriter(), memory.mustWakeReader())
            }
            if Int.random(in: 0..<50, using: &random) == 0 {
                (writer, reader) = (LaneWriter(memory, fullness: 1 << 20), LaneReader(memory))
            }
        }
        _ = rest(of: memory)
    }

    @Test(
        "a reader that finds another number of bytes taken than it has sees a closed lane, not an empty one"
    )
    func otherNumber() throws {
        var (memory, _, reader) = try makeLane()
        memory.store(8, .taken)
        #expect(memory.hasMessage)
        guard case .closed = reader.take() else {
            Issue.record("not closed")
            return
        }
    }

    @Test("a process finds the memory by its ticket, and no other memory by an old one")
    func ticket() throws {
        let supply = LaneSupply()
        let memory = try #require(supply.make())
        let ticket = try #require(memory.ticket)
        let other = try #require(LaneMemory(ticket))
        var (writer, reader) = (LaneWriter(memory, fullness: 1 << 20), LaneReader(other))
        _ = message(3, 3).withUnsafeBytes { writer.write($0) }
        if case .message(let bytes) = reader.take() {
            #expect(bytes == message(3, 3))
        } else {
            Issue.record()
        }
        let old = try #require(
            LaneTicket(pid: ticket.pid, descriptor: ticket.descriptor, number: ticket.number + 1)
        )
        #expect(LaneMemory(old) == nil)
        #expect(LaneTicket(rawValue: 0) == nil && LaneTicket(rawValue: ticket.rawValue) == ticket)
        #expect(LaneTicket(pid: 1 << 22, descriptor: 1, number: 1) == nil)
    }

    @Test("a Host makes so many lanes and no more, until one is let go of")
    func supply() {
        let supply = LaneSupply()
        var lanes = (0..<LaneSupply.maximumCount).map { _ in supply.make() }
        #expect(lanes.allSatisfy { $0 != nil } && supply.make() == nil)
        lanes.removeLast()
        #expect(supply.make() != nil)
    }
}
