internal import ClosureCoding
internal import Glibc
internal import MPI

/// How the Hosts of the ranks get to know each other at the beginning.
struct Meeting {
    let rank: Int
    let size: Int
    let transport: any HostTransport
    let doorbell: Doorbell?
    /// How what the processes print is shown: as rank 0 wants it.
    let outputForm: OutputForm
    /// How many processors the machines of all ranks have together.
    let jobProcessorCount: Int
    /// The host of each rank.
    let hostNames: [String]
    /// After how many seconds a rank is lost of which nothing is heard: as rank 0 wants it.
    let rankTimeout: Int
    /// What is to be noted meanwhile: as rank 0 wants it.
    let observation: ObservationSettings
    /// How far this rank's clock is behind that of rank 0, in nanoseconds, if that matters.
    let clockOffset: Int64
    /// Whether ranks may be lost, those that were, and those that can be watched.
    let survivesLosses: Bool
    let losses: [RankLoss]
    let neighbours: Neighbours?

    /// What each rank tells the others.
    struct Card: Codable, Sendable {
        var program: ProgramIdentity
        var hostName: String
        /// Ranks with the same one can ring each other's doorbells.
        var node: String
        var doorbell: String
        var machine: String
        var processorCount: Int
        var outputForm: OutputForm
        var rankTimeout: Int
        var observation: ObservationSettings
        /// Ranks with the same one have one clock.
        var clock: String
    }

    /// Collective over the ranks.
    ///
    /// MPI is not touched if there is only one.
    /// `epoch` is the number of this `withProcesses`, the same on all ranks; `early` is what has come for it before it began.
    init(_ outputForm: OutputForm, epoch: UInt32, early: [Frame]) throws {
        guard MPIAvailability.isLaunchedOnSeveralRanks else {
            self.init(alone: outputForm)
            return
        }
        let crew = try Crew.shared()
        guard crew.bytes.size > 1 else {
            self.init(alone: outputForm)
            return
        }
        let bell = try Doorbell()
        let card = Card(
            program: .current,
            hostName: HostName.current,
            node: Meeting.node,
            doorbell: bell.name,
            machine: Machine.identity,
            processorCount: Machine.processorCount,
            outputForm: outputForm,
            rankTimeout: RankWatch.secondsOfEnvironment,
            observation: .ofEnvironment,
            clock: Meeting.clock
        )
        let transport = MPITransport(bytes: crew.bytes, doorbell: bell, survivesLosses: crew.survivesLosses)
        transport.putBack(early)
        let cards: [Card?] =
            crew.survivesLosses
            ? try Attendance(crew, transport, epoch).exchange(card)
            : try crew.bytes.communicator.allGather(card)
        try self.init(crew, transport, bell, cards)
    }

    /// Without other ranks.
    private init(alone outputForm: OutputForm) {
        rank = 0
        size = 1
        transport = LoneTransport()
        doorbell = nil
        self.outputForm = outputForm
        jobProcessorCount = Machine.processorCount
        hostNames = [HostName.current]
        rankTimeout = 0
        observation = .ofEnvironment
        clockOffset = 0
        survivesLosses = false
        losses = []
        neighbours = nil
    }

    /// With what the others have said; `nil` for those that are lost.
    private init(_ crew: Crew, _ transport: MPITransport, _ bell: Doorbell, _ cards: [Card?]) throws {
        guard let main = cards.first ?? nil else {
            throw ProcessingError(.rankLost, "rank 0 is lost, and `withProcesses` cannot begin without it")
        }
        for (other, card) in cards.enumerated() {
            guard let card, card.program != main.program else { continue }
            throw ProcessingError(
                .differentProgram,
                """
                rank \(other) on \(card.hostName) runs another program (\(card.program)) than rank 0 on \
                \(main.hostName) (\(main.program)): functions cannot travel between them. Install the same file on every host
                """
            )
        }
        let node = Meeting.node
        transport.bellNames = cards.map { $0?.node == node ? $0?.doorbell : nil }
        self.transport = transport
        rank = crew.bytes.rank
        size = crew.bytes.size
        doorbell = bell
        outputForm = main.outputForm
        rankTimeout = main.rankTimeout
        observation = main.observation
        clockOffset =
            observation.tracePath == nil
            ? 0
            : try ClockOffset.measure(
                crew.bytes.communicator,
                clocks: cards.map { $0?.clock },
                patience: crew.survivesLosses && rankTimeout > 0 ? .seconds(rankTimeout) : nil
            )
        hostNames = crew.hostNames
        jobProcessorCount = Machine.processorCount(
            of: cards.compactMap { $0 }.map { ($0.machine, $0.processorCount) }
        )
        survivesLosses = crew.survivesLosses
        losses = crew.losses
        neighbours = crew.survivesLosses ? crew.neighbours : nil
    }

    /// What tells clocks apart: this start of the machine, and the time namespace.
    private static var clock: String {
        var namespace = stat()
        _ = stat("/proc/self/ns/time", &namespace)
        return Machine.identity + "\(namespace.st_ino)"
    }

    /// What tells apart the places that share the sockets of one kernel: this start of the machine, and the network namespace.
    private static var node: String {
        var namespace = stat()
        _ = stat("/proc/self/ns/net", &namespace)
        return Machine.identity + "\(namespace.st_ino)"
    }
}
