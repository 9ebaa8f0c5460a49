internal import Synchronization

/// What a thread does while it waits for a message or a request.
///
/// MPI itself can only be polled, so waiting is a matter of how often: the more often, the sooner it is noticed that something has
/// arrived, and the more of a processor is spent on looking.
///
/// ```swift
/// world.waitForMessages(by: .backOff)    // a rank that waits for hours for something to do
/// ```
/// The environment variable `SWIFT_MPI_WAIT`, with the value `spin`, `yield` or `backoff`, says what a program begins with. Without it that
/// is ``spin``; but if a node runs more ranks than it has cores, they let each other run between two looks.
///
/// It concerns messages between two ranks and requests. A collective operation waits in the library, in whatever way that has.
public enum WaitingPolicy: UInt8, Sendable, Hashable, CaseIterable {
    /// Look all the time: the shortest delay, and a core of the machine for each thread that waits.
    case spin

    /// Look, then let others run: a core that is free is still used up, others share it.
    case yield

    /// Look less and less often, up to a thousand times a second: next to no use of the processor, and a delay of up to a
    /// millisecond.
    case backOff

    /// What the environment says.
    static let ofProgram: WaitingPolicy = {
        switch LaunchEnvironment.variable("SWIFT_MPI_WAIT")?.lowercased() {
        case "yield": return .yield
        case "backoff": return .backOff
        case "spin", nil: return .spin
        case .some(let word):
            Runtime.report("SWIFT_MPI_WAIT=\(word) is none of spin, yield and backoff; it is ignored")
            return .spin
        }
    }()
}

extension Communicator {
    /// What a thread does that waits for a message of this communicator.
    public final var waitingPolicy: WaitingPolicy {
        WaitingPolicy(rawValue: waiting.load(ordering: .relaxed)) ?? .spin
    }

    /// Decides what a thread does that waits for a message of this communicator.
    ///
    /// Each rank decides for itself.
    ///
    /// - Parameter policy: What it does.
    public final func waitForMessages(by policy: WaitingPolicy) {
        waiting.store(policy.rawValue, ordering: .relaxed)
    }

    /// Whether the library may wait by itself, as it does fastest.
    @inline(__always)
    final var spins: Bool { waiting.load(ordering: .relaxed) == WaitingPolicy.spin.rawValue }
}
