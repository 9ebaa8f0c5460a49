internal import Glibc
internal import MessageCoding
internal import Synchronization

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
        try key.check()
        let deadline = ContinuousClock.Instant.deadline(after: timeout)
        let socket = try SocketConnector.connect(to: address, until: deadline)
        var exchange = makeExchange(key, maximumMessageSize)
        let link = try socket.use { (descriptor) throws(ProcessingError) in
            while true {
                switch try finished(exchange.advance(over: descriptor), socket, address, maximumMessageSize) {
                case .link(let link): return link
                case .waits(let readiness):
                    guard readiness.wait(for: descriptor, until: deadline) else { throw noAnswer(address) }
                }
            }
        }
        return SocketConnection(link, peerAddress: address)
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
        try key.check()
        let deadline = ContinuousClock.Instant.deadline(after: timeout)
        let socket = try await SocketConnector.connect(to: address, until: deadline)
        var exchange = makeExchange(key, maximumMessageSize)
        let descriptor = try socket.enter()
        defer { socket.leave() }
        while true {
            switch try finished(exchange.advance(over: descriptor), socket, address, maximumMessageSize) {
            case .link(let link): return SocketConnection(link, peerAddress: address)
            case .waits(let readiness):
                switch await SocketWatcher.shared.wait(for: readiness, at: descriptor, until: deadline) {
                case .ready, .woken: break
                case .timedOut: throw noAnswer(address)
                case .cancelled: throw CancellationError()
                case .failed(let error): throw error
                }
            }
        }
    }

    private enum Outcome {
        case link(MessageLink)
        case waits(SocketReadiness)
    }

    private static func makeExchange(_ key: AuthenticationKey?, _ maximumMessageSize: Int)
        -> HandshakeExchange
    {
        HandshakeExchange(
            Handshake(
                role: .client,
                key: key,
                type: TypeFingerprint.of(Message.self),
                maximumMessageSize: maximumMessageSize
            )
        )
    }

    private static func finished(
        _ step: HandshakeExchange.Step,
        _ socket: SocketDescriptor,
        _ address: SocketAddress,
        _ maximumMessageSize: Int
    ) throws(ProcessingError) -> Outcome {
        switch step {
        case .waits(let readiness): .waits(readiness)
        case .refused(let refusal): throw refusal.error(with: "\(address)")
        case .ended:
            throw ProcessingError(.endOfStream, "\(address) has closed the connection during the handshake")
        case .agreed(let peerMaximum):
            .link(MessageLink(socket, maximumMessageSize: maximumMessageSize, peerMaximum: peerMaximum))
        }
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

    /// Connects a socket on a thread of its own, since looking up a name cannot be waited for otherwise.
    static func connect(to address: SocketAddress, until deadline: ContinuousClock.Instant?)
        async throws -> SocketDescriptor
    {
        let result = WaitingRoom(nil as Result<SocketDescriptor, ProcessingError>?)
        try NativeThread(name: "mpi-connect") {
            let outcome = Result { () throws(ProcessingError) in
                try connect(to: address, until: deadline) as SocketDescriptor
            }
            // If nobody waits any more, the socket is closed with the last reference to it.
            result.change { $0 = outcome }
        }.detach()
        guard let outcome = try await result.wait(until: deadline, for: { $0 }) else {
            throw ProcessingError(.timedOut, "\(address) could not be reached in time")
        }
        return try outcome.get()
    }

    /// Connects over a network; returns what went wrong.
    private static func connect(
        _ descriptor: Int32,
        _ address: SystemAddress,
        _ deadline: ContinuousClock.Instant?
    ) -> SystemError? {
        if address.withSocketAddress({ Glibc.connect(descriptor, $0, $1) }) == 0 { return nil }
        guard errno == EINPROGRESS || errno == EINTR else { return SystemError() }
        guard SocketReadiness.room.wait(for: descriptor, until: deadline) else { return SystemError(ETIMEDOUT) }
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
