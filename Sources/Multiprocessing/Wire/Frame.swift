/// One message of the conversation between endpoints, Hosts and services: a fixed header, then the body, in one
/// piece of memory, so that what a process encodes is what a socket and MPI carry, without another copy.
///
/// Layout (little-endian, 64 bytes): version 1 · kind 1 · code 2 · epoch 4 · source 8 · destination 8 ·
/// correlation 8 · argument 8 · timeout 8 · body length 8 · reserved 8.
struct Frame: Sendable {
    static let headerSize = 64
    static let version: UInt8 = 1
    /// A length above this is not believed, whoever sends it.
    static let maximumBodySize = 1 << 40

    enum Kind: UInt8, Sendable {
        /// Wants one reply, or several of which the last one says so.
        case request = 1
        /// Answers the request with the same correlation.
        case reply = 2
        /// Answers it too, and more will follow.
        case partialReply = 3
        /// Wants no answer.
        case notice = 4
        /// A reply that comes back because its receiver has ended.
        case undeliverable = 5
    }

    /// Header and body.
    var bytes: [UInt8]

    /// Stands where a frame was taken away.
    static let empty = Frame(.notice, code: 0, from: .host(ofRank: 0), to: .host(ofRank: 0))

    /// A frame with an empty body, to which the body is appended; it can take over the memory of another one.
    init(
        _ kind: Kind,
        code: UInt16,
        from source: Address,
        to destination: Address,
        correlation: UInt64 = 0,
        argument: UInt64 = 0,
        timeout: Timeout = .none,
        reserving capacity: Int = 0,
        reusing memory: consuming [UInt8] = []
    ) {
        func putHeader(into header: UnsafeMutableRawBufferPointer) {
            func store(_ number: some FixedWidthInteger & BitwiseCopyable, _ offset: Int) {
                header.storeBytes(of: number.littleEndian, toByteOffset: offset, as: type(of: number))
            }
            store(Frame.version, 0)
            store(kind.rawValue, 1)
            store(code, 2)
            store(0 as UInt32, 4)
            store(source.rank, 8)
            store(source.serial, 12)
            store(destination.rank, 16)
            store(destination.serial, 20)
            store(correlation, 24)
            store(argument, 32)
            store(timeout.rawValue, 40)
            store(0 as UInt64, 48)
            store(0 as UInt64, 56)
        }
        if memory.count >= Frame.headerSize {
            bytes = consume memory
            bytes.removeLast(bytes.count - Frame.headerSize)
            bytes.withUnsafeMutableBytes { putHeader(into: $0) }
        } else {
            // Everything at once: a frame begins its life in every operation.
            bytes = [UInt8](unsafeUninitializedCapacity: Frame.headerSize + capacity) { memory, count in
                putHeader(into: UnsafeMutableRawBufferPointer(memory))
                count = Frame.headerSize
            }
        }
    }

    /// A frame as it was received.
    ///
    /// Throws when the header is not one.
    init(received bytes: [UInt8]) throws(FrameError) {
        self.bytes = bytes
        guard bytes.count >= Frame.headerSize else { throw FrameError.truncated(byteCount: bytes.count) }
        let bodySize = try bytes.withUnsafeBufferPointer { (buffer) throws(FrameError) in
            try Frame.validate(header: UnsafeRawBufferPointer(buffer))
        }
        guard bytes.count == Frame.headerSize + bodySize else {
            throw FrameError.wrongLength(announced: bodySize, actual: bytes.count - Frame.headerSize)
        }
    }

    /// Checks a header and returns the size of the body that follows it.
    static func validate(header: UnsafeRawBufferPointer) throws(FrameError) -> Int {
        guard header.count >= headerSize else { throw .truncated(byteCount: header.count) }
        guard header[0] == version else { throw .unknownVersion(header[0]) }
        guard Kind(rawValue: header[1]) != nil else { throw .unknownKind(header[1]) }
        let length = header.loadUnaligned(fromByteOffset: 48, as: UInt64.self)
        guard length <= UInt64(maximumBodySize) else { throw .tooLong(length) }
        return Int(length)
    }

    var kind: Kind {
        // Only the two initializers make frames, and both leave a known kind here.
        get { Kind(rawValue: bytes[1]) ?? .notice }
        set { bytes[1] = newValue.rawValue }
    }
    /// In requests and notices the operation, in replies the outcome.
    var code: UInt16 {
        get { load(at: 2) }
        set { store(newValue, at: 2) }
    }
    /// Which `withProcesses` of the program the frame belongs to: what arrives late from an earlier one is dropped.
    var epoch: UInt32 {
        get { load(at: 4) }
        set { store(newValue, at: 4) }
    }
    var source: Address {
        get { Address(rank: load(at: 8), serial: load(at: 12)) }
        set {
            store(newValue.rank, at: 8)
            store(newValue.serial, at: 12)
        }
    }
    var destination: Address {
        get { Address(rank: load(at: 16), serial: load(at: 20)) }
        set {
            store(newValue.rank, at: 16)
            store(newValue.serial, at: 20)
        }
    }
    /// The number by which the sender of a request knows its reply.
    var correlation: UInt64 {
        get { load(at: 24) }
        set { store(newValue, at: 24) }
    }
    /// One number whose meaning depends on the operation.
    var argument: UInt64 {
        get { load(at: 32) }
        set { store(newValue, at: 32) }
    }
    /// How long the request may wait at its service.
    var timeout: Timeout {
        get { Timeout(rawValue: load(at: 40)) }
        set { store(newValue.rawValue, at: 40) }
    }

    /// The size of the body in bytes.
    var bodySize: Int { bytes.count - Frame.headerSize }

    /// Puts the body's length into the header: to be called once, when the body is complete.
    mutating func seal() { store(UInt64(bodySize), at: 48) }

    /// Calls `use` with the body's memory.
    func withBody<Result, Failure: Error>(
        _ use: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withUnsafeBufferPointer { (buffer) throws(Failure) in
            try use(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[Frame.headerSize...])))
        }
    }

    /// The body as an array of its own.
    var body: [UInt8] { Array(bytes[Frame.headerSize...]) }

    private func load<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Number {
        bytes.withUnsafeBytes {
            Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self))
        }
    }
    private mutating func store<Number: FixedWidthInteger & BitwiseCopyable>(_ value: Number, at offset: Int)
    {
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Number.self)
        }
    }
}

/// How long something may wait, in nanoseconds as it travels in a frame.
struct Timeout: RawRepresentable, Hashable, Sendable {
    var rawValue: UInt64

    /// Waits as long as it takes.
    static let none = Timeout(rawValue: .max)
    /// Does not wait at all.
    static let zero = Timeout(rawValue: 0)

    init(rawValue: UInt64) { self.rawValue = rawValue }

    /// `nil` waits as long as it takes; a negative duration does not wait, as in Python.
    init(_ duration: Duration?) {
        guard let duration else {
            self = .none
            return
        }
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else {
            self = .zero
            return
        }
        let (scaled, hasOverflowed) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, hasOverflowedToo) = scaled.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000))
        // A duration of centuries is no limit; the greatest value is kept for "none".
        self.init(rawValue: hasOverflowed || hasOverflowedToo ? .max : sum)
    }

    /// The moment at which the wait is over, for one that began at `now`; `nil` for never.
    func deadline(from now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard self != .none, rawValue < UInt64(Int64.max) else { return nil }
        return now.advanced(by: .nanoseconds(Int64(rawValue)))
    }
}

/// What is wrong with bytes that should have been a frame.
enum FrameError: Error, Equatable, CustomStringConvertible {
    case truncated(byteCount: Int)
    case unknownVersion(UInt8)
    case unknownKind(UInt8)
    case tooLong(UInt64)
    case wrongLength(announced: Int, actual: Int)
    /// The numbers of a ring contradict each other.
    case brokenRing

    var description: String {
        switch self {
        case .truncated(let byteCount): "a frame of \(byteCount) bytes is shorter than its header"
        case .unknownVersion(let version):
            "a frame of version \(version), where this program speaks \(Frame.version)"
        case .unknownKind(let kind): "a frame of unknown kind \(kind)"
        case .tooLong(let length): "a frame that announces \(length) bytes"
        case .wrongLength(let announced, let actual):
            "a frame that announces \(announced) bytes and has \(actual)"
        case .brokenRing: "numbers in shared memory that contradict each other"
        }
    }
}

extension ContinuousClock.Instant {
    /// How long it is from another moment to this one, in nanoseconds, at most some days: for what the system counts.
    func nanoseconds(since now: ContinuousClock.Instant) -> Int64 {
        let (seconds, attoseconds) = now.duration(to: self).components
        return max(0, min(seconds, 1_000_000) * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
