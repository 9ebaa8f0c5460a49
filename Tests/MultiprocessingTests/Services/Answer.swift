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

    /// The reply as it comes back to its service when its receiver has ended.
    var returned: Frame {
        var frame = self
        frame.kind = .undeliverable
        (frame.source, frame.destination) = (destination, source)
        return frame
    }
}

/// Random numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
