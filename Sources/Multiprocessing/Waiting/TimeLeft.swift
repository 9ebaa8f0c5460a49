/// What is left of a time limit, from the first time on that it is asked for.
struct TimeLeft {
    private let limit: Duration?
    private var deadline: ContinuousClock.Instant?

    /// `nil` is no limit.
    init(_ limit: Duration?) { self.limit = limit }

    mutating func next() -> Duration? {
        guard let limit else { return nil }
        guard let deadline else {
            deadline = .deadline(after: limit)
            return limit
        }
        return max(.zero, ContinuousClock.now.duration(to: deadline))
    }

    /// Whether it is long enough for a look that may take a moment.
    var mayLook: Bool { LoanDrawer.mayLook(limit) }
}
