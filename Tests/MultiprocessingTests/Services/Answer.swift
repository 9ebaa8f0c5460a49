@testable import Multiprocessing

/// To whom a service said what, where nothing else matters.
struct Answer: Equatable {
    var process: UInt32
    var outcome: Outcome

    init(_ process: UInt32, _ outcome: Outcome) {
        self.process = process
        self.outcome = outcome
    }
}

extension Frame {
    var answer: Answer { Answer(summary.process, summary.outcome) }
}
