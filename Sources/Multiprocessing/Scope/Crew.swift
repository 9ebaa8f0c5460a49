internal import Glibc
internal import MPI

/// The ranks of the job, as they know each other from their first `withProcesses` on; made once.
///
/// Only `withProcesses` uses it, one at a time.
final class Crew {
    /// By which the Hosts talk: a duplicate of the world's communicator.
    let bytes: ByteTransport
    let hostNames: [String]
    /// Whether the launcher lets the others run when a rank is lost, as all of them say.
    let survivesLosses: Bool
    let neighbours: Neighbours
    /// Whether ranks are in several places, so that not everybody sees the end of each.
    let isSpread: Bool
    /// After how many seconds a silent rank is lost, as rank 0 wants it; 0 for never.
    let rankTimeout: Int
    /// Those that were lost so far.
    var losses: [RankLoss] = []
    /// What has come for the next `withProcesses`, while the last one was at its end.
    var early: [Frame] = []

    private var pulse: Pulse?

    private struct Card: Codable, Sendable {
        var hostName: String
        var place: String?
        var pid: Int32
        var survivesLosses: Bool
        var rankTimeout: Int
    }

    nonisolated(unsafe) private static var made: Crew?

    /// Collective when called first.
    static func shared() throws -> Crew {
        if let made { return made }
        let crew = try Crew()
        made = crew
        return crew
    }

    /// The one of the job, if there is one.
    static var current: Crew? { made }

    private init() throws {
        bytes = try ByteTransport(duplicating: .world)
        let own = Card(
            hostName: HostName.current,
            place: Neighbours.place,
            pid: getpid(),
            survivesLosses: MPIAvailability.goesOnWithoutLostRanks,
            rankTimeout: RankWatch.secondsOfEnvironment
        )
        let cards = try bytes.communicator.allGather(own)
        hostNames = cards.map(\.hostName)
        survivesLosses = cards.allSatisfy(\.survivesLosses)
        rankTimeout = cards[0].rankTimeout
        isSpread = cards.contains { $0.place == nil || $0.place != cards[0].place }
        var pids: [Int: pid_t] = [:]
        // Otherwise the launcher is the one to notice, and to say what has happened.
        if survivesLosses, own.place != nil {
            for (rank, card) in cards.enumerated() where rank != bytes.rank && card.place == own.place {
                pids[rank] = card.pid
            }
        }
        neighbours = Neighbours(pids: pids)
        if survivesLosses, isSpread { MPIAvailability.beforeFinalizing { _ = Crew.made?.resume() } }
    }

    // MARK: Between two `withProcesses`

    /// Decides which ranks are silent, among those that are not known to be lost; `nil` where that says nothing.
    func makeWatch() -> RankWatch? {
        guard survivesLosses, isSpread else { return nil }
        var watch = RankWatch(
            ownRank: bytes.rank,
            size: bytes.size,
            seconds: rankTimeout,
            now: ContinuousClock.now
        )
        for loss in losses { watch?.forget(loss.rank) }
        return watch
    }

    /// One is over.
    func rest() {
        guard let watch = makeWatch(), !watch.peers.isEmpty, let doorbell = try? Doorbell() else { return }
        let transport = MPITransport(bytes: bytes, doorbell: doorbell, survivesLosses: true)
        // Without a thread the others wait for this rank a while only.
        pulse = try? Pulse(transport, ownRank: bytes.rank, peers: watch.peers, interval: watch.interval)
    }

    /// The next one begins, or the program ends; hands over what has come for it meanwhile.
    func resume() -> [Frame] {
        defer { early = [] }
        return early + (pulse.take()?.stop() ?? [])
    }
}
