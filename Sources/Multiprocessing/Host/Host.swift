internal import CProcessSupport
internal import DequeModule
internal import Glibc
internal import HeapModule
internal import Logging

/// What everything on a rank goes through: it routes frames between the processes of its rank, its services and the Hosts of the
/// other ranks, starts processes and watches over them.
///
/// It belongs to the thread that has its helm: its own one, or one of the program's.
final class Host {
    /// What a Host needs to know of the program.
    struct Setup: Sendable {
        var rank: Int
        var size: Int
        var epoch: UInt32
        var hostName: String
        /// How many ranks run the block of `withProcesses`.
        var blockCount: Int
        /// How what the processes print is shown.
        var outputForm = OutputForm.plain
        /// How many processors the machines of all ranks have together.
        var jobProcessorCount = Machine.processorCount
        /// The host of each rank.
        var hostNames: [String] = []
        /// After how many seconds a rank is lost of which nothing is heard; 0 for never.
        var rankTimeout = RankWatch.defaultSeconds
        /// What is to be noted meanwhile, and how far this rank's clock is behind that of rank 0, in nanoseconds.
        var observation = ObservationSettings.none
        var clockOffset: Int64 = 0
        /// Whether other programs of the user may look at this one.
        var isObservable = false
        /// Whether the launcher lets the others run when a rank is lost, and which ranks were lost before.
        var survivesLosses = false
        var losses: [RankLoss] = []
        var neighbours: Neighbours?
    }

    let setup: Setup
    let transport: any HostTransport
    private let helm: Helm
    /// The endpoint of this rank's main program.
    let mainEndpoint: Endpoint
    private let doorbell: Doorbell?
    /// What processes print that is shown here, and that they do not print by themselves, goes this way.
    let outputPrinter: OutputPrinter
    let errorPrinter: OutputPrinter
    /// Whether some of it waited to be printed when this was looked at last.
    var isOutputBehind = false
    /// What has come meanwhile for those on this rank that print to the same place: what they print then comes after it.
    var held: [Frame] = []
    /// What the program's threads have left to the Host's own one to print.
    var unprinted: [Frame] = []
    /// What is not shown yet, and who has to wait for that.
    var unshown = UnshownOutput()
    /// Whether it is the Host's own thread that has the helm.
    private(set) var isOwnThread = false
    var poller: Poller
    var server: ForkServer
    let logger = Logger(label: "swift-mpi.host")
    /// What is counted, and noted for those who want to know.
    let observation: Observation

    var services: [UInt32: ServicePlace] = [:]
    /// What was lent to processes of this rank.
    let loanDesk = LoanDesk()
    let lanes = LaneSupply()
    /// What the fork server has to remove if this rank is killed, by the service that sees to it otherwise.
    var leftovers: [UInt32: Leftover] = [:]
    var processes: [UInt32: HostedProcess] = [:]
    /// The processes whose links the Host looks at by itself.
    var watched: [HostedProcess] = []
    /// Which process has a socket or an output.
    var processOfDescriptor: [Int32: HostedProcess] = [:]
    var nextSerial = Address.firstFreeSerial
    /// The processes that only wait for their work, all of one kind, and how many there should be.
    var spares: [UnoccupiedProcess] = []
    var supply = SpareSupply(processorCount: Machine.processorCount)
    /// When their number is to be adjusted, if nothing else is to be done then.
    var spareTime: ContinuousClock.Instant?
    /// Whose turn it is to host a process.
    var placement: Placement
    /// Which cores processes are bound to.
    lazy var coreSupply = CoreSupply(
        permitted: Machine.permittedCores,
        ofRank: Machine.usableCores,
        place: placement.placeOnHost.place,
        rankCount: placement.placeOnHost.rankCount
    )
    /// How many processes were started here.
    var startCount: UInt64 = 0
    var drainRound: UInt64?
    var isStopping = false
    var hasReportedStop = false
    var killDeadline: ContinuousClock.Instant?
    var ending: ScopeEnding?
    /// Those who wait for the end of this rank's main program, which lives as long as they do: only their time can be up.
    var mainJoiners = WaitingList<Void>()
    var hasLeft = false
    private(set) var isCutOff = false
    /// What has come for the next `withProcesses`.
    private(set) var early: [Frame] = []
    /// Why the ranks could not end together.
    private(set) var breakdown: ProcessingError?
    /// Finds out whether other ranks are lost.
    var rankWatch: RankWatch?
    /// Which ones are, and what follows.
    var roll: RankRoll
    /// Ranks that seem to be lost, and why, until all messages have been taken in.
    var suspects: [(rank: Int, reason: String)] = []
    /// The processes elsewhere that concern this rank.
    var remote = RemoteProcesses()
    /// How processes of the past ended, until those know that started them, by these.
    var pastEnds: [Address: [UInt32: ExitStatus]] = [:]

    var timers = Heap<Timer>()
    var armed: [UInt32: ContinuousClock.Instant] = [:]
    /// Frames for places on this rank that are still to be looked at.
    var local: Deque<Frame> = []
    var isRouting = false
    private(set) var now = ContinuousClock.now
    private var turnCount = 0
    /// How many frames the main program was given.
    var deliveryCount = 0

    /// What the Host's own thread does while others have the helm, or nobody.
    private enum Rest {
        /// It goes round in its loop.
        case awake
        /// It sleeps for a moment: a thread of the program has the helm again and again.
        case watching
        /// It sleeps until that moment, if there is one, or until something wakes it.
        case asleep(until: ContinuousClock.Instant?)
    }
    /// When it will look by itself for what nothing wakes it for.
    private var nextLook: ContinuousClock.Instant?
    private var rest = Rest.awake
    /// When a thread of the program last had the helm.
    private var lastSteering: ContinuousClock.Instant?

    struct Timer: Comparable {
        let deadline: ContinuousClock.Instant
        let serial: UInt32
        static func < (first: Timer, second: Timer) -> Bool { first.deadline < second.deadline }
    }

    init(
        setup: Setup,
        transport: any HostTransport,
        helm: Helm,
        mainEndpoint: Endpoint,
        doorbell: Doorbell?,
        server: ForkServer
    ) throws(ProcessingError) {
        self.setup = setup
        self.transport = transport
        self.helm = helm
        self.mainEndpoint = mainEndpoint
        self.doorbell = doorbell
        self.server = server
        outputPrinter = OutputPrinter(stream: STDOUT_FILENO) { helm.nudge() }
        errorPrinter = OutputPrinter(stream: STDERR_FILENO) { helm.nudge() }
        let hostNames =
            setup.hostNames.isEmpty
            ? Array(repeating: setup.hostName, count: setup.size) : setup.hostNames
        placement = Placement(hostNames: hostNames, ownRank: setup.rank)
        poller = try Poller()
        observation = Observation(setup, logger)
        rankWatch = RankWatch(ownRank: setup.rank, size: setup.size, seconds: setup.rankTimeout, now: now)
        roll = RankRoll(
            ownRank: setup.rank,
            size: setup.size,
            survives: setup.survivesLosses,
            hostNames: setup.hostNames,
            earlier: setup.losses
        )
        for loss in setup.losses {
            placement.forget(loss.rank)
            rankWatch?.forget(loss.rank)
            transport.forget(loss.rank)
        }
        if setup.rank == 0 { ending = ScopeEnding(ranks: roll.present, blockCount: setup.blockCount) }
        if let claims = mainEndpoint.claims { loanDesk.admit(mainEndpoint.address, claims) }
        poller.add(helm.descriptor)
        poller.add(server.control)
        if let doorbell { poller.add(doorbell.descriptor) }
        if let door = observation.door { poller.add(door.descriptor) }
        for (descriptor, rank) in setup.neighbours?.rankOfDescriptor ?? [:] where roll.loss(of: rank) == nil {
            poller.add(descriptor)
        }
    }

    // MARK: The loop

    /// How long the program's threads are expected to take the helm again, after they have had it.
    private static let steeringGap = Duration.milliseconds(1)
    /// How often the Host's own thread looks around while they do, in nanoseconds.
    private static let watchInterval: Int64 = 100_000

    /// Whether the program's processes have ended and all ranks go on together.
    var isOver: Bool { hasLeft && (!transport.isBusy || isCutOff) }

    /// The work of the Host's own thread, which ends when everything is over.
    func run() {
        var lastActivity = now
        // Whether it has looked in vain since the last thing that happened, and whether it has looked since it last slept.
        var (hasLooked, isAlert) = (false, true)
        var alertness = Alertness()
        var yieldBudget = YieldBudget()
        while true {
            helm.take()
            isOwnThread = true
            rest = .awake
            let isActive = turn()
            if isActive {
                lastActivity = now
                isAlert = true
                if hasLooked { alertness.noteSuccess() }
            }
            hasLooked = !isActive
            if isOver { break }
            let length = lengthOfRest(lastActivity, alertness)
            let isBusy = transport.isBusy
            isOwnThread = false
            helm.release()
            guard let length else {
                if lastActivity != now { yieldBudget.yield() }
                continue
            }
            guard !helm.hasMail else { continue }
            if isAlert, case .asleep = rest {
                isAlert = false
                alertness.noteSleep()
            }
            let beginning = ContinuousClock.now
            // Something that happens at a descriptor ends it.
            let isWoken = cps_wait(poller.descriptor, Int16(POLLIN), length) != 0
            helm.noteWakeUp()
            // What woke it may have a sequel, and so has a deadline; a mere look has one only if it finds something, or moves something along.
            let moment = ContinuousClock.now
            hasLooked = false
            // It would have seen it itself a moment later.
            if isWoken, beginning.duration(to: moment) < Alertness.longest { alertness.noteSuccess() }
            let isLook = !isWoken && nextLook.map { $0 <= moment } ?? false
            if !isLook || isBusy {
                lastActivity = moment
                isAlert = true
            }
        }
        helm.closeForGood()
        helm.takeMail(self)
        _ = catchUpWithOutput()
        helm.steers(nil)
        helm.release()
        failMainProgram()
        dismissSpares()
        server.stop()
        outputPrinter.finish()
        errorPrinter.finish()
        finishObservation()
    }

    /// Ends every wait of this rank's main program.
    func failMainProgram() {
        // Threads that wait while another one has called `exit` go on waiting: the program ends under them.
        guard !helm.isExiting else { return }
        mainEndpoint.fail(
            ProcessingError(
                .noScope,
                "`withProcesses` has ended, and its processes, queues, pipes and pools with it"
            )
        )
    }

    /// Looks everywhere once and does what there is to do; says whether there was anything.
    ///
    /// A brief turn leaves what takes calls of the system to one in sixteen.
    func turn(isBrief: Bool = false) -> Bool {
        defer { reviewUnshown() }
        now = ContinuousClock.now
        turnCount &+= 1
        var isActive = helm.takeMail(self)
        if takeFromLinks() { isActive = true }
        if !isActive, adjustSparesIfDue() { isActive = true }
        guard !(isBrief || isActive) || turnCount & 15 == 0 else { return isActive }
        // Bells first: one that rings after the look for messages then still wakes somebody.
        if takeEvents() { isActive = true }
        if takeMessages() { isActive = true }
        reviewSuspects()
        expireTimers()
        if catchUpWithOutput() { isActive = true }
        // What was read while an order had to wait: no event calls attention to it.
        if server.hasUnread {
            takeServerReports()
            isActive = true
        }
        return isActive
    }

    /// How long the Host's own thread may sleep now, in nanoseconds; `nil` if it had better not.
    private func lengthOfRest(_ lastActivity: ContinuousClock.Instant, _ alertness: Alertness) -> Int64? {
        if let lastSteering, lastSteering.duration(to: now) < Host.steeringGap {
            rest = .watching
            return transport.isBusy ? transport.longestSleep(at: now) : Host.watchInterval
        }
        guard lastActivity.duration(to: now) >= alertness.limit, stopWatching() else { return nil }
        let deadline = nextDeadline
        rest = .asleep(until: deadline)
        let limit = transport.longestSleep(at: now)
        nextLook = limit < 0 ? nil : now + .nanoseconds(limit)
        guard let deadline else { return limit }
        let remaining = deadline.nanoseconds(since: now)
        return limit < 0 ? remaining : min(limit, remaining)
    }

    private var nextDeadline: ContinuousClock.Instant? {
        earliest(
            earliest(timers.min?.deadline, killDeadline),
            earliest(earliest(supply.deadline, spareTime), rankWatch?.deadline)
        )
    }

    // MARK: The program's threads

    /// A thread of the program has taken the helm.
    func noteSteering() { now = ContinuousClock.now }

    /// A thread of the program is about to leave the helm, perhaps because it goes to sleep.
    ///
    /// Returns whether the Host's own thread has to be woken for what follows.
    func prepareToLeave(toSleep isGoingToSleep: Bool) -> Bool {
        let previous = lastSteering
        lastSteering = isGoingToSleep ? nil : now
        // Only its own thread prints.
        var mustWake = !unprinted.isEmpty
        switch rest {
        case .awake: return false
        case .watching:
            // It would find out by itself what there is, but perhaps too late for somebody who sleeps.
            if isGoingToSleep, !takeLeftoversAndStopWatching() { mustWake = true }
        case .asleep(let end):
            if !watched.isEmpty {
                // Who comes often need not have every process wake somebody in between: the Host's own thread looks now and then.
                let comesOften = previous.map { $0.duration(to: now) < .microseconds(200) } ?? false
                if !isGoingToSleep && comesOften || !takeLeftoversAndStopWatching() { mustWake = true }
            }
            // Last, since what was left may have made a difference.
            if isOver || transport.isBusy || !unprinted.isEmpty { mustWake = true }
            if let deadline = nextDeadline, end.map({ deadline < $0 }) ?? true { mustWake = true }
            // Something was sent to another node since it went to sleep: the answer wakes nobody.
            if isGoingToSleep, let nextLook, !mustWake {
                let sleep = transport.longestSleep(at: now) + Host.watchInterval
                if now + .nanoseconds(sleep) < nextLook { mustWake = true }
            }
        }
        if mustWake { rest = .awake }
        return mustWake
    }

    /// Takes in what processes say until they can be left to wake somebody; false if there is no end of it.
    private func takeLeftoversAndStopWatching() -> Bool {
        for _ in 0..<4 {
            if stopWatching() { return true }
            _ = takeFromLinks()
        }
        return false
    }

    private func takeMessages() -> Bool {
        var isActive = false
        while true {
            do {
                guard let frame = try transport.receive() else { return isActive }
                isActive = true
                rankWatch?.heard(from: Int(frame.source.rank), at: now)
                observation.tally.noteReceived(frame.bytes.count, fromRank: Int(frame.source.rank))
                // What was on its way when an earlier `withProcesses` ended has no receiver any more.
                guard frame.epoch == setup.epoch else {
                    // Who is quicker to leave may have begun the next one.
                    if frame.epoch > setup.epoch { early.append(frame) }
                    continue
                }
                remote.noteArrival(frame)
                route(frame)
            } catch let error as FrameError {
                logger.error(
                    "a message from another rank is no frame and was dropped",
                    metadata: ["reason": "\(error)"]
                )
            } catch {
                failTransport(error)
                return isActive
            }
        }
    }

    private func takeEvents() -> Bool {
        var isActive = false
        // What wakes the Host's own thread is for that thread to note.
        for descriptor in poller.poll() where descriptor != helm.descriptor {
            isActive = true
            if let doorbell, descriptor == doorbell.descriptor {
                doorbell.silence()
            } else if descriptor == server.control {
                takeServerReports()
            } else if let rank = setup.neighbours?.rankOfDescriptor[descriptor] {
                noteEndOfNeighbour(descriptor, rank)
            } else if let process = processOfDescriptor[descriptor] {
                readDescriptor(descriptor, of: process)
            } else {
                _ = answerDoor(descriptor)
            }
        }
        return isActive
    }

    /// The other ranks cannot be reached any more: nothing can go on, and nothing may hang.
    func failTransport(_ error: any Error) {
        logger.critical("the conversation between the ranks broke", metadata: ["reason": "\(error)"])
        let known = error as? ProcessingError
        let breakdown =
            known ?? ProcessingError(.transport, "the conversation between the ranks broke: \(error)")
        self.breakdown = self.breakdown ?? breakdown
        mainEndpoint.fail(breakdown)
        for process in processes.values { try? server.signal(process.address.serial, SIGKILL) }
        isCutOff = true
        hasLeft = true
    }
}
