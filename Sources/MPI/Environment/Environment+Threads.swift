extension Environment {
    /// Whether this thread is the one that initialized MPI.
    ///
    /// - Throws: `MPIError` if MPI is not running.
    ///
    /// Local · `MPI_Is_thread_main` (MPI 3.1 §12.4.3)
    public static var isMainThread: Bool {
        get throws(MPIError) { try Runtime.isMainThread() }
    }

    /// Tells a profiling tool how much it is to record.
    ///
    /// Without such a tool nothing happens.
    ///
    /// - Parameter level: 0 for nothing, 1 for the usual, 2 for what has been recorded to be written; others mean what the tool wants.
    /// - Throws: `MPIError` if MPI is not running.
    ///
    /// Local · `MPI_Pcontrol` (MPI 3.1 §14.2.4)
    public static func controlProfiling(level: Int) throws(MPIError) {
        try Runtime.controlProfiling(Int32(truncatingIfNeeded: level))
    }
}
