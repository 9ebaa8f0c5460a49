internal import CProcessSupport

/// Bytes on their way from one process to another through memory that both have: one writes, the other reads, neither locks.
///
/// Both sides count the bytes since the beginning. A side that is about to sleep says so first, and looks once more; the
/// other one, having written or read, looks whether it is to be woken: so no wake-up is missed. Waking is not the ring's task.
///
/// Layout: four numbers, each on a cache line of its own — bytes written · bytes read · whether the reader wants to be woken
/// · whether the writer does — then the bytes. Either side may find anything there: the other process may have gone astray.
struct Ring: @unchecked Sendable {
    // Sendable because all that the two sides share is behind the four numbers, which are read and written atomically; an end of the ring is
    // a value, which one thread has at a time.
    static let controlSize = 4 * lineSize
    private static let lineSize = 64

    private let base: UnsafeMutableRawPointer
    /// How many bytes it holds: a power of two.
    let capacity: Int

    init(at base: UnsafeMutableRawPointer, capacity: Int) {
        self.base = base
        self.capacity = capacity
    }

    // MARK: Its numbers

    fileprivate enum Word: Int {
        case written, read, readerSleeps, writerSleeps
    }

    fileprivate func place(of word: Word) -> UnsafeMutableRawPointer { base + word.rawValue * Ring.lineSize }
    fileprivate func load(_ word: Word) -> UInt64 { cps_load_acquire(place(of: word)) }
    fileprivate func store(_ value: UInt64, _ word: Word) { cps_store_release(place(of: word), value) }

    /// Says that a side is about to sleep; what it waits for has to be looked at once more after that.
    fileprivate func announceSleep(_ word: Word) {
        store(1, word)
        cps_fence()
    }

    /// Whether a side has said that it sleeps and nobody has woken it yet; the caller has to wake it then.
    fileprivate func takeSleep(_ word: Word) -> Bool {
        cps_fence()
        return load(word) != 0 && cps_exchange(place(of: word), 0) != 0
    }

    // MARK: Its bytes

    fileprivate func copy(_ source: UnsafeRawBufferPointer, to position: UInt64) {
        guard let start = source.baseAddress else { return }
        let offset = Int(truncatingIfNeeded: position) & (capacity - 1)
        let first = min(source.count, capacity - offset)
        let bytes = base + Ring.controlSize
        (bytes + offset).copyMemory(from: start, byteCount: first)
        if first < source.count { bytes.copyMemory(from: start + first, byteCount: source.count - first) }
    }

    fileprivate func copy(from position: UInt64, to target: UnsafeMutableRawBufferPointer) {
        guard let start = target.baseAddress else { return }
        let offset = Int(truncatingIfNeeded: position) & (capacity - 1)
        let first = min(target.count, capacity - offset)
        let bytes = base + Ring.controlSize
        start.copyMemory(from: bytes + offset, byteCount: first)
        if first < target.count {
            (start + first).copyMemory(from: bytes, byteCount: target.count - first)
        }
    }
}

/// The end of a ring at which bytes go in.
struct RingWriter: Sendable {
    private let ring: Ring
    private var written: UInt64
    /// What the reader had read when it was last looked at.
    private var read: UInt64

    init(_ ring: Ring) {
        self.ring = ring
        written = ring.load(.written)
        read = ring.load(.read)
    }

    /// Writes as many of the bytes as there is room for, and returns their number.
    mutating func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        if ring.capacity - Int(truncatingIfNeeded: written &- read) < bytes.count { read = ring.load(.read) }
        // A reader that has gone astray may say that it has read what was never written.
        let used = Int(truncatingIfNeeded: written &- read)
        guard (0..<ring.capacity).contains(used) else { return 0 }
        let count = min(bytes.count, ring.capacity - used)
        ring.copy(UnsafeRawBufferPointer(rebasing: bytes[..<count]), to: written)
        written &+= UInt64(count)
        ring.store(written, .written)
        return count
    }

    /// Whether the reader sleeps, and is to be woken by the caller, who has written something.
    func mustWakeReader() -> Bool { ring.takeSleep(.readerSleeps) }

    /// Has the reader wake the writer once it has read something.
    func askForRoom() { ring.announceSleep(.writerSleeps) }
}

/// The end of a ring at which bytes come out.
struct RingReader: Sendable {
    private let ring: Ring
    private var written: UInt64
    private var read: UInt64

    init(_ ring: Ring) {
        self.ring = ring
        read = ring.load(.read)
        written = read
    }

    var capacity: Int { ring.capacity }
    /// How many bytes were there when `look` was last called and have not been taken.
    var count: Int { Int(truncatingIfNeeded: written &- read) }
    /// Whether something has been written since then.
    var hasInput: Bool { ring.load(.written) != written }

    /// Takes note of what has been written by now.
    ///
    /// Throws when the writer claims what cannot be: the link is then useless.
    mutating func look() throws(FrameError) {
        written = ring.load(.written)
        guard (0...ring.capacity).contains(count) else { throw .brokenRing }
    }

    /// Copies bytes without taking them; as many as `target` holds must be there.
    func peek(into target: UnsafeMutableRawBufferPointer) { ring.copy(from: read, to: target) }

    /// Takes bytes; as many as `target` holds must be there.
    mutating func take(into target: UnsafeMutableRawBufferPointer) {
        ring.copy(from: read, to: target)
        read &+= UInt64(target.count)
        ring.store(read, .read)
    }

    /// Takes bytes that were looked at; so many must be there.
    mutating func skip(_ count: Int) {
        read &+= UInt64(count)
        ring.store(read, .read)
    }

    /// Whether the writer waits for room, and is to be woken by the caller, who has taken something.
    func mustWakeWriter() -> Bool { ring.takeSleep(.writerSleeps) }

    /// Has the writer wake the reader once it has written something.
    ///
    /// What came before that is seen by `hasInput`.
    func askForInput() { ring.announceSleep(.readerSleeps) }

    /// Takes that back: the reader looks by itself.
    func withdrawAsking() { ring.store(0, .readerSleeps) }
}
