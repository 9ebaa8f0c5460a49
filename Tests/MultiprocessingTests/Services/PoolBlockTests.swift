import Testing

@testable import Multiprocessing

/// Plain results, which lie side by side.
@Suite struct PoolBlockTests {
    private func block(from index: Int, _ values: [UInt16]) -> [UInt8] {
        var bytes: [UInt8] = []
        values.withUnsafeBytes { PoolWire.appendValues(from: index, size: 2, $0, to: &bytes) }
        return bytes
    }

    private func entries(_ bytes: [UInt8]) throws -> [[Int]] {
        try bytes.withUnsafeBytes { bytes in
            var reader = PoolWire.Reader(bytes)
            var found: [[Int]] = []
            while !reader.isAtEnd {
                let entry = try reader.entry()
                let values = (0..<entry.count).map {
                    Int(entry.body.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self))
                }
                found.append([entry.index] + values)
            }
            return found
        }
    }

    @Test func `what has come before is cut out of results side by side`() throws {
        var bytes = block(from: 0, [10, 11])
        bytes += block(from: 2, [12, 13, 14, 15, 16])
        bytes += block(from: 7, [17])
        var news: [UInt8] = []
        bytes.withUnsafeBytes { bytes in
            PoolWire.appendNews(in: bytes, to: &news) { entry in
                let tasks = entry.tasks
                return tasks == 2..<7 ? [2..<3, 5..<7] : tasks == 7..<8 ? [] : [tasks]
            }
        }
        #expect(try entries(news) == [[0, 10, 11], [2, 12], [5, 15, 16]])
    }

    @Test func `results that a worker was adding to count as far as they are there`() throws {
        let whole = block(from: 3, [1, 2, 3])
        // The last value is there by half.
        #expect(try entries(Array(whole.dropLast())) == [[3, 1, 2]])
        #expect(try entries(Array(whole.dropLast(6))) == [[3]])
    }

    @Test func `results side by side without a size are no results`() {
        var bytes: [UInt8] = []
        PoolWire.appendEntry(0, .values, to: &bytes) { $0.append(0) }
        #expect(throws: FrameError.self) { try entries(bytes) }
    }

    @Test func `the journal has what a worker has done of tasks with plain results`() throws {
        let mapping = try SharedMapping(size: JournalMemory.headerSize + 4096)
        let journal = try #require(JournalMemory(mapping))
        let ticket = PoolTicket(slot: 0, generation: 1)
        journal.beginAssignment(job: 1, ticket: ticket)
        journal.changeClaim(of: ticket) { $0.opened(for: ticket, count: 10) }
        var log = ResultLog(journal)
        func run(_ tasks: Range<Int>) {
            var run = log.openBlock(
                from: tasks.lowerBound,
                size: 2,
                offset: tasks.lowerBound,
                ticket,
                job: 1,
                isBegun: false
            )
            for task in tasks where run.begin() { withUnsafeBytes(of: UInt16(task)) { run.end($0) } }
            log.keep(run)
        }
        run(0..<2)
        #expect(try entries(journal.entries) == [[0, 0, 1]])
        // What follows is put into the same block; what does not begins a new one.
        run(2..<4)
        run(6..<8)
        #expect(try entries(journal.entries) == [[0, 0, 1, 2, 3], [6, 6, 7]])
        log.take(isEnd: true) { bytes in
            let sent = try? entries(bytes)
            #expect(sent == [[0, 0, 1, 2, 3], [6, 6, 7]])
        }
        #expect(journal.entries.isEmpty)
    }
}
