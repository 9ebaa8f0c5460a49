import MPI

/// An operation, and what it does to two numbers.
struct FoldedOperation {
    let operation: ReduceOperation<Int64>
    let combine: (Int64, Int64) -> Int64

    /// Two of the library's own and two that depend on the order.
    static var samples: [FoldedOperation] {
        [
            FoldedOperation(operation: .sum) { $0 &+ $1 },
            FoldedOperation(operation: .max) { max($0, $1) },
            FoldedOperation(operation: ReduceOperation { left, _ in left }) { left, _ in left },
            FoldedOperation(operation: ReduceOperation { _, right in right }) { _, right in right },
        ]
    }

    /// What ranks 0 to `last` combine to, if each gives its number times 3 and 1.
    func result(ofRanksTo last: Int) -> Int64 {
        (1..<(last + 1)).reduce(Self.element(ofRank: 0)) { combine($0, Self.element(ofRank: $1)) }
    }

    static func element(ofRank rank: Int) -> Int64 { Int64(rank * 3 + 1) }
}
