internal import Synchronization

/// The largest number of elements that an argument of C can express.
///
/// Beyond it counts become derived datatypes where the library moves elements, and several calls where it calculates with them.
enum CountLimit {
    private static let current = Atomic(Int(Int32.max))

    /// How long a piece is at most.
    private static let pieceLength = 1 << 30

    /// The limit.
    ///
    /// Every rank has the same. Tests lower it, so that short buffers go the way of long ones.
    static var largest: Int {
        get { current.load(ordering: .relaxed) }
        set { current.store(newValue, ordering: .relaxed) }
    }

    /// Whether C cannot count so many elements.
    @inline(__always)
    static func isExceeded(by count: Int, unitCount: Int) -> Bool {
        // No division for what is one element of the library's.
        count > (unitCount == 1 ? largest : largest / unitCount)
    }

    /// Some elements in pieces that C can count: one, if it can count all of them.
    ///
    /// - Parameters:
    ///   - count: How many elements.
    ///   - unitCount: How many of the library's elements each of them is.
    ///   - largest: What C can count.
    /// - Returns: The pieces, in order.
    static func pieces(of count: Int, unitCount: Int = 1, largest: Int = largest) -> [Range<Int>] {
        guard count > 0 else { return [0..<0] }
        guard count > largest / max(1, unitCount) else { return [0..<count] }
        let length = max(1, min(pieceLength, largest) / max(1, unitCount))
        return stride(from: 0, to: count, by: length).map { $0..<min(count, $0 + length) }
    }

    /// Why blocks cannot be exchanged.
    static func error(_ name: StaticString) -> MPIError {
        MPIError(
            .count,
            call: name,
            text: """
                a count or a displacement is more than \(largest), which the library cannot count here; do it by the blocking form, with \
                agreeOnArguments(true), or by allToAll(_:parts:into:resultParts:) with a pattern for each part
                """
        )
    }
}
