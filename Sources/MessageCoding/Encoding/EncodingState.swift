/// The bytes written so far and the values that are being written.
///
/// One of these is used for one call of `MessageEncoder.encode` and then for another. Encoders and containers are small values
/// that refer to it and write straight to its end. Each has the serial number of its frame, which no other ever has, so
/// that one that is used after its turn gives an error.
///
/// A container that is opened *inside* another one by hand (`nestedContainer`, `superEncoder`) may be written in turns
/// with it. It gets a state of its own, whose bytes are put in place when the outer value ends.
struct EncodingState {
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
    static let noFrame = 0
    /// The serial number of a container that may never write.
    static let noTurn = Int.max

    /// What is in memory that stays where it is.
    struct Contents {
        var limits = MessageLimits.default
        var sharedUserInfo: [CodingUserInfoKey: any Sendable] = [:]

        // `storage` owns the memory that `base` points to. It is never read or changed through its own name while
        // there is a `base`, and does not know of what is written behind its elements until it is handed on.
        var storage: [UInt8] = []
        var base = EncodingState.noAddress
        var capacity = 0
        var count = 0

        // A plain allocation and not an array: it is looked at for every item.
        // Nothing is allocated before the first frame.
        var frames = EncodingState.noAddress.assumingMemoryBound(to: Frame.self)
        var frameCapacity = 0
        var frameCount = 0
        /// The serial numbers of this message are those after the first, up to the last.
        var firstSerial = 0
        var lastSerial = 0
        /// The serial number of the innermost frame, the only one that may be written to.
        var serial = EncodingState.noFrame
        /// The outermost frames that are known to have long headers.
        var longFrameCount = 0

        var insertions: [Insertion] = []
        /// The path and the depth of what this state writes.
        var outerPath: [any CodingKey] = []
        var outerDepth = 0
        /// An error that happened where none can be thrown.
        var lateError: EncodingError?
        /// Whether there is one: quicker to ask.
        var isFailed = false

        // Here since a global that is set at run time takes a call to look at.
        let knownTypes = KnownType.table
        let dictionaries = StringKeyedDictionaries()

        /// The keyed containers that there are, and the serial numbers of the values that they write.
        let containers = ContainerCache<Int>(noPlace: EncodingState.noTurn)
    }

    let contents: UnsafeMutablePointer<Contents>

    // Stands for an address; it is aligned and never followed.
    private static var noAddress: UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(bitPattern: 64).unsafelyUnwrapped
    }

    @inline(__always)
    var base: UnsafeMutableRawPointer { contents.pointee.base }
    @inline(__always)
    var frames: UnsafeMutablePointer<Frame> { contents.pointee.frames }
    @inline(__always)
    var serial: Int { contents.pointee.serial }

    @inline(__always)
    var count: Int {
        get { contents.pointee.count }
        nonmutating set { contents.pointee.count = newValue }
    }

    @inline(__always)
    var frameCount: Int {
        get { contents.pointee.frameCount }
        nonmutating set { contents.pointee.frameCount = newValue }
    }

    // MARK: Beginning and end

    /// Begins to write behind the bytes that are there, in their memory if it has room.
    init(
        takingOver bytes: inout [UInt8],
        limits: MessageLimits,
        userInfo: [CodingUserInfoKey: any Sendable]
    ) {
        self.init(limits: limits, userInfo: userInfo)
        let count = bytes.count
        if bytes.capacity - count >= 64 {
            swap(&contents.pointee.storage, &bytes)
            // Looking for the address makes sure that nobody else has the memory.
            contents.pointee.base = Self.address(of: &contents.pointee.storage)
            contents.pointee.capacity = contents.pointee.storage.capacity
            self.count = count
        } else {
            makeStorage(capacity: count + 240)
            bytes.withUnsafeBytes { append($0) }
            bytes = []
        }
    }

    /// Begins to write what belongs into what another state writes.
    init(inside outer: EncodingState, path: [any CodingKey]) {
        self.init(limits: outer.contents.pointee.limits, userInfo: outer.contents.pointee.sharedUserInfo)
        contents.pointee.outerPath = path
        contents.pointee.outerDepth = outer.depth
        makeStorage(capacity: 240)
    }

    private init(limits: MessageLimits, userInfo: [CodingUserInfoKey: any Sendable]) {
        if let spare = encodingStates.take() {
            contents = spare
        } else {
            contents = .allocate(capacity: 1)
            contents.initialize(to: Contents())
        }
        contents.pointee.limits = limits
        // Empty after each message; and counting a reference takes longer than to look.
        if !userInfo.isEmpty {
            contents.pointee.sharedUserInfo = userInfo
        }
        contents.pointee.firstSerial = contents.pointee.lastSerial + 1
    }

    private func makeStorage(capacity: Int) {
        contents.pointee.storage.reserveCapacity(capacity)
        contents.pointee.base = Self.address(of: &contents.pointee.storage)
        contents.pointee.capacity = contents.pointee.storage.capacity
    }

    private static func address(of storage: inout [UInt8]) -> UnsafeMutableRawPointer {
        // The elements of a native array stay where they are until it is changed or released.
        storage.withUnsafeMutableBytes { bytes in
            // It has capacity, so there is an address.
            bytes.baseAddress.unsafelyUnwrapped
        }
    }

    /// Hands the memory on, cut to `count` bytes, and ends the use of this state.
    func finish(givingBack bytes: inout [UInt8], count: Int) {
        let missing = count - contents.pointee.storage.count
        contents.pointee.storage.append(addingCapacity: missing) { output in
            output.withUnsafeMutableBufferPointer { _, initializedCount in
                initializedCount = missing
            }
        }
        swap(&bytes, &contents.pointee.storage)
        discard()
    }

    /// Ends the use of this state.
    ///
    /// Whoever kept an encoder finds that its serial number is not that of any frame.
    func discard() {
        while frameCount > 0 {
            dropFrame()
        }
        discardInsertions(from: 0)
        contents.pointee.count = 0
        contents.pointee.capacity = 0
        if contents.pointee.storage.capacity > Self.largeBlockSize {
            contents.pointee.storage = []
        }
        if contents.pointee.frameCapacity > 256 {
            frames.deallocate()
            contents.pointee.frameCapacity = 0
        }
        if contents.pointee.isFailed {
            contents.pointee.lateError = nil
            contents.pointee.isFailed = false
        }
        if !contents.pointee.sharedUserInfo.isEmpty {
            contents.pointee.sharedUserInfo = [:]
        }
        if !contents.pointee.outerPath.isEmpty {
            contents.pointee.outerPath = []
        }
        contents.pointee.outerDepth = 0
        encodingStates.giveBack(contents)
    }

    /// Ends the use of the states whose bytes are not wanted.
    func discardInsertions(from first: Int) {
        while contents.pointee.insertions.count > first, let last = contents.pointee.insertions.popLast() {
            last.state.discard()
        }
    }

    /// Whether a value with this serial number belongs to the message that is being written.
    func isCurrent(_ serial: Int) -> Bool {
        serial >= contents.pointee.firstSerial && serial <= contents.pointee.lastSerial
            && self.serial != Self.noFrame
    }

    /// Notes an error that cannot be thrown where it happens; the first one counts.
    func fail(_ error: EncodingError) {
        guard !contents.pointee.isFailed else {
            return
        }
        contents.pointee.lateError = error
        contents.pointee.isFailed = true
    }

    // MARK: Bytes

    /// Makes room for `additional` bytes.
    @inline(__always)
    func reserve(_ additional: Int) {
        if contents.pointee.capacity - count < additional {
            grow(by: additional)
        }
    }

    @inline(never)
    private func grow(by additional: Int) {
        var grown: [UInt8] = []
        grown.reserveCapacity(max(count + additional, contents.pointee.capacity * 2))
        let address = Self.address(of: &grown)
        address.copyMemory(from: base, byteCount: count)
        contents.pointee.base = address
        contents.pointee.capacity = grown.capacity
        contents.pointee.storage = grown
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

    /// Appends bytes for which there is room.
    @inline(__always)
    func store(_ bytes: UnsafeRawBufferPointer) {
        if let address = bytes.baseAddress {
            (base + count).copyMemory(from: address, byteCount: bytes.count)
            count += bytes.count
        }
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
        if frameCount == contents.pointee.frameCapacity {
            growFrames()
        }
        let serial = contents.pointee.lastSerial + 1
        contents.pointee.lastSerial = serial
        contents.pointee.serial = serial
        (frames + frameCount).initialize(
            to: Frame(
                serial: serial,
                start: count,
                isOptional: isOptional,
                insertionCount: contents.pointee.insertions.count
            )
        )
        frameCount += 1
    }

    @inline(never)
    private func growFrames() {
        let oldCapacity = contents.pointee.frameCapacity
        let newCapacity = max(4, oldCapacity * 2)
        let grown = UnsafeMutablePointer<Frame>.allocate(capacity: newCapacity)
        if oldCapacity > 0 {
            grown.moveInitialize(from: frames, count: oldCapacity)
            frames.deallocate()
        }
        contents.pointee.frames = grown
        contents.pointee.frameCapacity = newCapacity
    }

    /// Ends the innermost value: completes its header.
    ///
    /// - Returns: Where the value begins.
    func popFrame() throws -> Int {
        let frame = frames + (frameCount - 1)
        if contents.pointee.insertions.count > frame.pointee.insertionCount {
            try putInsertionsInPlace(from: frame.pointee.insertionCount)
        }
        return closeFrame()
    }

    /// Ends the innermost value, which has no states of their own within it.
    @discardableResult
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
        discardInsertions(from: frame.pointee.insertionCount)
        count = frame.pointee.start
        dropFrame()
    }

    private func dropFrame() {
        frameCount -= 1
        (frames + frameCount).deinitialize(count: 1)
        contents.pointee.longFrameCount = min(contents.pointee.longFrameCount, frameCount)
        contents.pointee.serial = frameCount == 0 ? Self.noFrame : frames[frameCount - 1].serial
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
        while contents.pointee.longFrameCount < frameCount {
            lengthenHeader(at: contents.pointee.longFrameCount)
            contents.pointee.longFrameCount += 1
        }
    }

    func lengthenHeader(at index: Int) {
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
        for index in contents.pointee.insertions.indices
        where contents.pointee.insertions[index].offset >= offset {
            contents.pointee.insertions[index].offset += distance
        }
    }
}

private let encodingStates = StatePool<EncodingState.Contents>()
