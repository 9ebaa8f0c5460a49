internal import Synchronization

/// How a window got its memory.
public enum WindowFlavor: Sendable, Hashable {
    /// The program had it.
    ///
    /// The corresponding C constant is `MPI_WIN_FLAVOR_CREATE`.
    case created

    /// The library provided it.
    ///
    /// The corresponding C constant is `MPI_WIN_FLAVOR_ALLOCATE`.
    case allocated

    /// It is attached and detached.
    ///
    /// The corresponding C constant is `MPI_WIN_FLAVOR_DYNAMIC`.
    case dynamic

    /// All ranks of a node share it.
    ///
    /// The corresponding C constant is `MPI_WIN_FLAVOR_SHARED`.
    case shared
}

/// Memory of each rank that the other ranks read and write without its doing.
///
/// A rank accesses the memory of others within an *epoch*: the body of ``fence(_:)``, ``lock(_:isExclusive:_:)`` or ``lockAll(_:)``, or of
/// ``start(_:_:)`` while the others are in ``post(_:_:)``. What was put is there, and what was got is known, when the body has ended.
///
/// ```swift
/// let window = try world.makeWindow(count: 10, of: Double.self)
/// try window.fence { access in
///     try access.put([1.5], to: right, at: 3)
/// }
/// print(try window.withElements { $0[3] })
/// try window.free()
/// ```
/// MPI 3.1 chapter 11
public final class Window<Element: BufferElement>: @unchecked Sendable {
    // The handle is guarded by a lock; the memory is the ranks' to share, and they synchronize by epochs: hence the unchecked conformance.
    private let holder: Mutex<RawWindow?>
    // How many bodies are running that use the memory, which must not go away under them.
    let users = Atomic(0)
    private let isOwned: Bool
    private let memory: UnsafeMutableRawBufferPointer
    /// The ranks that have a part of the window.
    public let communicator: Communicator

    /// The number of elements of each rank.
    public let counts: [Int]

    init(
        _ raw: RawWindow,
        _ memory: UnsafeMutableRawBufferPointer,
        _ communicator: Communicator,
        isOwned: Bool = true
    ) throws(MPIError) {
        holder = Mutex(raw)
        self.isOwned = isOwned
        self.memory = memory
        self.communicator = communicator
        var counts = [Int](repeating: 0, count: communicator.size)
        let own = [memory.count / MemoryLayout<Element>.stride]
        try communicator.allGather(own.span, into: &counts)
        self.counts = counts
    }

    var raw: RawWindow {
        get throws(MPIError) {
            guard let raw = holder.withLock({ $0 }) else {
                throw MPIError(.window, call: "MPI_Win_free", text: "the window has been freed")
            }
            return raw
        }
    }

    /// Gives the window up, and its memory.
    ///
    /// Every rank calls it, outside of any epoch. A window that another binding has made stays, and is that one's to free.
    ///
    /// - Throws: `MPIError` of class `window` if it has been freed, and of class `accessSynchronization` in a body that uses the window,
    ///   which then goes on.
    ///
    /// Collective · blocking · `MPI_Win_free` (MPI 3.1 §11.2.5)
    public func free() throws(MPIError) {
        guard users.load(ordering: .acquiring) == 0 else {
            throw MPIError(
                .accessSynchronization,
                call: "MPI_Win_free",
                text: "the window cannot be freed while the body of an epoch, or of withElements, is running"
            )
        }
        let gone = holder.withLock { holder in
            defer { holder = nil }
            return holder
        }
        guard let gone else {
            throw MPIError(.window, call: "MPI_Win_free", text: "the window has been freed")
        }
        if isOwned { try gone.free() }
    }

    // MARK: The own part

    /// The number of elements that this rank has.
    public var count: Int { memory.count / MemoryLayout<Element>.stride }

    /// Works on the part of this rank.
    ///
    /// It must not be done while others may access the same elements: between two fences, in a lock of the own rank, or after a barrier.
    ///
    /// - Parameter body: Gets the elements, to read and to change.
    /// - Returns: What the body returns.
    /// - Throws: `MPIError` of class `window` if the window has been freed; what the body throws.
    ///
    /// Local · `MPI_Win_sync` (MPI 3.1 §11.5.4)
    public func withElements<Result>(_ body: (inout MutableSpan<Element>) throws -> Result) throws -> Result {
        try raw.sync()
        users.add(1, ordering: .acquiringAndReleasing)
        defer { users.subtract(1, ordering: .acquiringAndReleasing) }
        Element.settle(memory)
        var span = MutableSpan(
            _unsafeElements: memory.assumingMemoryBound(to: Element.self)
        )
        defer { try? raw.sync() }
        return try body(&span)
    }

    // MARK: Epochs

    /// Lets all ranks access each other's memory, and be accessed.
    ///
    /// Every rank calls it; a rank that wants nothing gives an empty body.
    ///
    /// - Parameter body: Accesses the memory of others, by its argument.
    /// - Returns: What the body returns.
    /// - Throws: `MPIError` if the MPI library fails; what the body throws, after the end of the epoch.
    ///
    /// Collective · blocking · `MPI_Win_fence` (MPI 3.1 §11.5.1)
    public func fence<Result>(_ body: (WindowAccess<Element>) throws -> Result) throws -> Result {
        let raw = try raw
        try raw.fence()
        return try epoch(nil, body) { () throws(MPIError) in try raw.fence() }
    }

    /// Accesses the memory of one rank, which need not do anything for it.
    ///
    /// - Parameters:
    ///   - rank: The rank.
    ///   - isExclusive: Whether no other rank may access that memory meanwhile.
    ///   - body: Accesses the memory, by its argument.
    /// - Returns: What the body returns.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails; what the body throws, after the end of the epoch.
    ///
    /// Local, though it may wait for other ranks' locks · `MPI_Win_lock`, `MPI_Win_unlock` (MPI 3.1 §11.5.3)
    public func lock<Result>(
        _ rank: Int,
        isExclusive: Bool = false,
        _ body: (WindowAccess<Element>) throws -> Result
    ) throws -> Result {
        let raw = try raw
        let number = try communicator.destination(rank, "MPI_Win_lock")
        try raw.lock(number, isExclusive: isExclusive)
        return try epoch([rank], body) { () throws(MPIError) in try raw.unlock(number) }
    }

    /// Accesses the memory of all ranks, which need not do anything for it.
    ///
    /// - Parameter body: Accesses the memory, by its argument.
    /// - Returns: What the body returns.
    /// - Throws: `MPIError` if the MPI library fails; what the body throws, after the end of the epoch.
    ///
    /// Local · `MPI_Win_lock_all`, `MPI_Win_unlock_all` (MPI 3.1 §11.5.3)
    public func lockAll<Result>(_ body: (WindowAccess<Element>) throws -> Result) throws -> Result {
        let raw = try raw
        try raw.lockAll()
        return try epoch(nil, body) { () throws(MPIError) in try raw.unlockAll() }
    }

    /// Accesses the memory of some ranks, which let this one do so by ``post(_:_:)``.
    ///
    /// - Parameters:
    ///   - ranks: The ranks.
    ///   - body: Accesses their memory, by its argument.
    /// - Returns: What the body returns.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails; what the body throws, after the end of the epoch.
    ///
    /// Blocking · `MPI_Win_start`, `MPI_Win_complete` (MPI 3.1 §11.5.2)
    public func start<Result>(_ ranks: [Int], _ body: (WindowAccess<Element>) throws -> Result) throws
        -> Result
    {
        let raw = try raw
        let group = try communicator.group.including(ranks)
        try raw.start(group.raw)
        return try epoch(ranks, body) { () throws(MPIError) in try raw.complete() }
    }

    /// Lets some ranks access the memory of this one by ``start(_:_:)``, and waits until they have done.
    ///
    /// - Parameters:
    ///   - ranks: The ranks.
    ///   - body: What to do meanwhile.
    /// - Returns: What the body returns.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails; what the body throws, after the others have done.
    ///
    /// Blocking · `MPI_Win_post`, `MPI_Win_wait`, `MPI_Win_test` (MPI 3.1 §11.5.2)
    public func post<Result>(_ ranks: [Int], _ body: () throws -> Result = {}) throws -> Result {
        let raw = try raw
        let group = try communicator.group.including(ranks)
        try raw.post(group.raw)
        users.add(1, ordering: .acquiringAndReleasing)
        defer { users.subtract(1, ordering: .acquiringAndReleasing) }
        let result = Swift.Result { try body() }
        var backoff = Backoff()
        while try !raw.test() { backoff.pause() }
        return try result.get()
    }

    private func epoch<Result>(
        _ ranks: [Int]?,
        _ body: (WindowAccess<Element>) throws -> Result,
        end: () throws(MPIError) -> Void
    ) throws -> Result {
        let access = WindowAccess(self, try raw, ranks)
        users.add(1, ordering: .acquiringAndReleasing)
        defer { users.subtract(1, ordering: .acquiringAndReleasing) }
        let result = Swift.Result { try body(access) }
        do throws(MPIError) {
            try end()
            access.close()
        } catch {
            access.abandon()
            throw error
        }
        return try result.get()
    }

    // MARK: What is known of it

    /// How the window got its memory.
    ///
    /// - Throws: `MPIError` of class `window` if it has been freed.
    ///
    /// Local · `MPI_WIN_CREATE_FLAVOR` (MPI 3.1 §11.2.6)
    public var flavor: WindowFlavor {
        get throws(MPIError) { try raw.flavor() }
    }

    /// Whether what others put is in the memory of this rank without any doing of its own.
    ///
    /// - Throws: `MPIError` of class `window` if it has been freed.
    ///
    /// Local · `MPI_WIN_MODEL` (MPI 3.1 §11.4)
    public var hasUnifiedMemory: Bool {
        get throws(MPIError) { try raw.hasUnifiedMemory() }
    }

    /// The ranks of the window as a group.
    ///
    /// - Throws: `MPIError` of class `window` if it has been freed.
    ///
    /// Local · `MPI_Win_get_group` (MPI 3.1 §11.2.7)
    public var group: Group {
        get throws(MPIError) { try Group(raw.group()) }
    }

    /// The hints that the library makes use of.
    ///
    /// - Throws: `MPIError` of class `window` if it has been freed.
    ///
    /// Local · `MPI_Win_get_info` (MPI 3.1 §11.2.7)
    public var info: Info {
        get throws(MPIError) { try Info(raw.info()) }
    }

    /// Gives the library hints.
    ///
    /// Every rank calls it.
    ///
    /// - Parameter info: The hints.
    /// - Throws: `MPIError` of class `window` if it has been freed.
    ///
    /// Collective · `MPI_Win_set_info` (MPI 3.1 §11.2.7)
    public func apply(_ info: Info) throws(MPIError) {
        let raw = try raw
        try info.withRaw { (info) throws(MPIError) in try raw.setInfo(info) }
    }

    /// The name of the window, which shows in tools.
    ///
    /// - Throws: `MPIError` of class `window` if it has been freed.
    ///
    /// Local · `MPI_Win_get_name` (MPI 3.1 §6.8)
    public var name: String {
        get throws(MPIError) { try raw.name() }
    }

    /// Gives the window a name.
    ///
    /// - Parameter name: The name. What is too long for the library is cut off.
    /// - Throws: `MPIError` of class `window` if it has been freed.
    ///
    /// Local · `MPI_Win_set_name` (MPI 3.1 §6.8)
    public func rename(to name: String) throws(MPIError) { try raw.rename(to: name) }

    /// Decides what happens when the library finds an error in an operation of this window.
    ///
    /// - Parameter handling: What happens.
    /// - Throws: `MPIError` of class `window` if it has been freed.
    ///
    /// Local · `MPI_Win_set_errhandler` (MPI 3.1 §8.3.2)
    public func handleErrors(by handling: ErrorHandling) throws(MPIError) {
        try raw.setErrorHandler(handling)
    }

    /// Does with an error of the program's own what is done with those of the library.
    ///
    /// - Parameter error: The error; its code is what counts.
    /// - Throws: `MPIError` of class `window` if it has been freed.
    ///
    /// Local · `MPI_Win_call_errhandler` (MPI 3.1 §8.3.4)
    public func handle(_ error: MPIError) throws(MPIError) {
        try raw.callErrorHandler(Int32(truncatingIfNeeded: error.code))
    }
}

extension Communicator {
    /// Makes a window with memory that the library provides, of 0 bits.
    ///
    /// Every rank calls it, with a number of its own.
    ///
    /// - Parameters:
    ///   - count: How many elements this rank has.
    ///   - type: The type of the elements.
    ///   - info: Hints for the library.
    /// - Returns: The window; ``Window/free()`` gives it back.
    /// - Throws: `MPIError` if the number is negative on any rank, or the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Win_allocate`, `MPI_Win_allocate_shared` (MPI 3.1 §11.2)
    public final func makeWindow<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        info: Info = [:]
    ) throws(MPIError) -> Window<Element> {
        try expectWindowSize(count)
        let (window, memory) = try allocateWindow(byteCount: count * MemoryLayout<Element>.stride, type, info)
        if memory.count > 0 { memory.initializeMemory(as: UInt8.self, repeating: 0) }
        return try Window(window, memory, self)
    }

    /// On one node the ranks share the memory: Open MPI 4.1 crashes when it compares and swaps in memory that it accesses otherwise,
    /// and is slower.
    private final func allocateWindow<Element>(
        byteCount: Int,
        _ type: Element.Type,
        _ info: Info
    ) throws(MPIError) -> (RawWindow, UnsafeMutableRawBufferPointer) {
        let node = try splitByNode()
        let isShared = node.size == size
        try node.free()
        let raw = try raw
        var info = info
        if isShared, info["alloc_shared_noncontig"] == nil { info["alloc_shared_noncontig"] = "true" }
        let made = try info.withRaw { (info) throws(MPIError) in
            try RawWindow.allocate(
                byteCount: byteCount,
                unit: MemoryLayout<Element>.stride,
                isShared: isShared,
                info,
                raw
            )
        }
        return (made.window, UnsafeMutableRawBufferPointer(start: made.address, count: byteCount))
    }

    /// Makes a window with memory that begins with some elements.
    ///
    /// Every rank calls it, with elements of its own.
    ///
    /// - Parameters:
    ///   - elements: What the part of this rank begins with.
    ///   - info: Hints for the library.
    /// - Returns: The window; ``Window/free()`` gives it back.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Win_allocate`, in place of `MPI_Win_create` (MPI 3.1 §11.2.2)
    public final func makeWindow<Element: BufferElement>(_ elements: [Element], info: Info = [:])
        throws(MPIError)
        -> Window<Element>
    {
        // Memory of the library's: some libraries have no access to the program's own, or a slow one.
        let byteCount = elements.count * MemoryLayout<Element>.stride
        let (window, memory) = try allocateWindow(byteCount: byteCount, Element.self, info)
        elements.withUnsafeBytes { memory.copyMemory(from: $0) }
        return try Window(window, memory, self)
    }

    /// Makes a window for the time of a body.
    ///
    /// Every rank calls it.
    ///
    /// - Parameters:
    ///   - count: How many elements this rank has.
    ///   - type: The type of the elements.
    ///   - body: Uses the window.
    /// - Returns: What the body returns.
    /// - Throws: `MPIError` if the MPI library fails; what the body throws. If it throws on one rank alone, that rank waits for the others to
    ///   end their bodies, too.
    ///
    /// Collective · blocking · `MPI_Win_allocate`, `MPI_Win_free` (MPI 3.1 §11.2)
    public final func withWindow<Element: BufferElement, Result>(
        count: Int,
        of type: Element.Type = Element.self,
        _ body: (Window<Element>) throws -> Result
    ) throws -> Result {
        let window = try makeWindow(count: count, of: type)
        let result = Swift.Result { try body(window) }
        try window.free()
        return try result.get()
    }

    /// Makes every rank fail if one wants less than nothing.
    final func expectWindowSize(_ count: Int) throws(MPIError) {
        let failure = Self.failure { () throws(MPIError) in
            // Numbers of bytes would overflow.
            if count < 0 || count >= 1 << 48 {
                throw MPIError(.size, call: "MPI_Win_allocate", text: "\(count) is no number of elements")
            }
        }
        try agree(onCount: 0, failure, "MPI_Win_allocate")
    }
}
