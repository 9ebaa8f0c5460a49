internal import DequeModule
internal import Glibc
internal import Logging

/// A connection whose other end has proved itself.
struct AcceptedConnection: Sendable {
    let link: MessageLink
    let peerAddress: SocketAddress?
}

/// What a listener demands of those who connect.
struct ListenerTerms: Sendable {
    let key: AuthenticationKey?
    let makeHandshake: @Sendable () -> Handshake
    let maximumMessageSize: Int
    let handshakeTimeout: Duration

    /// How many handshakes go on at once; further connections wait in the system.
    static let greatestHandshakeCount = 128
    /// How many connections are ready for `accept` before further ones wait in the system.
    static let greatestReadyCount = 128
    /// How many refusals are kept for `accept`; of more, the oldest are forgotten.
    static let greatestRefusalCount = 16
    /// How long a handshake may take while others wait for its place.
    static let crowdedTimeout = Duration.seconds(1)
}

/// Takes connections and does all their handshakes at once, on one thread that sleeps in poll(2).
///
/// So a stranger who says nothing is in nobody's way.
final class ListenerLoop: Sendable {
    /// What `accept` is told.
    enum Arrival: Sendable {
        case connection(AcceptedConnection)
        case refusal(ProcessingError)
        case closed
    }

    private struct State: Sendable {
        var connections: Deque<AcceptedConnection> = []
        var refusals: Deque<ProcessingError> = []
        var isClosed = false
        var hasEnded = false
        var lastAccepted: SocketAddress?
    }

    private let terms: ListenerTerms
    private let address: SocketAddress
    private let bell: Int32
    private let state = WaitingRoom(State())

    /// Begins to take connections from a socket that listens, which it closes at its end.
    init(_ listener: SocketDescriptor, at address: SocketAddress, file: SocketFile?, terms: ListenerTerms)
        throws(ProcessingError)
    {
        self.terms = terms
        self.address = address
        bell = try Bell.make()
        try NativeThread(name: "mpi-listener") { [self] in
            run(listener)
            listener.close()
            file?.remove()
            state.change { $0.hasEnded = true }
        }.detach()
    }

    deinit { Glibc.close(bell) }

    // MARK: For the program's threads

    var lastAccepted: SocketAddress? { state.withLock { $0.lastAccepted } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func next(until deadline: ContinuousClock.Instant?) -> Arrival? {
        let arrival = state.wait(until: deadline, for: Self.take)
        Bell.ring(bell)
        return arrival
    }

    func next(until deadline: ContinuousClock.Instant?) async throws -> Arrival? {
        let arrival = try await state.wait(until: deadline, for: Self.take)
        Bell.ring(bell)
        return arrival
    }

    private static func take(_ state: inout State) -> Arrival? {
        if state.isClosed { return .closed }
        if let connection = state.connections.popFirst() {
            state.lastAccepted = connection.peerAddress
            return .connection(connection)
        }
        return state.refusals.popFirst().map { .refusal($0) }
    }

    /// Ends the loop, and waits until the address is free again.
    func close() {
        let abandoned = state.change { state in
            state.isClosed = true
            defer { state.connections = [] }
            return state.connections
        }
        for connection in abandoned { connection.link.close() }
        Bell.ring(bell)
        _ = state.wait(until: nil) { $0.hasEnded ? true : nil }
    }

    // MARK: The thread

    /// A connection whose handshake goes on.
    private struct Candidate {
        let socket: SocketDescriptor
        let descriptor: Int32
        let peerAddress: SocketAddress?
        let began: ContinuousClock.Instant
        var exchange: HandshakeExchange
        var readiness = SocketReadiness.input
    }

    private func run(_ listener: SocketDescriptor) {
        let logger = Logger(label: "swift-mpi.listener")
        guard let listening = try? listener.enter() else { return }
        defer { listener.leave() }
        var candidates: [Candidate] = []
        // When the system has no descriptors left, it is asked again only after a while.
        var pause: ContinuousClock.Instant?
        while true {
            let (isClosed, readyCount) = state.withLock { ($0.isClosed, $0.connections.count) }
            if isClosed { break }
            let isCrowded = candidates.count >= ListenerTerms.greatestHandshakeCount
            let takesMore = !isCrowded && readyCount < ListenerTerms.greatestReadyCount && pause == nil
            let patience =
                isCrowded ? min(terms.handshakeTimeout, ListenerTerms.crowdedTimeout) : terms.handshakeTimeout

            var descriptors = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
            descriptors.append(pollfd(fd: takesMore ? listening : -1, events: Int16(POLLIN), revents: 0))
            descriptors += candidates.map {
                pollfd(fd: $0.descriptor, events: $0.readiness.events, revents: 0)
            }
            // They began in this order, so the first one's time is up first.
            let moments = [candidates.first.map { $0.began + patience }, pause].compactMap { $0 }
            poll(&descriptors, nfds_t(descriptors.count), Bell.milliseconds(until: moments.min()))

            let now = ContinuousClock.now
            if let end = pause, end <= now { pause = nil }
            if descriptors[0].revents != 0 { Bell.silence(bell) }
            var remaining: [Candidate] = []
            for (var candidate, descriptor) in zip(candidates, descriptors.dropFirst(2)) {
                if descriptor.revents != 0, !advance(&candidate, logger) { continue }
                if candidate.began + patience <= now {
                    report("it has not finished the handshake in time", candidate, logger)
                    continue
                }
                remaining.append(candidate)
            }
            candidates = remaining
            if descriptors[1].revents != 0 {
                if var candidate = accept(listening, &pause, logger), advance(&candidate, logger) {
                    candidates.append(candidate)
                }
            }
        }
    }

    private func accept(_ listening: Int32, _ pause: inout ContinuousClock.Instant?, _ logger: Logger)
        -> Candidate?
    {
        let descriptor = Glibc.accept(listening, nil, nil)
        guard descriptor >= 0 else {
            if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) {
                logger.notice("\(address): no connection can be taken now: \(SystemError())")
                pause = .now + .milliseconds(200)
            }
            return nil
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        if case .tcp = address { SocketDescriptor.prepareConnection(descriptor) }
        return Candidate(
            socket: SocketDescriptor(descriptor),
            descriptor: descriptor,
            peerAddress: SocketAddress(ofSocket: descriptor, isPeer: true),
            began: .now,
            exchange: HandshakeExchange(terms.makeHandshake())
        )
    }

    /// Goes on with a handshake; returns false if it has ended, one way or the other.
    private func advance(_ candidate: inout Candidate, _ logger: Logger) -> Bool {
        switch candidate.exchange.advance(over: candidate.descriptor) {
        case .waits(let readiness):
            candidate.readiness = readiness
            return true
        case .ended: report("it went away during the handshake", candidate, logger)
        case .refused(let refusal):
            let error = refusal.error(with: candidate.peerAddress?.description ?? "the other end")
            report(error.message, candidate, logger)
            guard !refusal.isFromStranger else { return false }
            state.change { state in
                if state.refusals.count >= ListenerTerms.greatestRefusalCount { state.refusals.removeFirst() }
                state.refusals.append(error)
            }
        case .agreed(let peerMaximum):
            let link = MessageLink(
                candidate.socket,
                maximumMessageSize: terms.maximumMessageSize,
                peerMaximum: peerMaximum
            )
            let connection = AcceptedConnection(link: link, peerAddress: candidate.peerAddress)
            let isClosed = state.change { state in
                if !state.isClosed { state.connections.append(connection) }
                return state.isClosed
            }
            if isClosed { link.close() }
        }
        return false
    }

    private func report(_ reason: String, _ candidate: Candidate, _ logger: Logger) {
        let peer = candidate.peerAddress.map { " from \($0)" } ?? ""
        logger.notice("\(address): a connection\(peer) was refused: \(reason)")
    }
}
