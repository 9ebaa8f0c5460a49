extension Communicator {
    /// Makes a communicator of some of the ranks.
    ///
    /// Every rank calls it with the same group, whether it is in it or not.
    ///
    /// - Parameter group: Ranks of this communicator.
    /// - Returns: The new communicator; `nil` on a rank that is not in the group.
    /// - Throws: `MPIError` of class `group` if it has other processes.
    ///
    /// Collective · blocking · `MPI_Comm_create` (MPI 3.1 §6.4.2)
    public final func make(from group: Group) throws(MPIError) -> Communicator? {
        guard let made = try raw.make(from: group.raw) else { return nil }
        return try Communicator(made, isOwned: true)
    }

    /// Makes a communicator of some of the ranks, without the doing of the others.
    ///
    /// Every rank of the group calls it.
    ///
    /// - Parameters:
    ///   - group: Ranks of this communicator, of which this one is one.
    ///   - tag: Tells apart what several threads make at a time.
    /// - Returns: The new communicator.
    /// - Throws: `MPIError` of class `group` if it has other processes, or not this one.
    ///
    /// Collective over the group · blocking · `MPI_Comm_create_group` (MPI 3.1 §6.4.2)
    public final func make(from group: Group, tag: Int) throws(MPIError) -> Communicator {
        let number = try Self.number(ofTag: tag, "MPI_Comm_create_group")
        guard group.rank != nil, let made = try raw.make(from: group.raw, tag: number) else {
            throw MPIError(.group, call: "MPI_Comm_create_group", text: "this rank is not in the group")
        }
        return try Communicator(made, isOwned: true)
    }

    /// Makes a communicator with the same ranks, and hints for the library.
    ///
    /// Every rank calls it with the same hints.
    ///
    /// - Parameter info: The hints.
    /// - Returns: The new communicator, as of ``duplicate()``.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Comm_dup_with_info` (MPI 3.1 §6.4.2)
    public final func duplicate(info: Info) throws(MPIError) -> Communicator {
        let raw = try raw
        return try ofSameKind(info.withRaw { (info) throws(MPIError) in try raw.duplicate(info) })
    }

    /// Begins to make a communicator with the same ranks, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations.
    ///
    /// - Returns: A request for the new communicator.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · `MPI_Comm_idup` (MPI 3.1 §6.4.2)
    public final func immediateDuplicate() throws(MPIError) -> Request<Communicator, MPIError> {
        let memory = RawRequestMemory(byteCount: RawCommunicator.handleLength)
        guard let address = memory.address else {
            throw MPIError(.noMemory, call: "MPI_Comm_idup", text: "there is no memory for a handle")
        }
        let request = try raw.immediateDuplicate(address)
        return Request(LibraryOperation(request, "a duplication", memory: memory)) {
            (outcome) throws(MPIError) -> Communicator in
            guard let address = try outcome.get().memory?.address else {
                throw MPIError(.noMemory, call: "MPI_Comm_idup", text: "there is no memory for a handle")
            }
            return try Communicator(RawCommunicator(storedAt: address), isOwned: true)
        }
    }

    /// The hints that the library makes use of.
    ///
    /// - Throws: `MPIError` if the communicator has been freed.
    ///
    /// Local · `MPI_Comm_get_info` (MPI 3.1 §6.4.4)
    public final var info: Info {
        get throws(MPIError) { try Info(raw.info()) }
    }

    /// Gives the library hints.
    ///
    /// Every rank calls it.
    ///
    /// - Parameter info: The hints.
    /// - Throws: `MPIError` if the communicator has been freed.
    ///
    /// Collective · `MPI_Comm_set_info` (MPI 3.1 §6.4.4)
    public final func apply(_ info: Info) throws(MPIError) {
        let raw = try raw
        try info.withRaw { (info) throws(MPIError) in try raw.setInfo(info) }
    }

    /// Whether what is sent goes to another group of ranks: whether it is an ``Intercommunicator``.
    ///
    /// Local · `MPI_Comm_test_inter` (MPI 3.1 §6.6.1)
    public final var isIntercommunicator: Bool { isBetweenGroups }

    /// Ends the ranks of this communicator at once, as far as the library can; Open MPI ends all ranks of the job.
    ///
    /// - Parameter status: The exit status of the job.
    ///
    /// Local · does not return · `MPI_Abort` (MPI 3.1 §8.7)
    public final func abort(status: Int = 1) -> Never {
        if let raw = try? raw { raw.abort(Int32(truncatingIfNeeded: status)) }
        Environment.abort(status: status)
    }

    /// Does something with a duplicate of this communicator, and frees it on every way out.
    ///
    /// Every rank calls it.
    ///
    /// - Parameter body: Uses the duplicate.
    /// - Returns: What the body returns.
    /// - Throws: `MPIError` if the MPI library fails; what the body throws.
    ///
    /// Collective · blocking · `MPI_Comm_dup`, `MPI_Comm_free` (MPI 3.1 §6.4)
    public final func withDuplicate<Result>(_ body: (Communicator) throws -> Result) throws -> Result {
        let duplicate = try duplicate()
        let result = Swift.Result { try body(duplicate) }
        try duplicate.free()
        return try result.get()
    }
}
