import Testing

@testable import Multiprocessing

@Suite("Backlog, Deliveries, ItemBatch")
struct BacklogTests {
    private func frame(_ body: UInt8...) -> Frame {
        var frame = Frame(.notice, code: 0, from: .main(ofRank: 0), to: .host(ofRank: 0))
        frame.bytes += body
        return frame
    }

    private func bodies(_ backlog: Backlog) -> [UInt8] {
        var rest = backlog
        var bodies: [UInt8] = []
        while let item = rest.popFirst() { bodies += item.frame.body }
        return bodies
    }

    @Test("what comes back finds its old place, whatever was taken meanwhile, and in whatever order it comes")
    func places() {
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            var backlog = Backlog()
            for byte in 0..<6 as Range<UInt8> { backlog.append(frame(byte)) }
            let size = backlog.byteCount
            let taken = (0..<4).compactMap { _ in backlog.popFirst() }
            for index in order.dropLast() { backlog.putBack([taken[index]]) }
            backlog.putBack([taken[3], taken[order[2]]])
            #expect(bodies(backlog) == [0, 1, 2, 3, 4, 5] && backlog.byteCount == size && backlog.count == 6)
        }
        var backlog = Backlog()
        backlog.append(frame(1))
        if let item = backlog.popFirst() { backlog.putBack([item]) }
        backlog.append(frame(2, 3))
        #expect(bodies(backlog) == [1, 2, 3] && backlog.firstBodySize == 1)
        #expect(backlog.popFirst() != nil && backlog.firstBodySize == 2)
    }

    @Test("deliveries are found by request and by process")
    func deliveries() {
        var (backlog, deliveries) = (Backlog(), Deliveries())
        for byte in 0..<4 as Range<UInt8> { backlog.append(frame(byte)) }
        let processes = [1, 1, 2] as [UInt32]
        for (index, process) in processes.enumerated() {
            let waiter = Waiter(
                address: ServiceHarness<QueueService>.process(process),
                correlation: UInt64(index),
                deadline: nil
            )
            if let item = backlog.popFirst() { deliveries.note([item], to: waiter) }
        }
        let (first, second) = (
            ServiceHarness<QueueService>.process(1), ServiceHarness<QueueService>.process(2)
        )
        #expect(deliveries.remove(0, of: second) == nil)
        #expect(deliveries.remove(0, of: first)?.count == 1)
        #expect(deliveries.contains(of: first) && deliveries.contains(of: second))
        #expect(deliveries.removeAll(of: first).map(\.frame.body) == [[1]])
        #expect(!deliveries.contains(of: first) && !deliveries.isEmpty)
        #expect(deliveries.remove(2, of: second)?.map(\.frame.body) == [[2]] && deliveries.isEmpty)
    }

    @Test("a batch is taken apart as it was put together, and nothing else is taken for one")
    func batches() {
        var bytes: [UInt8] = []
        for item in [[1, 2], [], [3]] as [[UInt8]] { ItemBatch.append(to: &bytes) { $0 += item } }
        #expect(bytes.withUnsafeBytes { ItemBatch.ranges(in: $0) } == [8..<10, 18..<18, 26..<27])
        for count in [1, 7, 9, 17, bytes.count - 1] {
            #expect(bytes.prefix(count).withUnsafeBytes { ItemBatch.ranges(in: $0) } == nil, "\(count)")
        }
        #expect([UInt8](repeating: 255, count: 30).withUnsafeBytes { ItemBatch.ranges(in: $0) } == nil)
        var batch = frame()
        batch.bytes += bytes
        var backlog = Backlog()
        for part in batch.withBody({ ItemBatch.ranges(in: $0) }) ?? [] { backlog.append(batch, part: part) }
        #expect(backlog.byteCount == 3 * Frame.headerSize + 3 && backlog.firstBodySize == 2)
        let parts = backlog.popFirst(9, bytes: 9)
        #expect(parts.map { $0.withBody { Array($0) } } == [[1, 2], [], [3]] && backlog.byteCount == 0)
        var again: [UInt8] = []
        ItemBatch.append(parts, to: &again)
        #expect(again == bytes && ItemBatch.size(of: parts) == bytes.count)
        var frames = Backlog()
        for item in [frame(1, 2), frame(), frame(3)] { frames.append(item) }
        again = []
        ItemBatch.append(frames.popFirst(3, bytes: 9), to: &again)
        #expect(again == bytes)
    }

    @Test("the first items are taken out together, as many as asked for and as fit")
    func several() {
        var backlog = Backlog()
        for byte in 0..<6 as Range<UInt8> { backlog.append(frame(byte, byte)) }
        #expect(backlog.popFirst(2, bytes: 100).map(\.ordinal) == [0, 1])
        #expect(backlog.popFirst(9, bytes: 5).map(\.ordinal) == [2, 3])
        #expect(backlog.popFirst(9, bytes: 1).isEmpty && backlog.popFirst(0, bytes: 9).isEmpty)
        #expect(backlog.popFirst(9, bytes: 9).map(\.ordinal) == [4, 5] && backlog.isEmpty)
    }
}
