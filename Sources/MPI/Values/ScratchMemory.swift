internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Memory that a thread uses again and again for values on their way out and in, so that one costs no allocation.
///
/// It grows to what the thread's values need, up to a few megabytes each way: memory that is fresh from the system takes longer to
/// get at than a value of that length to send.
///
/// It is a structure behind a pointer, not an object: no other thread gets at it, so that nothing has to be checked or counted.
struct ScratchMemory {
    private static let largestKept = 8 << 20
    private static let leastIncomingLength = 64 << 10
    /// Messages that are not longer are copied by who sends them.
    private static let longestCopied = 4 << 10
    private static let longestRecovered = 64 << 10
    /// Messages that are longer are written in large pages.
    private static let longestInSmallPages = 128 << 10
    private static let largePageLength = 2 << 20

    /// For messages to be sent.
    ///
    /// It is empty while somebody uses it.
    private var outgoing: [UInt8] = []

    /// For long messages to be sent: up to an address at which a large page begins there is nothing in it.
    ///
    /// It is empty while somebody uses it, and before there was a long message.
    private var outgoingInLargePages: [UInt8] = []
    /// Whether the last message was a long one, as the next one may be.
    private var sendsLongMessages = false

    private var incoming = UnsafeMutableRawBufferPointer.allocate(
        byteCount: leastIncomingLength,
        alignment: 16
    )
    private var incomingIsInUse = false

    /// For the one block of a broadcast.
    private let block = UnsafeMutableRawBufferPointer.allocate(
        byteCount: CollectiveFrame.broadcastBlockLength,
        alignment: 16
    )
    private var blockIsInUse = false

    /// Where small buffers land; `nil` if the system grants none.
    private var landing: LandingZone?
    private var hasAskedForLanding = false

    /// Where values land whose length is not known; `nil` if the library should not be given so much memory.
    private var valueLanding: LandingZone?
    private var valueDatatype: RawDatatype?
    private var hasAskedForValueLanding = false
    private var valueLandingIsInUse = false

    /// Pieces for small immediate receives that are not in use: each begins with the address of the next one.
    private var guardedPiece: UnsafeMutableRawPointer?
    private var guardedPieceCount = 0
    private static let mostGuardedPieces = 256

    private init() {}

    // MARK: The thread's own

    /// The key of the thread's pointer, plus one; 0 before there is a key.
    private static let knownKey = Atomic<UInt>(0)

    @inline(__always)
    private static var current: UnsafeMutablePointer<ScratchMemory> {
        let key = knownKey.load(ordering: .acquiring)
        guard key != 0, let memory = pthread_getspecific(pthread_key_t(key - 1)) else { return make() }
        return memory.assumingMemoryBound(to: ScratchMemory.self)
    }

    @inline(never)
    private static func make() -> UnsafeMutablePointer<ScratchMemory> {
        let made = UnsafeMutablePointer<ScratchMemory>.allocate(capacity: 1)
        made.initialize(to: ScratchMemory())
        pthread_setspecific(key(), made)
        return made
    }

    private static func key() -> pthread_key_t {
        let known = knownKey.load(ordering: .acquiring)
        if known != 0 { return pthread_key_t(known - 1) }
        var key = pthread_key_t()
        pthread_key_create(&key) { memory in
            #if canImport(Glibc)
            guard let memory else { return }
            #endif
            ScratchMemory.end(memory.assumingMemoryBound(to: ScratchMemory.self))
        }
        let (isFirst, first) = knownKey.compareExchange(
            expected: 0,
            desired: UInt(key) + 1,
            ordering: .acquiringAndReleasing
        )
        if isFirst { return key }
        pthread_key_delete(key)
        return pthread_key_t(first - 1)
    }

    private static func end(_ memory: UnsafeMutablePointer<ScratchMemory>) {
        memory.pointee.incoming.deallocate()
        memory.pointee.block.deallocate()
        memory.pointee.landing?.free()
        memory.pointee.valueLanding?.free()
        while let piece = memory.pointee.nextGuardedPiece() { piece.deallocate() }
        memory.deinitialize(count: 1)
        memory.deallocate()
    }

    // MARK: Use

    /// Where the thread's small buffers land.
    @inline(__always)
    static var landingZone: LandingZone? {
        let memory = current
        if !memory.pointee.hasAskedForLanding {
            memory.pointee.hasAskedForLanding = true
            memory.pointee.landing = LandingZone()
        }
        return memory.pointee.landing
    }

    /// Lends an empty array whose capacity survives.
    ///
    /// Within the body another loan is another array.
    @inline(__always)
    static func withOutgoing<Result>(_ body: (inout [UInt8]) throws -> Result) rethrows -> Result {
        let memory = current
        var bytes: [UInt8] = []
        swap(&bytes, &memory.pointee.outgoing)
        defer {
            if bytes.capacity <= largestKept {
                if bytes.count > longestCopied { recover(&bytes, from: 0) }
                bytes.removeAll(keepingCapacity: true)
                swap(&bytes, &memory.pointee.outgoing)
            }
        }
        return try body(&bytes)
    }

    /// Lends an array for one message to be sent to another rank, which is to be appended; its capacity survives.
    ///
    /// The body is told where the message begins. A rank of this machine reads a long message page by page, so that large pages are read in two
    /// thirds of the time.
    @inline(__always)
    static func withOutgoingMessage<Result>(_ body: (inout [UInt8], Int) throws -> Result) rethrows -> Result
    {
        if current.pointee.sendsLongMessages { return try withOutgoingInLargePages(body) }
        return try withOutgoing { bytes in
            defer { if bytes.count > longestInSmallPages { noteLength(bytes.count) } }
            return try body(&bytes, 0)
        }
    }

    @inline(never)
    private static func noteLength(_ byteCount: Int) {
        current.pointee.sendsLongMessages = byteCount > longestInSmallPages && byteCount <= largestKept
    }

    @inline(never)
    private static func withOutgoingInLargePages<Result>(
        _ body: (inout [UInt8], Int) throws -> Result
    ) rethrows -> Result {
        let memory = current
        var bytes: [UInt8] = []
        swap(&bytes, &memory.pointee.outgoingInLargePages)
        if bytes.isEmpty { bytes = makeLargePages() }
        let start = bytes.count
        defer {
            noteLength(bytes.count - start)
            // An array that has grown lies elsewhere.
            if bytes.count >= start, startOfLargePages(bytes) == start,
                bytes.capacity <= largestKept + 2 * largePageLength
            {
                recover(&bytes, from: start)
                bytes.removeLast(bytes.count - start)
                swap(&bytes, &memory.pointee.outgoingInLargePages)
            }
        }
        return try body(&bytes, start)
    }

    /// Makes an array in which there is nothing up to the first large page.
    private static func makeLargePages() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: largestKept + largePageLength) { memory, initializedCount in
            // One byte at least, so that it is not empty. What is before the page means nothing, even where it is copied.
            let start = startOfLargePages(UnsafeRawBufferPointer(memory))
            #if os(Linux)
            // Whether the system has such pages, and grants them, does not matter.
            madvise(memory.baseAddress.map { $0 + start }, largestKept, MADV_HUGEPAGE)
            #endif
            initializedCount = start
        }
    }

    private static func startOfLargePages(_ bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { startOfLargePages($0) }
    }

    /// How far the first large page that begins behind the first byte is from it.
    private static func startOfLargePages(_ memory: UnsafeRawBufferPointer) -> Int {
        largePageLength - Int(UInt(bitPattern: memory.baseAddress) % UInt(largePageLength))
    }

    /// Takes memory back from the caches of the processor that has read it.
    ///
    /// A rank of this machine reads a long message where it lies. The next one is written there in small pieces, each of which would wait for its
    /// line of the cache; what is written here waits for all lines at the same time.
    @inline(never)
    private static func recover(_ bytes: inout [UInt8], from start: Int) {
        bytes.withUnsafeMutableBytes { bytes in
            var index = start
            let end = min(bytes.count, start + longestRecovered)
            while index < end {
                bytes[index] = 0
                index += 64
            }
        }
    }

    /// Lends uninitialized memory of the length of a message.
    @inline(__always)
    static func withIncoming<Result>(
        _ byteCount: Int,
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let memory = current
        guard byteCount <= largestKept, !memory.pointee.incomingIsInUse else {
            let own = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
            defer { own.deallocate() }
            return try body(own)
        }
        if byteCount > memory.pointee.incoming.count { memory.pointee.grow(to: byteCount) }
        memory.pointee.incomingIsInUse = true
        defer { memory.pointee.incomingIsInUse = false }
        let start = memory.pointee.incoming.baseAddress
        return try body(UnsafeMutableRawBufferPointer(start: start, count: byteCount))
    }

    /// Takes memory for a message of any length, and the datatype that fills it, to be given back; there may be none.
    ///
    /// There is none while somebody has it: a value is read from it, perhaps by code that receives another one.
    @inline(__always)
    static func takeValueLanding() -> (address: UnsafeMutableRawPointer, datatype: RawDatatype)? {
        let memory = current
        if !memory.pointee.hasAskedForValueLanding { memory.pointee.askForValueLanding() }
        guard let zone = memory.pointee.valueLanding, let datatype = memory.pointee.valueDatatype,
            !memory.pointee.valueLandingIsInUse
        else { return nil }
        memory.pointee.valueLandingIsInUse = true
        return (zone.address, datatype)
    }

    /// Gives back what was taken, and the system what a long message took of it.
    @inline(__always)
    static func giveBackValueLanding(_ byteCount: Int) {
        let memory = current
        memory.pointee.valueLandingIsInUse = false
        if byteCount > largestKept { memory.pointee.valueLanding?.clear() }
    }

    @inline(never)
    private mutating func askForValueLanding() {
        hasAskedForValueLanding = true
        guard LandingZone.takesAnyLength, let datatype = try? LandingZone.datatype.get() else { return }
        valueDatatype = datatype
        valueLanding = LandingZone()
    }

    private mutating func nextGuardedPiece() -> UnsafeMutableRawPointer? {
        guard let piece = guardedPiece else { return nil }
        guardedPiece = piece.load(as: UnsafeMutableRawPointer?.self)
        guardedPieceCount -= 1
        return piece
    }

    /// Takes a piece of memory for small immediate receives, which are many at a time, mostly: the C library keeps only a few of a length at hand.
    static func takeGuardedPiece(byteCount: Int) -> UnsafeMutableRawPointer {
        current.pointee.nextGuardedPiece() ?? .allocate(byteCount: byteCount, alignment: 16)
    }

    /// Gives back such a piece, which another thread may have taken.
    static func giveBackGuardedPiece(_ piece: UnsafeMutableRawPointer) {
        let memory = current
        guard memory.pointee.guardedPieceCount < mostGuardedPieces else { return piece.deallocate() }
        piece.storeBytes(of: memory.pointee.guardedPiece, as: UnsafeMutableRawPointer?.self)
        memory.pointee.guardedPiece = piece
        memory.pointee.guardedPieceCount += 1
    }

    /// Lends memory for the block of a broadcast, in which there is something of earlier ones.
    @inline(__always)
    static func withBlock<Result, Failure: Error>(
        _ length: Int,
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let memory = current
        guard !memory.pointee.blockIsInUse else {
            let own = UnsafeMutableRawBufferPointer.allocate(
                byteCount: CollectiveFrame.broadcastBlockLength,
                alignment: 16
            )
            defer { own.deallocate() }
            return try body(UnsafeMutableRawBufferPointer(rebasing: own[..<length]))
        }
        memory.pointee.blockIsInUse = true
        defer { memory.pointee.blockIsInUse = false }
        return try body(UnsafeMutableRawBufferPointer(rebasing: memory.pointee.block[..<length]))
    }

    @inline(never)
    private mutating func grow(to byteCount: Int) {
        incoming.deallocate()
        incoming = .allocate(byteCount: byteCount, alignment: 16)
    }
}
