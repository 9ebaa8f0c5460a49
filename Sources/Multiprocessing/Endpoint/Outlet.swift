internal import Glibc

/// The way out of an endpoint: to the Host of the same rank.
protocol Outlet: Sendable {
    /// Hands the frame over. Throws when the Host is gone.
    func send(_ frame: consuming Frame) throws(ProcessingError)
}

/// The way in, for an endpoint whose frames are not delivered by another thread.
protocol Inlet: Sendable {
    /// Waits for bytes and returns the frames that are complete, perhaps none; `nil` when the Host is gone.
    /// Only one thread at a time may call it.
    func read() throws(ProcessingError) -> [Frame]?
}

/// The socket between a process and the Host of its rank, as the process has it.
final class HostSocket: Outlet, Inlet {
    private let socket: Int32
    private let writing = Monitor(())
    private let reading: Monitor<FrameReader>

    init(socket: Int32) {
        self.socket = socket
        reading = Monitor(FrameReader())
    }

    func send(_ frame: consuming Frame) throws(ProcessingError) {
        let bytes = frame.bytes
        try writing.withLock { (_) throws(ProcessingError) in
            var written = 0
            while written < bytes.count {
                let count = bytes.withUnsafeBytes { memory in
                    Glibc.send(
                        socket,
                        memory.baseAddress?.advanced(by: written),
                        memory.count - written,
                        Int32(MSG_NOSIGNAL)
                    )
                }
                if count < 0 {
                    if errno == EINTR { continue }
                    throw ProcessingError(.transport, "the Host of this process is gone: \(SystemError())")
                }
                written += count
            }
        }
    }

    func read() throws(ProcessingError) -> [Frame]? {
        do {
            return try reading.withLock { (reader) throws(FrameError) -> [Frame]? in
                guard reader.read(from: socket) != .ended else { return nil }
                var frames: [Frame] = []
                while let frame = try reader.next() { frames.append(frame) }
                return frames
            }
        } catch {
            throw ProcessingError(.transport, "the Host of this process sent \(error)")
        }
    }
}
