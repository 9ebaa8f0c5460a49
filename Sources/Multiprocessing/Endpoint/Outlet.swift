/// The way out of an endpoint: to the Host of the same rank.
protocol Outlet: Sendable {
    /// Hands the frame over. Throws when the Host is gone.
    func send(_ frame: consuming Frame) throws(ProcessingError)
}

/// The way in, for a thread that waits for frames.
protocol Inlet: Sendable {
    /// Waits for frames, until a deadline if there is one, and hands over those that are complete, perhaps none.
    ///
    /// Only one thread at a time may call it.
    func read(until deadline: ContinuousClock.Instant?, _ deliver: (Frame) -> Void) throws(ProcessingError)
        -> InletOutcome

    /// Looks for frames for a moment, as long as that is promising, without sleeping, and hands over those that are complete.
    ///
    /// Only one thread at a time may call it, or `read`.
    func look(while isPromising: () -> Bool, _ deliver: (Frame) -> Void) throws(ProcessingError)
}

/// What waiting for frames came to.
enum InletOutcome {
    /// It may be called again.
    case goOn
    /// Nothing has come for some time; another thread looks after what comes, so the caller may sleep.
    case rest
    /// The Host is gone.
    case ended
}
