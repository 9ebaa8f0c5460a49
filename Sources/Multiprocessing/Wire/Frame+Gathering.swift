/// Notices that put an item into a queue, of which several can travel on as one.
extension Frame {
    /// How long the body of such a one is at most.
    static let maximumGatherableSize = 4 << 10

    /// Whether others that do the same may join it.
    var isGatherable: Bool {
        kind == .notice && code == Operation.put.rawValue && bodySize <= Frame.maximumGatherableSize
    }

    /// Whether another frame, whose header this is, says the same of everything up to its destination.
    func hasSameAim(as header: UnsafeRawBufferPointer) -> Bool {
        bytes.withUnsafeBytes { own in
            stride(from: 0, to: Frame.aimSize, by: 8).allSatisfy {
                own.loadUnaligned(fromByteOffset: $0, as: UInt64.self)
                    == header.loadUnaligned(fromByteOffset: $0, as: UInt64.self)
            }
        }
    }

    /// Version, kind, code, epoch, source and destination.
    private static let aimSize = 24

    /// A frame that does for several items what another one does for its own, which is its first.
    init(gathering first: Frame, reserving capacity: Int) {
        self.init(
            .notice,
            code: Operation.putBatch.rawValue,
            from: first.source,
            to: first.destination,
            reserving: capacity
        )
        epoch = first.epoch
        first.withBody { ItemBatch.append($0, to: &bytes) }
    }
}
