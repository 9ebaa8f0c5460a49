/// State that threads and tasks share, with a way for both to wait until it has changed.
final class WaitingRoom<State: Sendable>: Sendable {
    private struct Contents: Sendable {
        var state: State
        var tickets: [WaitTicket] = []
    }

    private let monitor: Monitor<Contents>

    init(_ state: State) { monitor = Monitor(Contents(state: state)) }

    /// Calls `use` while nobody else has the state.
    func withLock<Result>(_ use: (inout State) -> Result) -> Result { monitor.withLock { use(&$0.state) } }

    /// Changes the state, and has everybody who waits look at it again.
    func change<Result>(_ change: (inout State) -> Result) -> Result {
        let (result, tickets) = monitor.withLock { contents in
            let result = change(&contents.state)
            defer { contents.tickets = [] }
            return (result, contents.tickets)
        }
        monitor.wakeAll()
        for ticket in tickets { ticket.end(.woken) }
        return result
    }

    /// Blocks the thread until `check` returns something; returns `nil` if the deadline passes first.
    func wait<Result>(until deadline: ContinuousClock.Instant?, for check: (inout State) -> Result?)
        -> Result?
    {
        monitor.wait(until: deadline) { check(&$0.state) }
    }

    /// Waits until `check` returns something; returns `nil` if the deadline passes first.
    ///
    /// A cancelled task takes nothing any more.
    ///
    /// - Throws: `CancellationError`; `ProcessingError` if the system has no thread left to watch the deadline.
    func wait<Result>(
        until deadline: ContinuousClock.Instant?,
        for check: @Sendable (inout State) -> Result?
    ) async throws -> Result? {
        while true {
            try Task.checkCancellation()
            let ticket = WaitTicket()
            let result = monitor.withLock { contents in
                let result = check(&contents.state)
                if result == nil { contents.tickets.append(ticket) }
                return result
            }
            if let result { return result }
            let ending = await SocketWatcher.shared.wait(until: deadline, ticket: ticket)
            monitor.withLock { contents in contents.tickets.removeAll { $0 === ticket } }
            switch ending {
            case .ready, .woken: continue
            case .cancelled: throw CancellationError()
            case .failed(let error): throw error
            case .timedOut: return monitor.withLock { check(&$0.state) }
            }
        }
    }
}
