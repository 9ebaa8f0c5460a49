/// How alike two groups or two communicators are.
public enum Comparison: Sendable, Hashable {
    /// The same one; of groups: the same processes in the same order.
    ///
    /// The corresponding C constant is `MPI_IDENT`.
    case identical

    /// Two communicators with the same processes in the same order.
    ///
    /// The corresponding C constant is `MPI_CONGRUENT`.
    case congruent

    /// The same processes in another order.
    ///
    /// The corresponding C constant is `MPI_SIMILAR`.
    case similar

    /// Other processes.
    ///
    /// The corresponding C constant is `MPI_UNEQUAL`.
    case unequal
}
