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

    /// What each rank tells the others.
    private struct Card: Codable, Sendable {
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
    init(_ outputForm: OutputForm) throws {
        guard MPIAvailability.isLaunchedOnSeveralRanks else {
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
            return
        }
        let bytes = try HostCommunicator.shared()
        rank = bytes.rank
        size = bytes.size
        guard size > 1 else {
            transport = LoneTransport()
            doorbell = nil
            self.outputForm = outputForm
            jobProcessorCount = Machine.processorCount
            hostNames = [HostName.current]
            rankTimeout = 0
            observation = .ofEnvironment
            clockOffset = 0
            return
        }
        let bell = try Doorbell()
        let node = Meeting.node
        let cards = try bytes.communicator.allGather(
            Card(
                program: .current,
                hostName: HostName.current,
                node: node,
                doorbell: bell.name,
                machine: Machine.identity,
                processorCount: Machine.processorCount,
                outputForm: outputForm,
                rankTimeout: RankWatch.secondsOfEnvironment,
                observation: .ofEnvironment,
                clock: Meeting.clock
            )
        )
        if let other = cards.firstIndex(where: { $0.program != cards[0].program }) {
            throw ProcessingError(
                .differentProgram,
                """
                rank \(other) on \(cards[other].hostName) runs another program (\(cards[other].program)) than rank 0 on \
                \(cards[0].hostName) (\(cards[0].program)): functions cannot travel between them. Install the same file on every host
                """
            )
        }
        transport = MPITransport(
            bytes: bytes,
            doorbell: bell,
            bellNames: cards.map { $0.node == node ? $0.doorbell : nil }
        )
        doorbell = bell
        self.outputForm = cards[0].outputForm
        rankTimeout = cards[0].rankTimeout
        observation = cards[0].observation
        clockOffset =
            observation.tracePath == nil
            ? 0 : try ClockOffset.measure(bytes.communicator, clocks: cards.map(\.clock))
        hostNames = cards.map(\.hostName)
        jobProcessorCount = Machine.processorCount(of: cards.map { ($0.machine, $0.processorCount) })
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

/// The communicator on which the Hosts talk: a duplicate of the world's, made once.
enum HostCommunicator {
    nonisolated(unsafe) private static var made: ByteTransport?

    /// Collective when called first.
    ///
    /// Only `withProcesses` calls it, one at a time.
    static func shared() throws -> ByteTransport {
        if let made { return made }
        let transport = try ByteTransport(duplicating: .world)
        made = transport
        return transport
    }
}
