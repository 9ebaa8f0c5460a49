extension Environment {
    private static func attribute(_ key: Int32) throws(MPIError) -> Int? {
        try Runtime.initialize(.multiple)
        return try RawCommunicator.world.attribute(key)
    }

    /// The largest tag of a message.
    ///
    /// - Throws: `MPIError` if MPI is not running.
    ///
    /// Local · `MPI_TAG_UB` (MPI 3.1 §8.1.2)
    public static var largestTag: Int {
        get throws(MPIError) { try attribute(RawCommunicator.tagUpperBound) ?? 32_767 }
    }

    /// How many ranks there can be together with those that are spawned; `nil` if the library does not say.
    ///
    /// - Throws: `MPIError` if MPI is not running.
    ///
    /// Local · `MPI_UNIVERSE_SIZE` (MPI 3.1 §10.5.1)
    public static var universeSize: Int? {
        get throws(MPIError) { try attribute(RawCommunicator.universeSize) }
    }

    /// Which of the programs of the launch this is, from 0; `nil` if the library does not say.
    ///
    /// - Throws: `MPIError` if MPI is not running.
    ///
    /// Local · `MPI_APPNUM` (MPI 3.1 §10.5.3)
    public static var applicationNumber: Int? {
        get throws(MPIError) { try attribute(RawCommunicator.applicationNumber) }
    }

    /// Whether the clocks of all ranks go together, so that instants of ``WallClock`` can be compared.
    ///
    /// - Throws: `MPIError` if MPI is not running.
    ///
    /// Local · `MPI_WTIME_IS_GLOBAL` (MPI 3.1 §8.1.2)
    public static var clockIsGlobal: Bool {
        get throws(MPIError) { try attribute(RawCommunicator.isClockGlobal) ?? 0 != 0 }
    }

    /// The largest code of an error that the library knows, with those that the program has added.
    ///
    /// - Throws: `MPIError` if MPI is not running.
    ///
    /// Local · `MPI_LASTUSEDCODE` (MPI 3.1 §8.5)
    public static var lastErrorCode: Int {
        get throws(MPIError) { try attribute(RawCommunicator.lastErrorCode) ?? 0 }
    }
}
