internal import Glibc
internal import Synchronization

/// The messages of a connection as bytes, in both directions, with and without blocking the thread.
///
/// Any number of threads and tasks may use it at once: every message is sent and received in one piece.
final class MessageLink: Sendable {
    private struct Receiving {
        var assembly = MessageAssembly()
        /// Why nothing more can be received.
        var failure: ProcessingError?
    }

    private struct Sending {
        /// Whether somebody is sending.
        var isTaken = false
        /// Whether a message was left unfinished, so that nothing can follow it.
        var isBroken = false
    }

    /// The size of the greatest message that is received.
    let maximumMessageSize: Int
    private let peerMaximum: Int
    private let socket: SocketDescriptor
    private let receiving = Mutex(Receiving())
    private let sending = WaitingRoom(Sending())

    /// A link over a socket whose handshake is done.
    init(_ socket: SocketDescriptor, maximumMessageSize: Int, peerMaximum: Int) {
        self.socket = socket
        self.maximumMessageSize = maximumMessageSize
        self.peerMaximum = min(peerMaximum, MessageHeader.greatestCount)
    }

    var isClosed: Bool { socket.isClosed }

    func close() { socket.close() }

    // MARK: Sending

    /// Begins a message: room for its header, to which the body is appended.
    static func makeMessage(reserving count: Int = 0) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(MessageHeader.byteCount + count)
        message += [UInt8](repeating: 0, count: MessageHeader.byteCount)
        return message
    }

    /// Sends a message that `makeMessage` has begun.
    func send(
        _ message: consuming [UInt8],
        _ kind: MessageHeader.Kind,
        until deadline: ContinuousClock.Instant?
    )
        throws(ProcessingError)
    {
        let message = try seal(message, kind)
        guard let isBroken = sending.wait(until: deadline, for: Self.takeTurn) else { throw Self.noRoom }
        defer { sending.change { $0.isTaken = false } }
        try checkSending(isBroken)
        try socket.use { (descriptor) throws(ProcessingError) in
            var sent = 0
            while try !write(message, from: &sent, to: descriptor) {
                guard SocketReadiness.room.wait(for: descriptor, until: deadline) else {
                    giveUp(descriptor, after: sent)
                    throw Self.noRoom
                }
            }
        }
    }

    /// Sends a message that `makeMessage` has begun, without blocking the thread.
    func send(
        _ message: consuming [UInt8],
        _ kind: MessageHeader.Kind,
        until deadline: ContinuousClock.Instant?
    )
        async throws
    {
        let message = try seal(message, kind)
        guard let isBroken = try await sending.wait(until: deadline, for: Self.takeTurn) else {
            throw Self.noRoom
        }
        defer { sending.change { $0.isTaken = false } }
        try checkSending(isBroken)
        let descriptor = try socket.enter()
        defer { socket.leave() }
        var sent = 0
        while try !write(message, from: &sent, to: descriptor) {
            do {
                try await wait(for: .room, at: descriptor, until: deadline, orThrow: Self.noRoom)
            } catch {
                giveUp(descriptor, after: sent)
                throw error
            }
        }
    }

    private static let noRoom = ProcessingError(
        .timedOut,
        "sending over a connection: the far end has not taken enough in time"
    )

    /// Returns whether sending is broken, once it is the caller's turn.
    private static func takeTurn(_ sending: inout Sending) -> Bool? {
        guard !sending.isTaken else { return nil }
        sending.isTaken = true
        return sending.isBroken
    }

    private func checkSending(_ isBroken: Bool) throws(ProcessingError) {
        guard isBroken else { return }
        throw ProcessingError(
            .closed,
            "sending over a connection: an earlier message was given up when a part of it was on its way"
        )
    }

    private func seal(_ message: consuming [UInt8], _ kind: MessageHeader.Kind) throws(ProcessingError)
        -> [UInt8]
    {
        let count = message.count - MessageHeader.byteCount
        guard count <= peerMaximum else {
            throw ProcessingError(
                .tooLong,
                "a message of \(count) bytes was not sent: the far end takes at most \(peerMaximum) (its `maximumMessageSize`)"
            )
        }
        message.replaceSubrange(
            0..<MessageHeader.byteCount,
            with: MessageHeader(kind: kind, count: count).bytes
        )
        return message
    }

    /// Sends as much as there is room for; returns whether that was all.
    private func write(_ message: [UInt8], from sent: inout Int, to descriptor: Int32) throws(ProcessingError)
        -> Bool
    {
        while sent < message.count {
            let start = sent
            let count = message.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
                return Glibc.send(
                    descriptor,
                    rest.baseAddress,
                    rest.count,
                    Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
                )
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return false }
            guard count >= 0 else {
                let reason = SystemError()
                throw ProcessingError(.closed, "sending over a connection: the far end is gone: \(reason)")
            }
            sent += count
        }
        return true
    }

    /// Leaves a message unfinished.
    ///
    /// If a part of it is on its way, the far end shall learn that no more comes, rather than take what follows for the rest.
    private func giveUp(_ descriptor: Int32, after sent: Int) {
        guard sent > 0 else { return }
        sending.withLock { $0.isBroken = true }
        shutdown(descriptor, Int32(SHUT_WR))
    }

    // MARK: Receiving

    /// Receives the next message.
    ///
    /// One that is longer than `limit`, or of another kind, stays where it is.
    func receive(_ kind: MessageHeader.Kind, limit: Int, until deadline: ContinuousClock.Instant?)
        throws(ProcessingError) -> [UInt8]
    {
        try socket.use { (descriptor) throws(ProcessingError) in
            while true {
                if let body = try readMessage(kind, limit, from: descriptor) { return body }
                guard SocketReadiness.input.wait(for: descriptor, until: deadline) else {
                    throw Self.nothingCame
                }
            }
        }
    }

    /// Receives the next message without blocking the thread.
    func receive(_ kind: MessageHeader.Kind, limit: Int, until deadline: ContinuousClock.Instant?)
        async throws -> [UInt8]
    {
        try Task.checkCancellation()
        let descriptor = try socket.enter()
        defer { socket.leave() }
        while true {
            if let body = try readMessage(kind, limit, from: descriptor) { return body }
            try await wait(for: .input, at: descriptor, until: deadline, orThrow: Self.nothingCame)
        }
    }

    private static let nothingCame = ProcessingError(
        .timedOut,
        "receiving from a connection: no message has come in time"
    )

    /// Whether there is something to receive, or the stream has ended.
    func poll(until deadline: ContinuousClock.Instant?) throws(ProcessingError) -> Bool {
        try socket.use { hasMessage || SocketReadiness.input.wait(for: $0, until: deadline) }
    }

    /// Whether a message waits here of which the system has nothing any more: an empty one that was not taken.
    private var hasMessage: Bool {
        receiving.withLock { $0.assembly.header != nil && $0.assembly.missing == 0 }
    }

    /// Whether there is something to receive, or the stream has ended, without blocking the thread.
    func poll(until deadline: ContinuousClock.Instant?) async throws -> Bool {
        let descriptor = try socket.enter()
        defer { socket.leave() }
        if hasMessage || SocketReadiness.input.wait(for: descriptor, until: .now) { return true }
        do {
            try await wait(for: .input, at: descriptor, until: deadline, orThrow: Self.nothingCame)
            return true
        } catch let error as ProcessingError where error == Self.nothingCame {
            return false
        }
    }

    /// Reads as far as bytes are there; returns the message if that completes it.
    private func readMessage(_ kind: MessageHeader.Kind, _ limit: Int, from descriptor: Int32)
        throws(ProcessingError) -> [UInt8]?
    {
        try receiving.withLock { (receiving) throws(ProcessingError) in
            if let failure = receiving.failure { throw failure }
            while true {
                if let header = receiving.assembly.header {
                    guard header.kind == kind else { throw Self.otherKind(header.kind) }
                    guard header.count <= limit else {
                        throw ProcessingError(
                            .tooLong,
                            "a message of \(header.count) bytes waits, where at most \(limit) were asked for"
                        )
                    }
                    if let body = receiving.assembly.take() { return body }
                }
                let count = try readOnce(&receiving, from: descriptor)
                if count > 0 || (count < 0 && errno == EINTR) { continue }
                if count < 0, errno == EAGAIN { return nil }
                throw ending(&receiving, count < 0 ? SystemError() : nil)
            }
        }
    }

    private func readOnce(_ receiving: inout Receiving, from descriptor: Int32) throws(ProcessingError) -> Int
    {
        guard receiving.assembly.header == nil else {
            return receiving.assembly.extendBody {
                recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
            }
        }
        var bytes = [UInt8](repeating: 0, count: receiving.assembly.missing)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        guard count > 0 else { return count }
        do {
            try receiving.assembly.appendToHeader(bytes.prefix(count), maximum: maximumMessageSize)
        } catch {
            // Where the next message begins cannot be known any more.
            receiving.failure = error
            socket.close()
            throw error
        }
        return count
    }

    /// What the end of the input means.
    private func ending(_ receiving: inout Receiving, _ reason: SystemError?) -> ProcessingError {
        if socket.isClosed { return ProcessingError(.closed, "receiving from a connection: it was closed") }
        let text = reason.map { ": \($0)" } ?? ""
        let failure =
            receiving.assembly.isEmpty
            ? ProcessingError(.endOfStream, "receiving from a connection: the far end is gone\(text)")
            : ProcessingError(
                .transport,
                "receiving from a connection: the far end went away in the middle of a message\(text)"
            )
        receiving.failure = failure
        return failure
    }

    private static func otherKind(_ kind: MessageHeader.Kind) -> ProcessingError {
        ProcessingError(
            .misuse,
            kind == .bytes
                ? "what has arrived are bytes, for `receiveBytes`"
                : "what has arrived is a value, for `receive`"
        )
    }

    private func wait(
        for readiness: SocketReadiness,
        at descriptor: Int32,
        until deadline: ContinuousClock.Instant?,
        orThrow timeUp: ProcessingError
    ) async throws {
        switch await SocketWatcher.shared.wait(for: readiness, at: descriptor, until: deadline) {
        case .ready, .woken: break
        case .timedOut: throw timeUp
        case .cancelled: throw CancellationError()
        case .failed(let error): throw error
        }
    }
}

extension ContinuousClock.Instant {
    /// The moment at which a wait of that length is over; `nil` for never.
    static func deadline(after timeout: Duration?) -> ContinuousClock.Instant? {
        Timeout(timeout).deadline(from: .now)
    }
}
