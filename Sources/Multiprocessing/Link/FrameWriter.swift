internal import DequeModule

/// Puts frames into a ring whose reader must not be waited for: what finds no room waits here.
struct FrameWriter {
    private var ring: RingWriter
    private var frames: Deque<Frame> = []
    /// How much of the first one is in the ring.
    private var written = 0

    init(_ ring: Ring) { self.ring = RingWriter(ring) }

    /// Whether everything is in the ring.
    var isEmpty: Bool { frames.isEmpty }

    /// Writes a frame, as far as there is room, behind those that wait.
    mutating func append(_ frame: consuming Frame) {
        if frames.isEmpty {
            written = frame.bytes.withUnsafeBytes { ring.write($0) }
            guard written < frame.bytes.count else {
                written = 0
                return
            }
        }
        frames.append(frame)
    }

    /// Writes as much of what waits as there is room for; says whether that was anything.
    mutating func write() -> Bool {
        var hasWritten = false
        while let frame = frames.first {
            let count = frame.bytes.withUnsafeBytes {
                ring.write(UnsafeRawBufferPointer(rebasing: $0[written...]))
            }
            hasWritten = hasWritten || count > 0
            written += count
            guard written == frame.bytes.count else { return hasWritten }
            frames.removeFirst()
            written = 0
        }
        return hasWritten
    }

    /// Takes out the frames that were not written to their end: none of them can have been received.
    mutating func removeUnwritten() -> [Frame] {
        defer {
            frames.removeAll()
            written = 0
        }
        return Array(frames)
    }

    /// Whether the reader sleeps, and is to be woken by the caller, who has written something.
    func mustWakeReader() -> Bool { ring.mustWakeReader() }

    /// Has the reader wake the writer once it has read something.
    func askForRoom() { ring.askForRoom() }
}
