internal import Glibc

/// Cuts the bytes that a socket delivers into frames.
///
/// Small frames are read many at a time; the body of a large one is read straight into its place.
struct FrameReader {
    /// What reading a socket came to.
    enum Progress: Equatable {
        /// Some bytes arrived.
        case advanced
        /// Nothing is there at the moment.
        case wouldBlock
        /// The other side is gone.
        case ended
    }

    private var buffer: [UInt8]
    private var start = 0
    private var end = 0
    /// A large frame of which a part has arrived, and its full size.
    private var partial: [UInt8] = []
    private var partialSize = 0
    private var complete: Frame?

    init(bufferSize: Int = 64 << 10) {
        buffer = [UInt8](unsafeUninitializedCapacity: bufferSize) { memory, count in
            memory.initialize(repeating: 0)
            count = bufferSize
        }
    }

    /// The next frame that is complete, if there is one.
    ///
    /// Throws when the bytes are no frame: the link is then useless.
    mutating func next() throws(FrameError) -> Frame? {
        if let frame = complete {
            complete = nil
            return frame
        }
        guard partialSize == 0, end - start >= Frame.headerSize else { return nil }
        let size = try buffer.withUnsafeBufferPointer { (memory) throws(FrameError) in
            try Frame.validate(
                header: UnsafeRawBufferPointer(
                    UnsafeBufferPointer(rebasing: memory[start..<start + Frame.headerSize])
                )
            )
        }
        let frameSize = Frame.headerSize + size
        if end - start >= frameSize {
            let frame = try Frame(received: Array(buffer[start..<start + frameSize]))
            start += frameSize
            if start == end { (start, end) = (0, 0) }
            return frame
        }
        if frameSize > buffer.count {
            // It will not fit: go on in an array of its own, which grows as the bytes come in, since the length is only a claim.
            partial = Array(buffer[start..<end])
            partialSize = frameSize
            (start, end) = (0, 0)
        }
        return nil
    }

    /// Reads once from the socket.
    ///
    /// To be called when `next` has nothing left.
    mutating func read(from socket: Int32, waits: Bool = true) -> Progress {
        let flags = waits ? 0 : Int32(MSG_DONTWAIT)
        return partialSize > 0 ? readPartial(from: socket, flags) : readBuffer(from: socket, flags)
    }

    private mutating func readBuffer(from socket: Int32, _ flags: Int32) -> Progress {
        // Without room nothing could be read, which looks like the end of the socket.
        makeRoom()
        let room = buffer.count - end
        let count = buffer.withUnsafeMutableBytes { memory in
            FrameReader.receive(
                socket,
                flags,
                UnsafeMutableRawBufferPointer(rebasing: memory[(memory.count - room)...])
            )
        }
        guard count > 0 else { return FrameReader.progress(count) }
        end += count
        return .advanced
    }

    /// Moves the beginning of a frame, perhaps of its header only, to the beginning of the buffer.
    private mutating func makeRoom() {
        guard start > 0 else { return }
        buffer.withUnsafeMutableBytes { memory in
            let rest = UnsafeRawBufferPointer(rebasing: memory[start..<end])
            memory.copyMemory(from: rest)
        }
        (start, end) = (0, end - start)
    }

    private mutating func readPartial(from socket: Int32, _ flags: Int32) -> Progress {
        let have = partial.count
        let wanted = min(partialSize - have, max(1 << 20, have))
        partial.reserveCapacity(have + wanted)
        var count = 0
        partial.append(addingCapacity: wanted) { output in
            output.withUnsafeMutableBufferPointer { memory, initializedCount in
                count = FrameReader.receive(socket, flags, UnsafeMutableRawBufferPointer(memory))
                initializedCount = max(0, count)
            }
        }
        guard count > 0 else { return FrameReader.progress(count) }
        if partial.count == partialSize {
            // The header was validated when the partial frame began.
            complete = try? Frame(received: partial)
            partial = []
            partialSize = 0
        }
        return .advanced
    }

    private static func receive(_ socket: Int32, _ flags: Int32, _ memory: UnsafeMutableRawBufferPointer)
        -> Int
    {
        while true {
            let count = recv(socket, memory.baseAddress, memory.count, flags)
            if count >= 0 || errno != EINTR { return count }
        }
    }

    private static func progress(_ count: Int) -> Progress {
        count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? .wouldBlock : .ended
    }
}
