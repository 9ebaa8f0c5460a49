/// The bytes written so far and the values that are being written.
///
/// One of these lives for one call of `MessageEncoder.encode`. Encoders and containers are small values that
/// refer to it and write straight to its end. Each has the serial number of its frame, so that one that is used
/// after its turn gives an error.
///
/// A container that is opened *inside* another one by hand (`nestedContainer`, `superEncoder`) may be written in turns
/// with it. It gets a state of its own, whose bytes are put in place when the outer value ends.
final class EncodingState {
    /// A value that is being written.
    struct Frame {
        enum Shape: UInt8 {
            case empty
            case single
            case keyed
            case unkeyed
            case packed
        }

        var serial: Int
        /// Where the value begins.
        var start: Int
        /// The number of items in it.
        var count = 0
        var shape = Shape.empty
        /// Whether the header has 8 bytes for a length instead of one.
        var isLong = false
        /// Whether the value's static type is an optional.
        var isOptional: Bool
        /// How many states were waiting to be put in place when it began.
        var insertionCount: Int
        /// The key whose value is being written.
        var key: (any CodingKey)?

        @inline(__always)
        var headerSize: Int {
            switch shape {
            case .keyed: isLong ? 9 : 2
            case .unkeyed: isLong ? 17 : 3
            case .empty, .single, .packed: 0
            }
        }
    }

    /// A state whose bytes belong at `offset`.
    struct Insertion {
        var offset: Int
        var frameSerial: Int
        var key: String?
        var state: EncodingState
    }

    /// The serial number while no value is being written.
    static let noFrame = -1
    /// The serial number of a container that may never write.
    static let noTurn = -2

    let limits: MessageLimits
    let sharedUserInfo: [CodingUserInfoKey: any Sendable]

    // `storage` owns the memory that `base` points to. It is never read or changed through its own name while
    // there is a `base`, and every byte counts as an element, written or not, so a write is a store.
    private var storage: [UInt8]
    private(set) var base: UnsafeMutableRawPointer
    private(set) var capacity: Int
    var count: Int

    // A plain allocation and not an array: it is looked at for every item.
    // Nothing is allocated before the first frame.
    private(set) var frames: UnsafeMutablePointer<Frame>
    private var frameCapacity = 0
    var frameCount = 0
    private var lastSerial = 0
    /// The serial number of the innermost frame, the only one that may be written to.
    var serial = noFrame
    /// The outermost frames that are known to have long headers.
    private var longFrameCount = 0

    var insertions: [Insertion] = []
    /// The path and the depth of what this state writes.
    let outerPath: [any CodingKey]
    let outerDepth: Int
    /// An error that happened where none can be thrown.
    private(set) var lateError: EncodingError?
    /// Whether there is one: quicker to ask.
    private(set) var isFailed = false

    /// Begins to write behind the bytes that are there, in their memory if it has room.
    init(
        takingOver bytes: inout [UInt8],
        limits: MessageLimits,
        userInfo: [CodingUserInfoKey: any Sendable],
        outerPath: [any CodingKey] = [],
        outerDepth: Int = 0
    ) {
        self.limits = limits
        self.sharedUserInfo = userInfo
        self.outerPath = outerPath
        self.outerDepth = outerDepth
        count = bytes.count
        let room = bytes.capacity - bytes.count
        if room >= 64 {
            bytes.append(addingCapacity: room) { output in
                output.withUnsafeMutableBufferPointer { buffer, initializedCount in
                    initializedCount = buffer.count
                }
            }
            storage = []
            swap(&storage, &bytes)
        } else {
            storage = Self.makeStorage(capacity: count + 240, copying: bytes)
        }
        capacity = storage.count
        base = Self.address(of: &storage)
        frames = Self.noFrames
    }

    deinit {
        guard frameCapacity > 0 else {
            return
        }
        frames.deinitialize(count: frameCount)
        frames.deallocate()
    }

    private static func makeStorage(capacity: Int, copying bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initializedCount in
            if !bytes.isEmpty {
                _ = buffer.update(fromContentsOf: bytes)
            }
            initializedCount = buffer.count
        }
    }

    private static func address(of storage: inout [UInt8]) -> UnsafeMutableRawPointer {
        // The elements of a native array stay where they are until it is changed or released.
        storage.withUnsafeMutableBytes { bytes in
            // Never empty, so there is an address.
            bytes.baseAddress.unsafelyUnwrapped
        }
    }

    /// Hands the memory on, cut to `count` bytes.
    func giveBack(_ bytes: inout [UInt8], count: Int) {
        var result: [UInt8] = []
        swap(&result, &storage)
        result.removeLast(result.count - count)
        bytes = result
        // Whoever kept an encoder beyond its call makes it grow again, into memory that nobody reads.
        capacity = 0
        self.count = 0
        serial = Self.noFrame
    }

    /// Notes an error that cannot be thrown where it happens; the first one counts.
    func fail(_ error: EncodingError) {
        guard !isFailed else {
            return
        }
        lateError = error
        isFailed = true
    }

    // MARK: Bytes

    /// Makes room for `additional` bytes.
    @inline(__always)
    func reserve(_ additional: Int) {
        if capacity - count < additional {
            grow(by: additional)
        }
    }

    @inline(never)
    private func grow(by additional: Int) {
        let newCapacity = max(count + additional, capacity * 2, 64)
        var grown = [UInt8](unsafeUninitializedCapacity: newCapacity) { buffer, initializedCount in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: .init(start: base, count: count))
            initializedCount = buffer.count
        }
        base = Self.address(of: &grown)
        capacity = grown.count
        storage = grown
    }

    @inline(__always)
    func append(_ byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    @inline(__always)
    func append(_ bytes: UnsafeRawBufferPointer) {
        guard let address = bytes.baseAddress, !bytes.isEmpty else {
            return
        }
        reserve(bytes.count)
        (base + count).copyMemory(from: address, byteCount: bytes.count)
        count += bytes.count
    }

    /// Moves what lies behind `offset` up by `distance` bytes.
    func openGap(at offset: Int, of distance: Int) {
        reserve(distance)
        memoryMove(from: offset, to: offset + distance, byteCount: count - offset)
        count += distance
    }

    @inline(__always)
    func memoryMove(from source: Int, to destination: Int, byteCount: Int) {
        // `copyMemory` allows the two to overlap.
        (base + destination).copyMemory(from: base + source, byteCount: byteCount)
    }

    // MARK: Frames

    /// Begins a value at the end of the bytes.
    func pushFrame(isOptional: Bool) {
        if frameCount == frameCapacity {
            growFrames()
        }
        lastSerial += 1
        serial = lastSerial
        (frames + frameCount).initialize(
            to: Frame(
                serial: serial,
                start: count,
                isOptional: isOptional,
                insertionCount: insertions.count
            )
        )
        frameCount += 1
    }

    // Stands for an address; it is aligned and never followed.
    private static var noFrames: UnsafeMutablePointer<Frame> {
        UnsafeMutablePointer(bitPattern: 64).unsafelyUnwrapped
    }

    @inline(never)
    private func growFrames() {
        let newCapacity = max(4, frameCapacity * 2)
        let grown = UnsafeMutablePointer<Frame>.allocate(capacity: newCapacity)
        if frameCapacity > 0 {
            grown.moveInitialize(from: frames, count: frameCount)
            frames.deallocate()
        }
        frames = grown
        frameCapacity = newCapacity
    }

    /// Ends the innermost value: completes its header.
    ///
    /// - Returns: Where the value begins.
    func popFrame() throws -> Int {
        let frame = frames + (frameCount - 1)
        if insertions.count > frame.pointee.insertionCount {
            try putInsertionsInPlace(from: frame.pointee.insertionCount)
        }
        return closeFrame()
    }

    /// Ends the innermost value, which has no states of their own within it.
    func closeFrame() -> Int {
        let frame = frames + (frameCount - 1)
        switch frame.pointee.shape {
        case .keyed, .unkeyed:
            closeHeader(frame)
        case .empty:
            appendEmptyContainer()
        case .single:
            if frame.pointee.count == 0 {
                appendEmptyContainer()
            }
        case .packed:
            break
        }
        let start = frame.pointee.start
        dropFrame()
        return start
    }

    /// Ends the innermost value and takes back what it wrote.
    func abandonFrame() {
        let frame = frames + (frameCount - 1)
        insertions.removeLast(max(0, insertions.count - frame.pointee.insertionCount))
        count = frame.pointee.start
        dropFrame()
    }

    private func dropFrame() {
        frameCount -= 1
        (frames + frameCount).deinitialize(count: 1)
        longFrameCount = min(longFrameCount, frameCount)
        serial = frameCount == 0 ? Self.noFrame : frames[frameCount - 1].serial
    }

    private func appendEmptyContainer() {
        append(Tag.keyed)
        append(0)
    }

    private func closeHeader(_ frame: UnsafeMutablePointer<Frame>) {
        var length = count - frame.pointee.start - frame.pointee.headerSize
        if length > UInt8.max, !frame.pointee.isLong {
            lengthenHeader(at: frameCount - 1)
            length = count - frame.pointee.start - frame.pointee.headerSize
        }
        let header = base + frame.pointee.start
        let isUnkeyed = frame.pointee.shape == .unkeyed
        if frame.pointee.isLong {
            header.storeBytes(of: UInt64(length), toByteOffset: 1, as: UInt64.self)
            if isUnkeyed {
                header.storeBytes(of: UInt64(frame.pointee.count), toByteOffset: 9, as: UInt64.self)
            }
        } else {
            header.storeBytes(of: UInt8(truncatingIfNeeded: length), toByteOffset: 1, as: UInt8.self)
            if isUnkeyed {
                // An item has at least one byte, so there are no more items than bytes.
                let itemCount = UInt8(truncatingIfNeeded: frame.pointee.count)
                header.storeBytes(of: itemCount, toByteOffset: 2, as: UInt8.self)
            }
        }
    }

    /// Gives the headers of all open containers room for a long length, before a large block is written behind
    /// them, so that the block need not be moved when they end.
    func prepareForLargeBlock() {
        while longFrameCount < frameCount {
            lengthenHeader(at: longFrameCount)
            longFrameCount += 1
        }
    }

    private func lengthenHeader(at index: Int) {
        let frame = frames + index
        let offset = frame.pointee.start + frame.pointee.headerSize
        switch frame.pointee.shape {
        case .keyed where !frame.pointee.isLong:
            openGap(at: offset, of: 7)
            shift(framesAfter: index, insertionsAt: offset, by: 7)
            base.storeBytes(of: Tag.longKeyed, toByteOffset: frame.pointee.start, as: UInt8.self)
        case .unkeyed where !frame.pointee.isLong:
            openGap(at: offset, of: 14)
            shift(framesAfter: index, insertionsAt: offset, by: 14)
            base.storeBytes(of: Tag.longUnkeyed, toByteOffset: frame.pointee.start, as: UInt8.self)
        case .empty, .single, .keyed, .unkeyed, .packed:
            return
        }
        frame.pointee.isLong = true
    }

    private func shift(framesAfter index: Int, insertionsAt offset: Int, by distance: Int) {
        var later = index + 1
        while later < frameCount {
            frames[later].start += distance
            later += 1
        }
        for index in insertions.indices where insertions[index].offset >= offset {
            insertions[index].offset += distance
        }
    }
}
