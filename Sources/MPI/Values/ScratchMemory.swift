#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Memory that a thread uses again and again for values on their way out and in, so that one costs no allocation.
///
/// It grows to what the thread's values need, up to a few megabytes each way: memory that is fresh from the system takes longer to
/// get at than a value of that length to send.
final class ScratchMemory {
    private static let largestKept = 8 << 20
    private static let leastIncomingLength = 64 << 10

    /// For messages to be sent.
    ///
    /// It is empty while somebody uses it.
    private var outgoing: [UInt8] = []
    private var incoming = UnsafeMutableRawBufferPointer.allocate(
        byteCount: leastIncomingLength,
        alignment: 16
    )
    private var incomingIsInUse = false

    /// Where small buffers land; `nil` if the system grants none.
    private var landing: LandingZone?
    private var hasAskedForLanding = false

    deinit {
        incoming.deallocate()
        landing?.free()
    }

    // MARK: The thread's own

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key) { memory in
            #if canImport(Glibc)
            guard let memory else { return }
            #endif
            Unmanaged<ScratchMemory>.fromOpaque(memory).release()
        }
        return key
    }()

    private static var current: ScratchMemory {
        if let memory = pthread_getspecific(key) {
            return Unmanaged<ScratchMemory>.fromOpaque(memory).takeUnretainedValue()
        }
        let made = ScratchMemory()
        pthread_setspecific(key, Unmanaged.passRetained(made).toOpaque())
        return made
    }

    // MARK: Use

    /// Where the thread's small buffers land.
    @inline(__always)
    static var landingZone: LandingZone? {
        let memory = current
        if !memory.hasAskedForLanding {
            memory.hasAskedForLanding = true
            memory.landing = LandingZone()
        }
        return memory.landing
    }

    /// Lends an empty array whose capacity survives.
    ///
    /// Within the body another loan is another array.
    static func withOutgoing<Result>(_ body: (inout [UInt8]) throws -> Result) rethrows -> Result {
        let memory = current
        var bytes: [UInt8] = []
        swap(&bytes, &memory.outgoing)
        defer {
            if bytes.capacity <= largestKept {
                bytes.removeAll(keepingCapacity: true)
                swap(&bytes, &memory.outgoing)
            }
        }
        return try body(&bytes)
    }

    /// Lends uninitialized memory of the length of a message.
    static func withIncoming<Result>(
        _ byteCount: Int,
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let memory = current
        guard byteCount <= largestKept, !memory.incomingIsInUse else {
            let own = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
            defer { own.deallocate() }
            return try body(own)
        }
        if byteCount > memory.incoming.count {
            memory.incoming.deallocate()
            memory.incoming = .allocate(byteCount: byteCount, alignment: 16)
        }
        memory.incomingIsInUse = true
        defer { memory.incomingIsInUse = false }
        return try body(UnsafeMutableRawBufferPointer(start: memory.incoming.baseAddress, count: byteCount))
    }
}
