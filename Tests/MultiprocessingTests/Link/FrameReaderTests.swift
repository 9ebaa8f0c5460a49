import Testing

@testable import Multiprocessing

@Suite("FrameReader and FrameWriter")
struct FrameReaderTests {
    private func makeFrame(_ size: Int, _ number: UInt64) -> Frame {
        var frame = Frame(.notice, code: 1, from: .host(ofRank: 0), to: .host(ofRank: 0), argument: number)
        frame.bytes.append(contentsOf: (0..<size).map { UInt8(truncatingIfNeeded: $0 &+ Int(number)) })
        frame.seal()
        return frame
    }

    @Test(
        "frames of all sizes come out of the ring as they went in, in order",
        arguments: [128, 256, 4096, 1 << 16]
    )
    func order(capacity: Int) throws {
        let memory = try RingMemory(capacity: capacity)
        let sizes = [0, 1, 100, 63, 64, 65, 65_000, 65_536, 70_000, 300_000, 5, 0, 200_000, 17]
        var writer = FrameWriter(memory.ring)
        var reader = FrameReader(memory.ring)
        for (number, size) in sizes.enumerated() { writer.append(makeFrame(size, UInt64(number))) }
        var received: [Frame] = []
        while received.count < sizes.count {
            let hasWritten = writer.write()
            #expect(hasWritten || reader.hasInput || writer.isEmpty)
            try reader.look()
            #expect(!reader.hasInput)
            while let frame = try reader.next() { received.append(frame) }
        }
        #expect(writer.isEmpty)
        for (number, size) in sizes.enumerated() {
            #expect(received[number].bytes == makeFrame(size, UInt64(number)).bytes)
        }
    }

    @Test("a frame of which only a part is there is left until the rest has come")
    func parts() throws {
        let memory = try RingMemory(capacity: 1024)
        var ring = RingWriter(memory.ring)
        var reader = FrameReader(memory.ring)
        let bytes = makeFrame(100, 3).bytes
        for cut in [1, 63, 64, 65, 163] {
            let first = bytes[..<cut].withUnsafeBytes { ring.write($0) }
            #expect(first == cut)
            try reader.look()
            let nothing = try reader.next()
            #expect(nothing == nil)
            let rest = bytes[cut...].withUnsafeBytes { ring.write($0) }
            #expect(rest == bytes.count - cut)
            try reader.look()
            let frame = try reader.next()
            #expect(frame?.bytes == bytes)
        }
    }

    @Test("what found no room can be taken out again, without the frame that is in the ring whole")
    func unwritten() throws {
        let memory = try RingMemory(capacity: 256)
        var writer = FrameWriter(memory.ring)
        for number in 0..<4 { writer.append(makeFrame(100, UInt64(number))) }
        #expect(writer.removeUnwritten().map(\.argument) == [1, 2, 3])
        #expect(writer.isEmpty)
    }

    @Test("small items for the same queue that come together are one frame, and nothing else is")
    func gathering() throws {
        let memory = try RingMemory(capacity: 1 << 16)
        var writer = FrameWriter(memory.ring)
        var reader = FrameReader(memory.ring)
        func put(_ item: [UInt8], queue: UInt32 = 5, _ kind: Frame.Kind = .notice) {
            var frame = Frame(
                kind,
                code: Multiprocessing.Operation.put.rawValue,
                from: .main(ofRank: 1),
                to: Address(rank: 0, serial: queue)
            )
            frame.bytes += item
            frame.seal()
            writer.append(frame)
        }
        put([0])
        put([1, 1])
        put([])
        put([3], queue: 6)
        put(Array(repeating: 4, count: 5000), queue: 6)
        put([5], queue: 6)
        put([6], queue: 6, .request)
        put([7], queue: 6)
        writer.append(makeFrame(4, 8))
        put([9], queue: 6)
        put([10], queue: 6)
        try reader.look()
        var frames: [Frame] = []
        while let frame = try reader.nextGathering() { frames.append(frame) }
        let codes = frames.map { Multiprocessing.Operation(rawValue: $0.code) }
        #expect(codes == [.putBatch, .put, .put, .put, .put, .put, .createService, .putBatch])
        #expect(frames.map(\.destination.serial) == [5, 6, 6, 6, 6, 6, 0, 6])
        #expect(frames.map(\.bodySize) == [27, 1, 5000, 1, 1, 1, 4, 18])
        #expect(frames[0].withBody { ItemBatch.ranges(in: $0) } == [8..<9, 17..<19, 27..<27])
        #expect(frames[0].source == .main(ofRank: 1) && frames[0].kind == .notice)
        let sealed = try Frame(received: frames[0].bytes)
        #expect(sealed.bodySize == 27)
    }

    @Test("garbage behind an item is found out as anywhere")
    func garbageBehindItem() throws {
        let memory = try RingMemory(capacity: 1 << 10)
        var ring = RingWriter(memory.ring)
        var reader = FrameReader(memory.ring)
        var frame = Frame(
            .notice,
            code: Multiprocessing.Operation.put.rawValue,
            from: .main(ofRank: 1),
            to: .main(ofRank: 2)
        )
        frame.seal()
        var wrong = frame.bytes
        wrong.replaceSubrange(48..<56, with: repeatElement(255, count: 8))
        _ = (frame.bytes + frame.bytes + wrong).withUnsafeBytes { ring.write($0) }
        try reader.look()
        let batch = try reader.nextGathering()
        #expect(batch?.withBody { ItemBatch.ranges(in: $0)?.count } == 2)
        #expect(throws: FrameError.self) { try reader.nextGathering() }
    }

    @Test("garbage in a ring is an error")
    func garbage() throws {
        let memory = try RingMemory(capacity: 256)
        var ring = RingWriter(memory.ring)
        _ = [UInt8](repeating: 0xab, count: 100).withUnsafeBytes { ring.write($0) }
        var reader = FrameReader(memory.ring)
        try reader.look()
        #expect(throws: FrameError.self) { try reader.next() }
    }

    @Test("numbers that cannot be are an error for the reader, and no room for the writer")
    func wrongNumbers() throws {
        let memory = try RingMemory(capacity: 256)
        var reader = FrameReader(memory.ring)
        var writer = RingWriter(memory.ring)
        // More was written than there is room for; more was read than was written.
        memory.mapping.base.storeBytes(of: 257, as: UInt64.self)
        #expect(throws: FrameError.brokenRing) { try reader.look() }
        memory.mapping.base.storeBytes(of: UInt64.max, as: UInt64.self)
        #expect(throws: FrameError.brokenRing) { try reader.look() }
        memory.mapping.base.storeBytes(of: 1000, toByteOffset: 64, as: UInt64.self)
        let count = [UInt8](repeating: 0, count: 300).withUnsafeBytes { writer.write($0) }
        #expect(count == 0)
    }
}
