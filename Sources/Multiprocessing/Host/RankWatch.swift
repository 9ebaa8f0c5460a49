internal import Glibc

/// Decides whether other ranks are still there, by when something was heard of them last.
///
/// A launcher that is told to go on when a rank is lost tells nobody, and one whose network is cut does not know. Rank 0 listens to all others
/// and they to it, so that among a thousand ranks each but one has little to do.
struct RankWatch {
    /// The environment variable, on rank 0, with the number of seconds after which a silent rank is lost; 0 for never.
    static let variable = "SWIFT_MPI_RANK_TIMEOUT"

    /// After how many seconds a rank is lost that is silent, unless the environment says otherwise.
    ///
    /// A rank is never silent for long by itself: its Host has a thread of its own. A machine can be so busy that it is.
    static let defaultSeconds = 30

    /// What the environment says.
    static var secondsOfEnvironment: Int {
        guard let text = getenv(variable), let seconds = Int(String(cString: text)),
            (0...86_400).contains(seconds)
        else { return defaultSeconds }
        return seconds
    }

    /// Why a silent rank is lost.
    static func reason(_ seconds: Int) -> String {
        "nothing has been heard of it for \(seconds) s (\(variable) says how long to wait)"
    }

    /// How long a rank may be silent.
    let patience: Duration
    /// How often this one says that it is there.
    let interval: Duration
    /// The ranks that this one listens to, which listen to it.
    private(set) var peers: [Int]
    private var lastHeard: [Int: ContinuousClock.Instant] = [:]
    private var lastLook: ContinuousClock.Instant
    /// When there is something to do.
    private(set) var deadline: ContinuousClock.Instant

    /// Returns `nil` where there is nobody to listen to, or no limit.
    init?(ownRank: Int, size: Int, seconds: Int, now: ContinuousClock.Instant) {
        guard size > 1, seconds > 0 else { return nil }
        patience = .seconds(seconds)
        interval = min(.seconds(5), patience / 6)
        peers = ownRank == 0 ? Array(1..<size) : [0]
        for peer in peers { lastHeard[peer] = now }
        lastLook = now
        deadline = now + interval
    }

    /// A message of that rank has come.
    mutating func heard(from rank: Int, at now: ContinuousClock.Instant) {
        // Messages of those that this one does not listen to count for nothing.
        if lastHeard[rank] != nil { lastHeard[rank] = now }
    }

    /// A rank is known to be lost.
    mutating func forget(_ rank: Int) {
        peers.removeAll { $0 == rank }
        lastHeard[rank] = nil
    }

    /// Once the deadline has passed: says which ranks are lost; all other peers are to be told that this rank is there.
    mutating func look(at now: ContinuousClock.Instant) -> [Int] {
        let gap = lastLook.duration(to: now)
        // If it is this rank that stood still, messages may be waiting: the time does not count.
        if gap > interval * 2 {
            for (peer, moment) in lastHeard { lastHeard[peer] = min(now, moment + gap) }
        }
        lastLook = now
        deadline = now + interval
        return peers.filter { peer in lastHeard[peer].map { $0 + patience <= now } ?? false }
    }
}
