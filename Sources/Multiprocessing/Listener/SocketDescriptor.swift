internal import CProcessSupport
internal import Glibc
internal import Synchronization

/// A socket that several threads may use at once, and that any of them may close.
///
/// Closing wakes those who wait for the socket; the descriptor lives until they have noticed, so that its number is not
/// given to something else under their hands.
final class SocketDescriptor: Sendable {
    private struct State {
        var users = 0
        var isClosed = false
    }

    private let descriptor: Int32
    private let state = Mutex(State())

    /// Takes over a descriptor.
    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close() }

    /// A new socket that does not block.
    static func make(family: Int32) throws(ProcessingError) -> SocketDescriptor {
        let flags = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, flags, 0)
        guard descriptor >= 0 else {
            throw ProcessingError(.resources, "cannot make a socket: \(SystemError())")
        }
        return SocketDescriptor(descriptor)
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Calls a closure with the descriptor, which stays open meanwhile.
    func use<Result>(_ body: (Int32) throws(ProcessingError) -> Result) throws(ProcessingError) -> Result {
        let number = try enter()
        defer { leave() }
        return try body(number)
    }

    /// Begins to use the descriptor; `leave` must follow.
    func enter() throws(ProcessingError) -> Int32 {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.users += 1 }
            return state.isClosed
        }
        guard !isClosed else { throw ProcessingError(.closed, "the connection was closed") }
        return descriptor
    }

    /// Ends what `enter` has begun.
    func leave() {
        let isLast = state.withLock { state in
            state.users -= 1
            return state.isClosed && state.users == 0
        }
        if isLast { Glibc.close(descriptor) }
    }

    /// Ends the conversation in both directions, and closes the descriptor as soon as nobody uses it.
    func close() {
        let (isFirst, isUnused) = state.withLock { state in
            defer { state.isClosed = true }
            return (!state.isClosed, state.users == 0)
        }
        guard isFirst else { return }
        // A process that was forked meanwhile may have a copy of the descriptor: the far end shall see the end all the same.
        shutdown(descriptor, Int32(SHUT_RDWR))
        if isUnused { Glibc.close(descriptor) }
    }

    /// Sets an option that is a number; one that the socket does not have is of no consequence.
    static func set(_ option: Int32, _ level: Int32, _ value: Int32, of descriptor: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// What every connection over TCP has: messages leave at once, and a far end whose machine is gone is noticed in two minutes.
    static func prepareConnection(_ descriptor: Int32) {
        set(SO_KEEPALIVE, SOL_SOCKET, 1, of: descriptor)
        let level = Int32(IPPROTO_TCP)
        set(TCP_NODELAY, level, 1, of: descriptor)
        set(TCP_KEEPIDLE, level, 60, of: descriptor)
        set(TCP_KEEPINTVL, level, 15, of: descriptor)
        set(TCP_KEEPCNT, level, 4, of: descriptor)
    }
}

/// What to wait for at a descriptor.
enum SocketReadiness {
    case input
    case room

    var events: Int16 { Int16(self == .input ? POLLIN : POLLOUT) }

    /// Blocks the thread until the descriptor is ready, or broken; returns false if the deadline passes first.
    func wait(for descriptor: Int32, until deadline: ContinuousClock.Instant?) -> Bool {
        while true {
            let remaining = Timeout(deadline.map { ContinuousClock.now.duration(to: $0) })
            let nanoseconds = Int64(exactly: remaining.rawValue) ?? -1
            let result = cps_wait(descriptor, events, nanoseconds)
            if result > 0 { return true }
            if result == 0 { return false }
            // A signal, which is no reason to stop, or a descriptor that cannot be waited for, which its use will tell.
            if errno != EINTR { return true }
        }
    }
}
