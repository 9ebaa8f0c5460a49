// User-level failure mitigation: what a program does that wants to go on when a rank has died. A library that has it reports the
// death as an error of class `processFailed`, instead of ending the job.

extension Communicator {
    /// Makes all further communication here fail, on every rank.
    ///
    /// A rank that has noticed a failure calls it, so that no other rank waits for ever for somebody who has noticed it too and gone
    /// elsewhere. They get an error of class `revoked`. Afterwards only ``shrink()`` and ``agree(_:)`` work.
    ///
    /// ```swift
    /// do {
    ///     try step(team)
    /// } catch let error as MPIError where [.processFailed, .revoked].contains(error.errorClass) {
    ///     try team.revoke()
    ///     team = try team.shrink()
    /// }
    /// ```
    /// - Throws: `MPIError` of class `notSupported` if the library cannot go on without a rank.
    ///
    /// Local · `MPIX_Comm_revoke` (ULFM)
    public func revoke() throws(MPIError) {
        try raw.revoke()
    }

    /// Whether a rank has revoked the communicator, as far as this one has heard.
    ///
    /// - Throws: `MPIError` of class `notSupported` if the library cannot go on without a rank.
    ///
    /// Local · `MPIX_Comm_is_revoked` (ULFM)
    public var isRevoked: Bool {
        get throws(MPIError) { try raw.isRevoked() }
    }

    /// Makes a communicator of the ranks that are alive.
    ///
    /// Every rank that is alive calls it. It works on a revoked communicator.
    ///
    /// - Returns: The new communicator; ``free()`` gives it back.
    /// - Throws: `MPIError` of class `notSupported` if the library cannot go on without a rank.
    ///
    /// Collective · blocking · `MPIX_Comm_shrink` (ULFM)
    public func shrink() throws(MPIError) -> Communicator {
        try Communicator(raw.shrink(), isOwned: true)
    }

    /// Agrees with the other ranks on a set of bits, whatever fails meanwhile.
    ///
    /// Every rank that is alive calls it, and all get the same: the bits that every one of them gave.
    ///
    /// ```swift
    /// let allFinished = try world.agree(isFinished ? 1 : 0).bits == 1
    /// ```
    /// - Parameter bits: What this rank gives.
    /// - Returns: The bits that all gave; and the error of class `processFailed` if a rank has failed whose failure has not been
    ///   acknowledged by all.
    /// - Throws: `MPIError` of class `notSupported` if the library cannot go on without a rank.
    ///
    /// Collective · blocking · `MPIX_Comm_agree` (ULFM)
    public func agree(_ bits: Int32) throws(MPIError) -> (bits: Int32, failure: MPIError?) {
        try raw.agree(bits)
    }

    /// Begins to agree with the other ranks on a set of bits, and returns at once.
    ///
    /// Every rank that is alive calls it.
    ///
    /// - Parameter bits: What this rank gives.
    /// - Returns: A request for the bits that all gave.
    /// - Throws: `MPIError` of class `notSupported` if the library cannot go on without a rank.
    ///
    /// Collective · `MPIX_Comm_iagree` (ULFM)
    public func immediateAgree(_ bits: Int32) throws(MPIError) -> Request<Int32, MPIError> {
        let memory = RawRequestMemory(byteCount: MemoryLayout<Int32>.size)
        guard let flag = memory.address?.bindMemory(to: Int32.self, capacity: 1) else {
            throw MPIError(.noMemory, call: "MPIX_Comm_iagree", text: "there is no memory for four bytes")
        }
        flag.pointee = bits
        let request = try raw.immediateAgree(flag)
        return Request(LibraryOperation(request, "an agreement", memory: memory)) {
            (outcome) throws(MPIError) -> Int32 in
            let completion = try outcome.get()
            return completion.memory?.address?.load(as: Int32.self) ?? 0
        }
    }

    /// The ranks of this communicator that are known to have failed.
    ///
    /// - Throws: `MPIError` of class `notSupported` if the library cannot go on without a rank.
    ///
    /// Local · `MPIX_Comm_get_failed` (ULFM)
    public var failedRanks: [Int] {
        get throws(MPIError) { try raw.failedRanks() }
    }

    /// Acknowledges failures, so that receives from any rank work again without the failed ones.
    ///
    /// - Parameter count: How many of ``failedRanks``, from the first; all that are known, if omitted.
    /// - Returns: How many are acknowledged now.
    /// - Throws: `MPIError` of class `notSupported` if the library cannot go on without a rank, of class `argument` if so many have
    ///   not failed.
    ///
    /// Local · `MPIX_Comm_ack_failed` (ULFM)
    @discardableResult
    public func acknowledgeFailures(_ count: Int? = nil) throws(MPIError) -> Int {
        let number = if let count { count } else { try failedRanks.count }
        guard let small = Int32(exactly: number), small >= 0 else {
            throw MPIError(
                .argument,
                call: "MPIX_Comm_ack_failed",
                text: "\(number) ranks cannot have failed"
            )
        }
        return Int(try raw.acknowledgeFailures(small))
    }
}
