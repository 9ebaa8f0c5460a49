internal import Glibc
internal import MessageCoding

/// A place where other programs can connect, each over a connection of its own.
///
/// ```swift
/// let key = AuthenticationKey(secret)
/// let listener = try Listener<String>(at: .tcp(host: "localhost", port: 0), key: key)
/// print("connect to", listener.address)
/// let connection = try listener.accept()
/// print(try connection.receive())
///
/// // in another program:
/// let connection = try Client<String>.connect(to: address, key: key)
/// try connection.send("hello")
/// ```
/// It needs no `withProcesses` and no MPI. Both ends prove to each other that they know the key, without sending it, and must
/// exchange messages of the same type. Messages are not encrypted afterwards: over networks that others can listen to, use
/// it through a tunnel.
///
/// Who connects is examined on a thread of the listener, all at once, whether or not the program is in `accept`. What is no client
/// of this library, or does not finish in `handshakeTimeout`, is closed and logged.
///
/// The file of a socket in the file system is removed when the listener is closed. Within `withProcesses` that also happens when
/// the process, or the whole program, is killed.
///
/// As `multiprocessing.connection.Listener` in Python.
public final class Listener<Message: Codable & Sendable>: Sendable {
    private let loop: ListenerLoop
    /// Has the socket file removed if this process is killed.
    private let registration: ServiceHandle?
    /// Where it listens: with the real port, and the host as a number.
    public let address: SocketAddress

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - address: Where. A socket in the file system that a listener has left behind is replaced if nobody listens there.
    ///   - key: What those who connect must know. With `nil` everybody is let in who can reach the address.
    ///   - backlog: How many connections may wait in the system until the listener looks at them.
    ///   - maximumMessageSize: The size in bytes of the greatest message that connections receive. Until a peer has proved itself,
    ///     97 bytes are read at the most.
    ///   - handshakeTimeout: How long a peer may take to prove itself.
    /// - Throws: `ProcessingError` of kind `resources` when the address is in use or cannot be had, `notFound` for an unknown
    ///   host, or `misuse` for an impossible address or an empty key.
    ///
    /// As `multiprocessing.connection.Listener` in Python, which has one handshake at a time, without a time limit.
    public init(
        at address: SocketAddress,
        key: AuthenticationKey?,
        backlog: Int = 128,
        maximumMessageSize: Int = 1 << 30,
        handshakeTimeout: Duration = .seconds(5)
    ) throws {
        try key.check()
        let type = TypeFingerprint.of(Message.self)
        let terms = ListenerTerms(
            key: key,
            makeHandshake: {
                Handshake(role: .listener, key: key, type: type, maximumMessageSize: maximumMessageSize)
            },
            maximumMessageSize: maximumMessageSize,
            handshakeTimeout: handshakeTimeout
        )
        let (socket, file) = try Self.bind(address, backlog: Int32(clamping: max(1, backlog)))
        let real = try socket.use { SocketAddress(ofSocket: $0, isPeer: false) } ?? address
        self.address = real
        // Outside of `withProcesses` there is nobody who could be asked.
        registration = file.flatMap { file in
            guard Endpoint.current != nil else { return nil }
            return try? ServiceHandle(making: .socketFile(file.withAbsolutePath), for: "a listener")
        }
        do {
            loop = try ListenerLoop(socket, at: real, file: file, terms: terms)
        } catch {
            file?.remove()
            throw error
        }
    }

    deinit { loop.close() }

    private static func bind(_ address: SocketAddress, backlog: Int32) throws(ProcessingError)
        -> (SocketDescriptor, SocketFile?)
    {
        var reason = SystemError(EADDRNOTAVAIL)
        for candidate in try address.resolved(forListening: true) {
            let socket = try SocketDescriptor.make(family: candidate.family)
            if case .unix(let path) = address {
                let file = try socket.use { (descriptor) throws(ProcessingError) in
                    try SocketFile.bind(descriptor, to: candidate, at: path, backlog: backlog)
                }
                return (socket, file)
            }
            let isListening = try socket.use { descriptor in
                if case .tcp(let host, _) = address {
                    SocketDescriptor.set(SO_REUSEADDR, SOL_SOCKET, 1, of: descriptor)
                    if host.isEmpty {
                        SocketDescriptor.set(IPV6_V6ONLY, Int32(IPPROTO_IPV6), 0, of: descriptor)
                    }
                }
                let isListening =
                    candidate.withSocketAddress { Glibc.bind(descriptor, $0, $1) } == 0
                    && listen(descriptor, backlog) == 0
                if !isListening { reason = SystemError() }
                return isListening
            }
            if isListening { return (socket, nil) }
        }
        throw ProcessingError(.resources, "cannot listen at \(address): \(reason)")
    }

    // MARK: Accepting

    /// Returns the connection to the next client that has proved itself.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes.
    /// - Returns: The connection.
    /// - Throws: `ProcessingError` of kind `authentication` for a client with another key, or with none where this end has one, and
    ///   the other way round; `coding` for one with messages of another type; `closed` when the listener is closed;
    ///   `timedOut`. After all but `closed`, it can be called again.
    ///
    /// As `Listener.accept` in Python.
    public func accept(timeout: Duration? = nil) throws -> SocketConnection<Message> {
        try connection(loop.next(until: .deadline(after: timeout)))
    }

    /// Returns the connection to the next client that has proved itself, without blocking the thread.
    ///
    /// See `accept(timeout:)`.
    public func accept(timeout: Duration? = nil) async throws -> SocketConnection<Message> {
        try connection(try await loop.next(until: .deadline(after: timeout)))
    }

    private func connection(_ arrival: ListenerLoop.Arrival?) throws(ProcessingError) -> SocketConnection<
        Message
    > {
        switch arrival {
        case .connection(let accepted):
            return SocketConnection(accepted.link, peerAddress: accepted.peerAddress)
        case .refusal(let error): throw error
        case .closed: throw ProcessingError(.closed, "the listener at \(address) was closed")
        case nil: throw ProcessingError(.timedOut, "nobody has connected to \(address) in time")
        }
    }

    /// The address of the client that `accept` has returned last; `nil` before that, and for clients over a socket in the file system.
    ///
    /// As `Listener.last_accepted` in Python.
    public var lastAccepted: SocketAddress? { loop.lastAccepted }

    /// Stops listening, removes the socket from the file system, and closes connections that nobody has accepted.
    ///
    /// Those that were accepted stay. Who waits in `accept` is told.
    ///
    /// As `Listener.close` in Python.
    public func close() { loop.close() }

    /// Whether `close` was called.
    public var isClosed: Bool { loop.isClosed }
}

extension AuthenticationKey? {
    /// Refuses a key that everybody knows.
    func check() throws(ProcessingError) {
        guard let key = self, key.bytes.isEmpty else { return }
        throw ProcessingError(.misuse, "a key must not be empty: `nil` means that there is none")
    }
}
