/// A moment at which a wait is given up, or never.
struct Deadline: Sendable {
    private let moment: ContinuousClock.Instant?

    /// A deadline that lies a while ahead; `nil` means never.
    init(after timeout: Duration?) {
        moment = timeout.map { ContinuousClock.now.advanced(by: $0) }
    }

    /// No deadline.
    static var never: Deadline { Deadline(after: nil) }

    /// Whether there is none.
    var isNever: Bool { moment == nil }

    /// Whether it has passed.
    var isOver: Bool {
        guard let moment else { return false }
        return ContinuousClock.now >= moment
    }
}
