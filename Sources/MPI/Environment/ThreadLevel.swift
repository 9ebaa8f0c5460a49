/// Which threads of a program may communicate.
///
/// Local · MPI 3.1 §12.4.3
public enum ThreadLevel: Int, Comparable, Sendable, CaseIterable {
    /// The program has one thread.
    ///
    /// The corresponding C constant is `MPI_THREAD_SINGLE`.
    case single
    /// Only the thread that initialized MPI communicates.
    ///
    /// The corresponding C constant is `MPI_THREAD_FUNNELED`.
    case funneled
    /// Any thread communicates, one at a time. This library sees to it that they take turns. The corresponding C
    /// constant is `MPI_THREAD_SERIALIZED`.
    case serialized
    /// Any thread communicates at any time.
    ///
    /// The corresponding C constant is `MPI_THREAD_MULTIPLE`.
    case multiple

    /// Whether one level allows less than another.
    public static func < (left: ThreadLevel, right: ThreadLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}
