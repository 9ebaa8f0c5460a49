internal import Synchronization

/// What the layer of processes arranges with MPI.
package enum MPIAvailability {
    /// Forbids all use of MPI in this operating system process, which is no rank.
    ///
    /// - Parameter reason: Why, and what to do instead; it is what a program that uses MPI nevertheless ends with.
    package static func forbid(_ reason: String) {
        Runtime.forbid(reason)
    }

    /// How many threads of this process the MPI library has started.
    ///
    /// They run no Swift code.
    package static var threadCount: Int { Runtime.threadCount }

    /// Registers what is to be done when the program ends with exit status 0, before MPI is finalized, if it is running.
    ///
    /// The last one registered is called first. None is called in a process forked from the one that registered it, nor
    /// when the exit status is another, which ends all ranks at once.
    package static func beforeFinalizing(_ action: @escaping @Sendable () -> Void) {
        Runtime.beforeFinalizing(action)
    }

    /// A rank of the job is lost, of which the MPI library may know nothing: it is not waited for when MPI is finalized.
    package static func noteLostRank() { Runtime.hasLostRank.store(true, ordering: .relaxed) }

    /// Whether the launcher lets the other ranks run when one is lost, as far as this rank is told.
    package static var goesOnWithoutLostRanks: Bool { LaunchEnvironment.goesOnWithoutLostRanks }

    /// Whether the program runs as one of several ranks, as far as can be told without initializing MPI.
    package static var isLaunchedOnSeveralRanks: Bool { LaunchEnvironment.isLaunchedOnSeveralRanks }
}
