internal import CProcessSupport
internal import DequeModule
internal import Glibc
internal import Synchronization

/// Who acts for a Host at the moment: its own thread, or a thread of the program that wants something from it.
///
/// A thread that sends a frame takes the helm if it is free, and does at once what the frame gives rise to; one that waits for an answer
/// keeps it for as long as answers usually take. So what a program and its processes say to each other passes through no
/// third thread. Who finds the helm taken leaves the frame with whoever has it. Frames that lead to nothing more, timeouts and
/// processes that say something while nobody waits are the business of the Host's own thread, which sleeps otherwise.
final class Helm: Outlet, Inlet, @unchecked Sendable {
    // `host` is set before any other thread knows of it, and is used only between taking the helm and leaving it.
    private var host: Host?
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let mail = Mutex(Mail())
    /// Readable when the Host's own thread is to wake.
    let descriptor: Int32
    /// Whether that thread would have the helm, which another one has.
    private let isAwaited = Atomic(false)

    private struct Mail {
        var frames: Deque<Frame> = []
        var isClosed = false
        /// The thread that has called `exit`, if one has.
        var exitingThread: pthread_t?
    }

    init() throws(ProcessingError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else {
            throw ProcessingError(.resources, "cannot make an event descriptor: \(SystemError())")
        }
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        close(descriptor)
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Says whose helm it is; `nil` at the end, when only the Host's own thread is left.
    func steers(_ host: Host?) { self.host = host }

    // MARK: The program's threads

    func send(_ frame: consuming Frame) throws(ProcessingError) {
        guard tryTake() else { return try leaveInMail(consume frame) }
        guard let host, !host.isOver else {
            release()
            throw endOfScope()
        }
        host.noteSteering()
        // Among what was left may be an earlier frame of the same thread.
        takeMail(host)
        host.route(consume frame)
        leave(host)
    }

    /// Leaves a frame to whoever has the helm.
    private func leaveInMail(_ frame: consuming Frame) throws(ProcessingError) {
        var left: Frame? = consume frame
        let isClosed = mail.withLock { mail in
            if let taken = left.take() { mail.frames.append(taken) }
            return mail.isClosed
        }
        guard !isClosed else { throw endOfScope() }
        // Should that have been the last look at the mail, it is free now.
        if tryTake() { if let host { leave(host) } else { release() } }
    }

    /// Acts for the Host until its main program has been given something, or nothing has happened for some time.
    ///
    /// That is soon, whatever the deadline is; and the Host itself hands over what there is.
    func read(until deadline: ContinuousClock.Instant?, _ deliver: (Frame) -> Void) -> InletOutcome {
        var wait = SpinWait()
        while !tryTake() { guard wait.goOn() else { return .rest } }
        guard let host, !host.isOver else {
            release()
            return .rest
        }
        let before = host.deliveryCount
        wait = SpinWait()
        while true {
            if host.turn(isBrief: true) { wait = SpinWait() }
            let hasDelivered = host.deliveryCount != before
            guard !hasDelivered, !host.isOver, wait.goOn() else {
                leave(host, toSleep: !hasDelivered)
                return hasDelivered ? .goOn : .rest
            }
        }
    }

    /// Acts for the Host for a moment, as long as that is promising.
    func look(while isPromising: () -> Bool, _ deliver: (Frame) -> Void) {
        guard tryTake() else { return }
        guard let host, !host.isOver else { return release() }
        var wait = SpinWait()
        while !host.isOver, isPromising(), wait.goOn() { _ = host.turn(isBrief: true) }
        leave(host)
    }

    /// Leaves the helm after everything was done that others have left meanwhile.
    private func leave(_ host: Host, toSleep isGoingToSleep: Bool = false) {
        while true {
            takeMail(host)
            let mustWake = host.prepareToLeave(toSleep: isGoingToSleep)
            release()
            // Its own thread is not to find out only later that nobody looks around any more.
            if mustWake || isGoingToSleep && isAwaited.load(ordering: .sequentiallyConsistent) { nudge() }
            guard hasMail, tryTake() else { return }
        }
    }

    private func endOfScope() -> ProcessingError {
        // While the program ends by `exit`, its other threads must not take the end of the Host for an error of their own. But
        // callbacks are waited for.
        let isBystander = mail.withLock { mail in
            mail.exitingThread.map { pthread_equal($0, pthread_self()) == 0 } ?? false
        }
        while isBystander, !CallbackThread.shared.isCurrent { pause() }
        return ProcessingError(
            .noScope,
            "`withProcesses` has ended, and its processes, queues, pipes and pools with it"
        )
    }

    /// Notes that the calling thread has called `exit`; returns false when that was noted before.
    func noteExit() -> Bool {
        mail.withLock { mail in
            guard mail.exitingThread == nil else { return false }
            mail.exitingThread = pthread_self()
            return true
        }
    }

    /// Whether the program ends by `exit`.
    var isExiting: Bool { mail.withLock { $0.exitingThread != nil } }

    // MARK: Whoever has the helm

    /// Brings the frames to their places that others have left; says whether there were any.
    @discardableResult
    func takeMail(_ host: Host) -> Bool {
        var frames = mail.withLock { mail -> Deque<Frame> in
            guard !mail.frames.isEmpty else { return [] }
            defer { mail.frames = [] }
            return mail.frames
        }
        guard !frames.isEmpty else { return false }
        while let frame = frames.popFirst() { host.route(consume frame) }
        return true
    }

    /// Whether frames were left.
    var hasMail: Bool { mail.withLock { !$0.frames.isEmpty } }

    private func tryTake() -> Bool { pthread_mutex_trylock(mutex) == 0 }

    // MARK: The Host's own thread

    /// Takes the helm, once it is free.
    ///
    /// Looking for it now and then leaves those alone who have it again and again: to hand it to a thread that sleeps costs them a call
    /// of the system each time.
    func take() {
        guard !tryTake() else { return }
        isAwaited.store(true, ordering: .sequentiallyConsistent)
        while !tryTake() { if cps_wait(descriptor, Int16(POLLIN), 50_000) > 0 { noteWakeUp() } }
        isAwaited.store(false, ordering: .relaxed)
    }

    func release() { pthread_mutex_unlock(mutex) }

    /// Takes note of having been woken.
    func noteWakeUp() {
        var count: UInt64 = 0
        Glibc.read(descriptor, &count, 8)
    }

    /// Refuses all further frames.
    func closeForGood() { mail.withLock { $0.isClosed = true } }

    /// Makes the Host's own thread look around, now or as soon as it would sleep.
    func nudge() {
        var one: UInt64 = 1
        write(descriptor, &one, 8)
    }
}
