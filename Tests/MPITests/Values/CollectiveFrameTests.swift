import Testing

@testable import MPI

@Suite("CollectiveFrame")
struct CollectiveFrameTests {
    @Test(
        "a message that fits is in the block, of a longer one only the length",
        arguments: [0, 1, 247, 248, 249, 10_000]
    )
    func fill(length: Int) {
        let message = [UInt8](repeating: 7, count: length)
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: CollectiveFrame.blockLength,
            alignment: 16
        )
        defer { block.deallocate() }
        message.withUnsafeBytes { CollectiveFrame.fill(block, with: $0) }
        #expect(CollectiveFrame.length(in: UnsafeRawBufferPointer(block)) == length)
        let found = CollectiveFrame.message(in: UnsafeRawBufferPointer(block)).map { Array($0) }
        #expect(found == (length <= 248 ? message : nil))
    }

    @Test("a length that no message has is no message")
    func hostile() {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 16)
        defer { block.deallocate() }
        for length in [UInt64.max, UInt64(Int64.max), 1 << 63] {
            block.storeBytes(of: length, as: UInt64.self)
            #expect(CollectiveFrame.message(in: UnsafeRawBufferPointer(block)) == nil)
        }
    }
}
