internal import MessageCoding
internal import Synchronization

/// One per process of the operating system: sends requests, matches the replies to them, and wakes who waits.
///
/// A blocked caller reads the link to the Host itself, and hands out what it reads for others, so that a reply needs no further
/// thread to arrive. In a process, a reader thread exists only once somebody waits without blocking (`await`, a callback); in a main
/// program, the Host's own thread delivers what nobody waits for.
final class Endpoint: Sendable {
    /// The endpoint of the calling process, while there is one.
    static var current: Endpoint? { currentEndpoint.withLock { $0 } }
    private static let currentEndpoint = Mutex<Endpoint?>(nil)

    /// The endpoint of the calling process, or an error that says what is missing.
    static func required(for purpose: String) throws(ProcessingError) -> Endpoint {
        guard let current else {
            throw ProcessingError(
                .noScope,
                "\(purpose) needs a running program of processes: put it inside `try withProcesses { … }`"
            )
        }
        return current
    }

    /// The same for something that belongs to one `withProcesses`: what it refers to is no more in a later one.
    ///
    /// Epoch `nil` belongs to none yet.
    static func required(for purpose: String, epoch: UInt32?) throws(ProcessingError) -> Endpoint {
        let endpoint = try required(for: purpose)
        guard let epoch, epoch != endpoint.epoch else { return endpoint }
        throw ProcessingError(.noScope, "\(purpose): the `withProcesses` that it belongs to has ended")
    }

    /// Makes it the calling process's endpoint, or removes it.
    static func makeCurrent(_ endpoint: Endpoint?) { currentEndpoint.withLock { $0 = endpoint } }

    let address: Address
    /// Who had this process started; the endpoint itself in a main program.
    let parent: Address
    /// The name of the machine.
    let hostName: String
    /// The rank of the main program that all this belongs to.
    let mainRank: Int
    /// How many ranks there are.
    let rankCount: Int
    /// How processes are started unless they say otherwise.
    var startMethod: StartMethod {
        get { chosenStartMethod.withLock { $0 } }
        set { chosenStartMethod.withLock { $0 = newValue } }
    }
    private let chosenStartMethod: Mutex<StartMethod>
    /// Which `withProcesses` of the program it belongs to.
    let epoch: UInt32
    /// Where this process says what it has taken of what it was lent.
    let claims: ClaimMemory?
    let drawers = Drawers()
    private let outlet: any Outlet
    private let inlet: (any Inlet)?
    private let waiting: Monitor<Waiting>
    /// Which ranks are lost, and whether any is.
    private let losses = Mutex<[Int32: ProcessingError]>([:])
    private let hasLosses = Atomic(false)
    /// The processes that this one has started and that count as its children.
    let children = Monitor(Children())

    private enum WaitStep<Result> {
        case finished(Result)
        case read
    }

    private struct Waiting {
        var replies: [UInt64: PendingReply] = [:]
        var lastCorrelation: UInt64 = 0
        /// Whether some thread is reading the inlet.
        var isRead = false
        var hasReaderThread = false
        var failure: ProcessingError?
    }

    init(
        address: Address,
        parent: Address,
        hostName: String,
        mainRank: Int,
        rankCount: Int,
        startMethod: StartMethod,
        epoch: UInt32,
        claims: ClaimMemory? = nil,
        outlet: any Outlet,
        inlet: (any Inlet)?
    ) {
        self.address = address
        self.parent = parent
        self.hostName = hostName
        self.mainRank = mainRank
        self.rankCount = rankCount
        chosenStartMethod = Mutex(startMethod)
        self.epoch = epoch
        self.claims = claims
        self.outlet = outlet
        self.inlet = inlet
        waiting = Monitor(Waiting())
    }

    /// The Host of this process's rank.
    var host: Address { .host(ofRank: Int(address.rank)) }

    // MARK: Sending

    /// Begins a frame of this endpoint, to which a body can be appended.
    func makeFrame(
        _ operation: Operation,
        to destination: Address,
        argument: UInt64 = 0,
        timeout: Timeout = .none,
        reserving capacity: Int = 0,
        reusing memory: consuming [UInt8] = []
    ) -> Frame {
        var frame = Frame(
            .notice,
            code: operation.rawValue,
            from: address,
            to: destination,
            argument: argument,
            timeout: timeout,
            reserving: capacity,
            reusing: memory
        )
        frame.epoch = epoch
        return frame
    }

    /// Sends a notice, which is not answered.
    ///
    /// The caller gives the frame away: one that it still has would be copied, since it is changed on its way.
    func notify(_ frame: consuming Frame) throws(ProcessingError) {
        // Nobody would answer that it does not arrive.
        if hasLosses.load(ordering: .relaxed), !frame.destination.isHost {
            let rank = frame.destination.rank
            if let error = losses.withLock({ $0[rank] }) { throw error }
        }
        frame.kind = .notice
        frame.seal()
        Recorder.current?.noteFrame(frame)
        try outlet.send(consume frame)
    }

    /// Sends a request and returns what stands for its reply.
    ///
    /// With `onFrame`, each frame that answers the request is handed to it, on the thread that received the frame; it wakes those who wait for
    /// what comes of the frame (`wakeWaiters`).
    func request(
        _ frame: consuming Frame,
        onFrame: (@Sendable (Frame) -> Void)? = nil
    ) throws(ProcessingError) -> PendingReply {
        let (destination, operation) = (frame.destination, frame.code)
        let pending = try waiting.withLock { (waiting) throws(ProcessingError) in
            if let failure = waiting.failure { throw failure }
            waiting.lastCorrelation += 1
            let pending = PendingReply(
                endpoint: self,
                correlation: waiting.lastCorrelation,
                service: destination,
                operation: operation,
                onFrame: onFrame
            )
            waiting.replies[pending.correlation] = pending
            return pending
        }
        frame.kind = .request
        frame.correlation = pending.correlation
        frame.seal()
        Recorder.current?.noteFrame(frame)
        do {
            try outlet.send(consume frame)
        } catch {
            waiting.withLock { $0.replies[pending.correlation] = nil }
            throw error
        }
        if onFrame != nil { startReader() }
        return pending
    }

    /// Sends a request and waits for its reply.
    ///
    /// It has no time limit of its own: services answer when the time is up.
    func call(_ frame: consuming Frame) throws(ProcessingError) -> Frame { try request(frame).wait() }

    /// Sends a request and waits for its reply without blocking the thread.
    ///
    /// When the task is cancelled the service is asked to give up, and answers `timedOut`, unless it has answered before.
    func call(_ frame: consuming Frame) async throws -> Frame { try await request(frame).value() }

    // MARK: Receiving

    /// Hands an answer to the one who waits for it.
    func deliver(_ frame: Frame) {
        if frame.kind == .notice {
            switch Operation(rawValue: frame.code) {
            case .lend:
                drawers.keep(frame)
                return waiting.wakeAll()
            case .rankLost: return noteLostRank(frame)
            // Anything else is a reply that went wrong: who waits for it is told.
            default: break
            }
        }
        let isLast = frame.kind != .partialReply
        let pending = waiting.withLock { waiting in
            isLast
                ? waiting.replies.removeValue(forKey: frame.correlation) : waiting.replies[frame.correlation]
        }
        // One that is not expected answers a request whose sender has given up.
        guard let pending else { return }
        pending.accept(frame, isLast: isLast)
        // Whoever takes the frames by itself knows whether that is what somebody waits for.
        if !pending.handsOn { waiting.wakeAll() }
    }

    /// Ends the waits for services of a rank that is lost; the Host itself answers for the processes there.
    private func noteLostRank(_ frame: Frame) {
        guard frame.code == Operation.rankLost.rawValue, let rank = Int32(exactly: frame.argument) else {
            return
        }
        let error = ProcessingError(.rankLost, frame.text)
        losses.withLock { $0[rank] = error }
        hasLosses.store(true, ordering: .relaxed)
        let pending = waiting.withLock { waiting in
            let all = waiting.replies.values.filter { $0.service.rank == rank && !$0.service.isHost }
            for reply in all { waiting.replies[reply.correlation] = nil }
            return all
        }
        for reply in pending { reply.fail(error) }
        waiting.wakeAll()
    }

    /// Ends every wait, now and later: the Host is gone.
    func fail(_ error: ProcessingError) {
        let pending = waiting.withLock { waiting in
            waiting.failure = waiting.failure ?? error
            let all = Array(waiting.replies.values)
            waiting.replies = [:]
            return all
        }
        for reply in pending { reply.fail(error) }
        waiting.wakeAll()
    }

    /// Blocks until `check` returns something.
    ///
    /// The calling thread reads the inlet meanwhile, if nobody else does, unless it waits for what may happen without a frame: who
    /// reads is woken by frames only. Then there has to be a reader thread.
    func wait<Result>(
        until deadline: ContinuousClock.Instant? = nil,
        isReading: Bool = true,
        for check: () -> Result?
    ) -> Result? {
        var mayRead = isReading
        while true {
            let step = waiting.wait(until: deadline) { waiting -> WaitStep<Result>? in
                if let result = check() { return .finished(result) }
                guard mayRead, inlet != nil, !waiting.isRead, waiting.failure == nil else { return nil }
                waiting.isRead = true
                return .read
            }
            switch step {
            case .finished(let result): return result
            case nil: return nil
            case .read:
                mayRead = readOnce(until: deadline)
                waiting.withLock { $0.isRead = false }
                waiting.wakeAll()
            }
        }
    }

    /// Looks for a moment, as long as that is promising, whether `check` returns something; the calling thread reads the inlet
    /// meanwhile, if nobody else does.
    func look<Result>(while isPromising: () -> Bool, for check: () -> Result?) -> Result? {
        let mayRead = waiting.withLock { waiting in
            guard inlet != nil, !waiting.isRead, waiting.failure == nil else { return false }
            waiting.isRead = true
            return true
        }
        guard mayRead, let inlet else { return nil }
        defer {
            waiting.withLock { $0.isRead = false }
            waiting.wakeAll()
        }
        do {
            try inlet.look(while: isPromising) { deliver($0) }
        } catch {
            fail(error)
        }
        return check()
    }

    /// Blocks until `check` returns something about work of a pool, of which callbacks on another thread may be the last part.
    func waitForWork<Result>(until deadline: ContinuousClock.Instant?, for check: () -> Result?) -> Result? {
        // In a main program reading is always short; in a process there is a reader thread.
        wait(until: deadline, isReading: address.isMainProgram, for: check)
    }

    /// Has those who wait look again.
    func wakeWaiters() { waiting.wakeAll() }

    /// Reads the inlet; false when others see to it that frames arrive.
    private func readOnce(until deadline: ContinuousClock.Instant?) -> Bool {
        guard let inlet else { return false }
        do {
            switch try inlet.read(until: deadline, { deliver($0) }) {
            case .goOn: return true
            case .rest: return false
            case .ended: fail(ProcessingError(.transport, "the Host of this process is gone"))
            }
        } catch {
            fail(error)
        }
        return true
    }

    /// Makes sure that replies arrive while no thread waits for one.
    func startReader() {
        guard inlet != nil, !address.isMainProgram else { return }
        let isNeeded = waiting.withLock { waiting in
            defer { waiting.hasReaderThread = true }
            return !waiting.hasReaderThread
        }
        guard isNeeded else { return }
        do {
            try NativeThread(name: "mpi-reader") { [self] in
                wait { nil as Void? }
            }.detach()
        } catch {
            fail(error)
        }
    }
}
