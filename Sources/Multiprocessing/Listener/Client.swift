internal import Glibc
internal import MessageCoding

/// Connects to the listeners of other programs.
///
/// As `multiprocessing.connection.Client` in Python.
public enum Client<Message: Codable & Sendable> {
    /// Connects to a `Listener`, which must exchange messages of the same type.
    ///
    /// ```swift
    /// let connection = try Client<String>.connect(to: .tcp(host: "node7", port: 4000), key: key)
    /// ```
    ///
    /// - Parameters:
    ///   - address: Where the listener is.
    ///   - key: The key of the listener, which proves that it knows it, too; `nil` if it has none.
    ///   - maximumMessageSize: The size in bytes of the greatest message that this end receives.
    ///   - timeout: How long connecting and the handshake may take together; `nil` waits as long as it takes.
    /// - Returns: The connection.
    /// - Throws: `ProcessingError` of kind `notFound` when nobody listens there, `authentication` when the keys differ or only one
    ///   side has one, `coding` when the listener has messages of another type, `transport` when what answers is no
    ///   listener, `endOfStream` when it goes away in between, `misuse` for an impossible address or an empty key, or `timedOut`.
    ///
    /// As `multiprocessing.connection.Client` in Python.
    public static func connect(
        to address: SocketAddress,
        key: AuthenticationKey?,
        maximumMessageSize: Int = 1 << 30,
        timeout: Duration? = nil
    ) throws -> SocketConnection<Message> {
        let deadline = ContinuousClock.Instant.deadline(after: timeout)
        return try connect(to: address, key, maximumMessageSize, until: deadline) { _ in }
    }

    /// Connects to a `Listener` without blocking the thread.
    ///
    /// See the variant that blocks.
    public static func connect(
        to address: SocketAddress,
        key: AuthenticationKey?,
        maximumMessageSize: Int = 1 << 30,
        timeout: Duration? = nil
    ) async throws -> SocketConnection<Message> {
        // On a thread of its own: looking up a name cannot be waited for otherwise, and the listener's patience must not
        // depend on how busy the tasks of this program are.
        let deadline = ContinuousClock.Instant.deadline(after: timeout)
        let attempt = WaitingRoom(Attempt())
        try NativeThread(name: "mpi-connect") {
            let outcome = Result { () throws(ProcessingError) in
                try connect(to: address, key, maximumMessageSize, until: deadline) { socket in
                    let isAbandoned = attempt.withLock { attempt in
                        attempt.socket = socket
                        return attempt.isAbandoned
                    }
                    if isAbandoned { socket.close() }
                }
            }
            attempt.change { $0.outcome = outcome }
        }.detach()
        do {
            guard let outcome = try await attempt.wait(until: deadline, for: { $0.outcome }) else {
                throw noAnswer(address)
            }
            return try outcome.get()
        } catch {
            let socket = attempt.withLock { attempt in
                attempt.isAbandoned = true
                return attempt.socket
            }
            socket?.close()
            throw error
        }
    }

    /// What a task knows of the thread that connects for it.
    private struct Attempt: Sendable {
        var socket: SocketDescriptor?
        /// Whether nobody waits any more.
        var isAbandoned = false
        var outcome: Result<SocketConnection<Message>, ProcessingError>?
    }

    /// Connects, and hands out the socket before the handshake, so that closing it can end that.
    private static func connect(
        to address: SocketAddress,
        _ key: AuthenticationKey?,
        _ maximumMessageSize: Int,
        until deadline: ContinuousClock.Instant?,
        onSocket: (SocketDescriptor) -> Void
    ) throws(ProcessingError) -> SocketConnection<Message> {
        try key.check()
        let socket = try SocketConnector.connect(to: address, until: deadline)
        onSocket(socket)
        var exchange = HandshakeExchange(
            Handshake(
                role: .client,
                key: key,
                type: TypeFingerprint.of(Message.self),
                maximumMessageSize: maximumMessageSize
            )
        )
        let peerMaximum = try socket.use { (descriptor) throws(ProcessingError) in
            while true {
                switch exchange.advance(over: descriptor) {
                case .agreed(let peerMaximum): return peerMaximum
                case .refused(let refusal): throw refusal.error(with: "\(address)")
                case .ended:
                    throw ProcessingError(
                        .endOfStream,
                        "\(address) has closed the connection during the handshake"
                    )
                case .waits(let readiness):
                    guard readiness.wait(for: descriptor, until: deadline) else { throw noAnswer(address) }
                }
            }
        }
        let link = MessageLink(socket, maximumMessageSize: maximumMessageSize, peerMaximum: peerMaximum)
        return SocketConnection(link, peerAddress: address)
    }

    private static func noAnswer(_ address: SocketAddress) -> ProcessingError {
        ProcessingError(.timedOut, "\(address) has not finished the handshake in time")
    }
}

/// Makes sockets that are connected.
enum SocketConnector {
    /// Connects a socket, blocking the thread.
    static func connect(to address: SocketAddress, until deadline: ContinuousClock.Instant?)
        throws(ProcessingError) -> SocketDescriptor
    {
        var reason = SystemError(EADDRNOTAVAIL)
        for candidate in try address.resolved(forListening: false) {
            let socket = try SocketDescriptor.make(family: candidate.family)
            let failure = try socket.use { (descriptor) throws(ProcessingError) in
                if case .tcp = address { SocketDescriptor.prepareConnection(descriptor) }
                return candidate.family == AF_UNIX
                    ? connectLocally(descriptor, candidate, deadline)
                    : connect(descriptor, candidate, deadline)
            }
            guard let failure else { return socket }
            guard failure.number != ETIMEDOUT || deadline.map({ $0 > .now }) ?? true else {
                throw ProcessingError(.timedOut, "\(address) could not be reached in time")
            }
            reason = failure
        }
        let isAbsent = [ECONNREFUSED, ENOENT].contains(reason.number)
        throw ProcessingError(
            isAbsent ? .notFound : .transport,
            isAbsent ? "nobody listens at \(address)" : "\(address) cannot be reached: \(reason)"
        )
    }

    /// Connects over a network; returns what went wrong.
    private static func connect(
        _ descriptor: Int32,
        _ address: SystemAddress,
        _ deadline: ContinuousClock.Instant?
    ) -> SystemError? {
        if address.withSocketAddress({ Glibc.connect(descriptor, $0, $1) }) == 0 { return nil }
        guard errno == EINPROGRESS || errno == EINTR else { return SystemError() }
        guard SocketReadiness.room.wait(for: descriptor, until: deadline) else {
            return SystemError(ETIMEDOUT)
        }
        var number: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size)
        return number == 0 ? nil : SystemError(number)
    }

    /// Connects on this machine; returns what went wrong.
    ///
    /// When too many wait to be accepted, a socket that does not block cannot wait for its turn: so it blocks for this while.
    private static func connectLocally(
        _ descriptor: Int32,
        _ address: SystemAddress,
        _ deadline: ContinuousClock.Instant?
    ) -> SystemError? {
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK)
        defer { _ = fcntl(descriptor, F_SETFL, flags) }
        while true {
            if let deadline {
                let (seconds, attoseconds) = max(.zero, ContinuousClock.now.duration(to: deadline)).components
                // Zero would mean no limit.
                let fraction = max(seconds > 0 ? 0 : 1, Int(attoseconds / 1_000_000_000_000))
                var limit = timeval(tv_sec: Int(min(seconds, 1_000_000)), tv_usec: fraction)
                setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            }
            if address.withSocketAddress({ Glibc.connect(descriptor, $0, $1) }) == 0 { return nil }
            if errno == EINTR { continue }
            return SystemError(errno == EAGAIN ? ETIMEDOUT : errno)
        }
    }
}
