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
    let steps: [Step]

    /// The part of a rank.
    init(rank: Int, size: Int) {
        var steps: [Step] = []
        var distance = 1
        while distance < size {
            if rank & distance != 0 {
                steps.append(.give(to: rank - distance))
                break
            }
            if rank + distance < size { steps.append(.combine(from: rank + distance)) }
            distance <<= 1
        }
        self.steps = steps
    }
}
