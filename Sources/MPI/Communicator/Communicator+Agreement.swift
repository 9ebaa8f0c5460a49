internal import Synchronization

extension Communicator {
    /// Whether a wrong count on one rank is an error on every rank, as it is unless ``agreeOnArguments(_:)`` says otherwise.
    public final var agreesOnArguments: Bool { agrees.load(ordering: .relaxed) }

    /// Decides whether a wrong count on one rank is an error on every rank.
    ///
    /// Before a collective operation on buffers whose arguments one rank alone can get wrong (gather, scatter, all-gather, all-to-all, a reduction in
    /// parts, making a window), the ranks compare them, at the price of a reduction of three numbers. Without that the rank that is wrong throws, and the
    /// others may wait for ever. Ranks in other languages know nothing of it: among them it has to be off.
    ///
    /// Every rank calls it alike.
    ///
    /// ```swift
    /// world.agreeOnArguments(false)      // some ranks are Python's
    /// ```
    /// - Parameter agrees: Whether the ranks agree first.
    public final func agreeOnArguments(_ agrees: Bool) {
        self.agrees.store(agrees, ordering: .relaxed)
    }

    /// Makes every rank of a collective operation fail if the arguments of one are wrong, instead of leaving the others waiting.
    ///
    /// It costs a reduction of a few numbers, before operations whose arguments one rank alone can get wrong.
    ///
    /// Collective.
    func agree(onCount count: Int, _ failure: MPIError?, _ name: StaticString) throws(MPIError) {
        guard !isAlone, !isBetweenGroups, agreesOnArguments else {
            if let failure { throw failure }
            return
        }
        var facts = (Int64(count), -Int64(count), Int64(failure == nil ? 0 : rank + 1))
        let raw = try raw
        try withUnsafeMutablePointer(to: &facts) { (facts) throws(MPIError) in
            _ = try raw.allReduce(
                UnsafeRawPointer(RawCommunicator.inPlace),
                UnsafeMutableRawPointer(facts),
                3,
                Datatype.int64.raw,
                RawOperation.max,
                .blocking
            )
        }
        if let failure { throw failure }
        if facts.2 > 0 {
            throw MPIError(.remoteFailure, call: name, text: "the arguments of rank \(facts.2 - 1) are wrong")
        }
        guard facts.0 == -facts.1 else {
            throw MPIError(
                .count,
                call: name,
                text:
                    "the ranks give or get different numbers of elements: \(-facts.1) to \(facts.0), here \(count)"
            )
        }
    }

    /// Makes every rank of a collective operation fail if a part is longer than its memory.
    ///
    /// Open MPI 4.1 would write beyond the end of the memory, or leave messages behind that the next operation takes for its own.
    ///
    /// Collective.
    ///
    /// - Parameters:
    ///   - counts: On the root the length of each rank's part, or none if they are wrong; ignored on the others.
    ///   - root: The root.
    ///   - failure: What else is wrong on this rank.
    ///   - name: The C function.
    ///   - check: The error of a part of so many elements, if it does not fit here.
    /// - Throws: `MPIError` of this rank; of class `remoteFailure` if only others have one.
    func agree(
        onParts counts: [Int],
        ofRoot root: Int32,
        _ failure: MPIError?,
        _ name: StaticString,
        check: (Int) -> MPIError?
    ) throws(MPIError) {
        guard !isAlone, !isBetweenGroups, agreesOnArguments else {
            if let failure { throw failure }
            return
        }
        var told = [Int64](repeating: -1, count: size)
        if rank == Int(root), counts.count == size { told = counts.map { Int64($0) } }
        let raw = try raw
        try told.withUnsafeMutableBufferPointer { (memory) throws(MPIError) in
            try raw.broadcast(memory.baseAddress, memory.count, Datatype.int64.raw, root: root)
        }
        let part = Int(told[rank])
        try agree(onCount: 0, failure ?? (part >= 0 ? check(part) : nil), name)
    }

    /// The error of a part that is longer than its memory.
    static func unfitting(_ text: String, _ name: StaticString) -> MPIError {
        MPIError(.truncation, call: name, text: "this rank \(text)")
    }

    /// The error of something, to be thrown after an agreement.
    static func failure(of body: () throws(MPIError) -> Void) -> MPIError? {
        do throws(MPIError) {
            try body()
            return nil
        } catch {
            return error
        }
    }
}
