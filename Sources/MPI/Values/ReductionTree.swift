/// The way partial results take in a reduction that this library does itself, towards rank 0 and in the order of the ranks.
///
/// In each round, every second rank that is left gives what it has to the one before it: ranks 1, 3, 5 …, then 2, 6, 10 …, and
/// so on. What a rank has always stems from a row of neighbouring ranks that begins with itself.
struct ReductionTree: Equatable {
    /// One thing that a rank has to do.
    enum Step: Equatable {
        /// Combine what this rank has with what a higher rank gives.
        case combine(from: Int)
        /// Give what this rank has to a lower rank; it is done then.
        case give(to: Int)
    }

    /// What a rank has to do, in this order.
    let steps: Steps

    /// The part of a rank.
    init(rank: Int, size: Int) { steps = Steps(rank: rank, size: size) }

    /// The steps of a rank, each of which follows from its number: nothing is kept of them.
    struct Steps: RandomAccessCollection, Equatable {
        private let rank: Int
        private let combinationCount: Int
        /// How far it is to the one that this rank gives to; 0 for rank 0, which gives nothing.
        private let distance: Int

        init(rank: Int, size: Int) {
            self.rank = rank
            distance = rank & -rank
            // All those that are nearer than that, and that there are.
            let others = size - 1 - rank
            let roundCount = rank == 0 ? Int.bitWidth - 1 : rank.trailingZeroBitCount
            combinationCount = Swift.min(roundCount, Int.bitWidth - Swift.max(others, 0).leadingZeroBitCount)
        }

        var startIndex: Int { 0 }
        var endIndex: Int { combinationCount + (distance == 0 ? 0 : 1) }

        subscript(position: Int) -> Step {
            position < combinationCount ? .combine(from: rank + 1 << position) : .give(to: rank - distance)
        }
    }
}
