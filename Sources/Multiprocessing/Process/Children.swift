/// The processes that a process has started and that it has not seen end.
///
/// Those that nobody joins are asked for now and then, so that they are not kept for ever. Python asks for every one at each
/// start; here, where a question may go to another machine, they are asked once their number has doubled.
struct Children {
    private(set) var states: [ProcessState] = []
    private var nextReview = Children.firstReview
    private static let firstReview = 16

    mutating func add(_ state: ProcessState) { states.append(state) }

    mutating func remove(_ state: ProcessState) { states.removeAll { $0 === state } }

    mutating func removeAll() -> [ProcessState] {
        defer { states = [] }
        return states
    }

    /// The children, if it is time to ask whether they have ended.
    var due: [ProcessState] { states.count >= nextReview ? states : [] }

    /// Notes that they were asked, and those that have ended removed.
    mutating func noteReview() { nextReview = max(Children.firstReview, 2 * states.count) }
}
