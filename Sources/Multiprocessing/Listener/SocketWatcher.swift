internal import CProcessSupport
internal import Glibc
internal import Synchronization

/// How a wait without a blocked thread ends: once, by whatever comes first.
final class WaitTicket: Sendable {
    enum Ending {
        /// The descriptor is ready.
        case ready
        /// Somebody says that there is something to look at.
        case woken
        case timedOut
        case cancelled
        /// It cannot be waited.
        case failed(ProcessingError)
    }

    private enum State {
        case open
        case awaited(CheckedContinuation<Ending, Never>)
        case ended(Ending)
    }

    private let state = Mutex(State.open)

    /// Ends the wait, unless that has happened.
    func end(_ ending: Ending) {
        let continuation = state.withLock { state in
            defer { if case .ended = state {} else { state = .ended(ending) } }
            guard case .awaited(let continuation) = state else {
                return nil as CheckedContinuation<Ending, Never>?
            }
            return continuation
        }
        continuation?.resume(returning: ending)
    }

    /// Waits for the end; a cancelled task ends it.
    func wait() async -> Ending {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ending = state.withLock { state -> Ending? in
                    if case .ended(let ending) = state { return ending }
                    state = .awaited(continuation)
                    return nil
                }
                if let ending { continuation.resume(returning: ending) }
            }
        } onCancel: {
            end(.cancelled)
        }
    }
}

/// Waits on behalf of tasks, for descriptors and for moments: one thread for all, which sleeps in poll(2).
///
/// The thread exists only once a task has had to wait.
final class SocketWatcher: Sendable {
    static let shared = SocketWatcher()

    private struct Entry {
        let ticket: WaitTicket
        let descriptor: Int32
        let events: Int16
        let deadline: ContinuousClock.Instant?
    }

    private struct State {
        var entries: [Entry] = []
        /// Wakes the thread; negative until there is one.
        var bell: Int32 = -1
    }

    private let state = Mutex(State())

    /// Waits until the descriptor is ready, the deadline passes, the task is cancelled or somebody ends the ticket.
    ///
    /// Without a descriptor it waits for the others. The descriptor must stay open meanwhile.
    func wait(
        for readiness: SocketReadiness = .input,
        at descriptor: Int32 = -1,
        until deadline: ContinuousClock.Instant?,
        ticket: WaitTicket = WaitTicket()
    ) async -> WaitTicket.Ending {
        // Without a descriptor or a deadline nothing is to be watched.
        if descriptor >= 0 || deadline != nil {
            let entry = Entry(
                ticket: ticket,
                descriptor: descriptor,
                events: readiness.events,
                deadline: deadline
            )
            do { try add(entry) } catch { ticket.end(.failed(error)) }
        }
        let ending = await ticket.wait()
        state.withLock { state in state.entries.removeAll { $0.ticket === ticket } }
        return ending
    }

    private func add(_ entry: Entry) throws(ProcessingError) {
        let bell = try state.withLock { (state) throws(ProcessingError) in
            if state.bell < 0 { state.bell = try startThread() }
            state.entries.append(entry)
            return state.bell
        }
        Bell.ring(bell)
    }

    private func startThread() throws(ProcessingError) -> Int32 {
        let bell = try Bell.make()
        do {
            try NativeThread(name: "mpi-sockets") { [self] in run(bell) }.detach()
        } catch {
            close(bell)
            throw error
        }
        return bell
    }

    private func run(_ bell: Int32) {
        while true {
            let entries = state.withLock { $0.entries }
            var descriptors = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
            descriptors += entries.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
            let deadline = entries.compactMap(\.deadline).min()
            poll(&descriptors, nfds_t(descriptors.count), Bell.milliseconds(until: deadline))
            if descriptors[0].revents != 0 { Bell.silence(bell) }
            let now = ContinuousClock.now
            for (entry, descriptor) in zip(entries, descriptors.dropFirst()) {
                if descriptor.revents != 0 {
                    finish(entry.ticket, .ready)
                } else if let deadline = entry.deadline, deadline <= now {
                    finish(entry.ticket, .timedOut)
                }
            }
        }
    }

    /// Ends a wait, and no longer watches for it: who waited may need a while to wake up.
    private func finish(_ ticket: WaitTicket, _ ending: WaitTicket.Ending) {
        state.withLock { state in state.entries.removeAll { $0.ticket === ticket } }
        ticket.end(ending)
    }
}

/// Descriptors that wake a thread that sleeps in poll(2).
enum Bell {
    static func make() throws(ProcessingError) -> Int32 {
        let descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else {
            throw ProcessingError(.resources, "cannot make an event descriptor: \(SystemError())")
        }
        return descriptor
    }

    static func ring(_ descriptor: Int32) {
        var one: UInt64 = 1
        write(descriptor, &one, 8)
    }

    static func silence(_ descriptor: Int32) {
        var count: UInt64 = 0
        read(descriptor, &count, 8)
    }

    /// How long poll(2) may sleep: not shorter than until the deadline, lest it spins.
    static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let (seconds, attoseconds) = max(.zero, ContinuousClock.now.duration(to: deadline)).components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        return Int32(seconds) * 1000 + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
