internal import DequeModule
internal import Glibc

/// Frames that wait to be written to a socket that must not be waited for.
struct FrameWriter {
    private var frames: Deque<Frame> = []
    private var written = 0

    var isEmpty: Bool { frames.isEmpty }

    mutating func append(_ frame: Frame) { frames.append(frame) }

    /// Writes as much as the socket takes.
    ///
    /// Returns false when the other side is gone.
    mutating func write(to socket: Int32) -> Bool {
        while let frame = frames.first {
            let count = frame.bytes.withUnsafeBytes { memory in
                send(
                    socket,
                    memory.baseAddress?.advanced(by: written),
                    memory.count - written,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                )
            }
            if count < 0 {
                if errno == EINTR { continue }
                return errno == EAGAIN || errno == EWOULDBLOCK
            }
            written += count
            if written == frame.bytes.count {
                frames.removeFirst()
                written = 0
            }
        }
        return true
    }

    /// Takes out the frames that were not written to their end: none of them can have been received.
    mutating func removeUnwritten() -> [Frame] {
        defer {
            frames.removeAll()
            written = 0
        }
        return Array(frames)
    }
}
