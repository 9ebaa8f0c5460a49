/// The MPI environment of this program: how it begins and ends, and what is known of it.
///
/// Nothing here has to be called. MPI is initialized when ``Communicator/world`` is used for the first time, with
/// ``ThreadLevel/multiple``, and finalized when the program ends. If the program ends with an exit status other than 0, the
/// whole job is aborted with that status at once, so that no other rank waits for this one for ever; the same happens when an
/// error escapes from the main program.
public enum Environment {
    /// Initializes MPI, for a program that wants to choose the thread level or to handle a failure.
    ///
    /// If MPI has been initialized already, by this library or by another, it is used as it is.
    ///
    /// Below ``ThreadLevel/multiple`` this library lets threads take turns, so that its calls stay safe, at the price of one lock
    /// per call, and with the danger that a thread that blocks in a collective operation keeps the others waiting; below
    /// ``ThreadLevel/serialized`` only the thread that calls this may communicate, and nothing can be awaited.
    ///
    /// ```swift
    /// try Environment.initialize(threads: .serialized)
    /// ```
    /// - Parameter threads: The level that the program needs.
    /// - Returns: The level that the MPI library provides, which may be lower or higher.
    /// - Throws: `MPIError` if MPI cannot be initialized, or has been finalized.
    ///
    /// Collective over all ranks · blocking · `MPI_Init_thread` (MPI 3.1 §12.4.3)
    @discardableResult
    public static func initialize(threads: ThreadLevel = .multiple) throws(MPIError) -> ThreadLevel {
        try Runtime.initialize(threads)
    }

    /// Finalizes MPI before the program ends.
    ///
    /// No communication is possible afterwards.
    ///
    /// Every rank calls it. It does nothing if MPI is not running, or if another library initialized it.
    ///
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective over all ranks · blocking · `MPI_Finalize` (MPI 3.1 §8.7)
    public static func finalize() throws(MPIError) {
        try Runtime.finalize()
    }

    /// Ends all ranks of the job at once.
    ///
    /// - Parameter status: The exit status of the job.
    ///
    /// Local · does not return · `MPI_Abort` (MPI 3.1 §8.7)
    public static func abort(status: Int = 1) -> Never {
        Runtime.abort(status: Int32(truncatingIfNeeded: status))
    }

    /// Whether MPI has been initialized, by this library or by another.
    ///
    /// It remains true after the end of MPI.
    ///
    /// Local · `MPI_Initialized` (MPI 3.1 §8.7)
    public static var isInitialized: Bool { Runtime.libraryIsInitialized }

    /// Whether MPI has been finalized.
    ///
    /// Local · `MPI_Finalized` (MPI 3.1 §8.7)
    public static var isFinalized: Bool { Runtime.libraryIsFinalized }

    /// The thread level that the MPI library provides; `nil` before MPI is initialized.
    ///
    /// Local · `MPI_Query_thread` (MPI 3.1 §12.4.3)
    public static var threadLevel: ThreadLevel? { Runtime.threadLevel }

    /// The MPI library and its version, in its own words.
    ///
    /// Local · `MPI_Get_library_version` (MPI 3.1 §8.1.1)
    public static var libraryVersion: String { Runtime.libraryVersion }

    /// The version of the MPI standard that the library follows, such as (3, 1).
    ///
    /// Local · `MPI_Get_version` (MPI 3.1 §8.1.1)
    public static var standardVersion: (major: Int, minor: Int) { Runtime.standardVersion }

    /// The name of the host that this rank runs on.
    ///
    /// It initializes MPI if need be.
    ///
    /// - Throws: `MPIError` if MPI is not running.
    ///
    /// Local · `MPI_Get_processor_name` (MPI 3.1 §8.1.3)
    public static var processorName: String {
        get throws(MPIError) {
            try Runtime.initialize(.multiple)
            return try Runtime.processorName()
        }
    }
}
