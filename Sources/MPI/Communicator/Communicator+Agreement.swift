internal import Synchronization

extension Communicator {
    /// Whether a wrong count on one rank is an error on every rank, as it is unless ``agreeOnArguments(_:)`` says otherwise.
    public final var agreesOnArguments: Bool { agrees.load(ordering: .relaxed) }

    /// Decides whether a wrong count on one rank is an error on every rank.
    ///
    /// Before a collective operation on buffers whose arguments one rank alone can get wrong (gather, scatter, all-gather, all-to-all, a reduction in
    /// parts, a broadcast of a pattern, making a window), the ranks compare them, at the price of a reduction of four numbers; before an all-to-all with
    /// counts or parts also of an exchange of a number with each rank, before a gather or scatter with counts also of a broadcast of a number for
    /// each rank. Without that the rank that is wrong throws, and the
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
    /// A rank that has a number that C cannot count is large; then all have to go another way, and the result is true on all of them.
    ///
    /// Collective.
    @discardableResult
    func agree(onCount count: Int, _ failure: MPIError?, isLarge: Bool = false, _ name: StaticString)
        throws(MPIError) -> Bool
    {
        try agree(on: count, failure, isLarge: isLarge, name) { least, most in
            "the ranks give or get different numbers of elements: \(least) to \(most), here \(count)"
        }
    }

    /// Makes every rank of a collective operation fail if one has other counts than another, or the arguments of one are wrong.
    ///
    /// They are compared by a number that stands for them. The result says whether any rank is large, as it does for
    /// ``agree(onCount:_:isLarge:_:)``.
    ///
    /// Collective.
    @discardableResult
    func agree(onCounts counts: [Int], _ failure: MPIError?, isLarge: Bool = false, _ name: StaticString)
        throws(MPIError) -> Bool
    {
        let number = counts.reduce(0) { ($0 &* 0x0100_0000_01B3 ^ $1) & (1 << 40 - 1) }
        return try agree(on: number, failure, isLarge: isLarge, name) { _, _ in
            "the ranks have different counts; here \(counts)"
        }
    }

    private func agree(
        on number: Int,
        _ failure: MPIError?,
        isLarge: Bool,
        _ name: StaticString,
        difference: (Int64, Int64) -> String
    ) throws(MPIError) -> Bool {
        guard !isAlone, !isBetweenGroups, agreesOnArguments else {
            if let failure { throw failure }
            // The others would not know.
            if isLarge, !isAlone { throw CountLimit.error(name) }
            return isLarge
        }
        var facts = (
            Int64(number), -Int64(number), Int64(failure == nil ? 0 : rank + 1), Int64(isLarge ? 1 : 0)
        )
        let raw = try raw
        try withUnsafeMutablePointer(to: &facts) { (facts) throws(MPIError) in
            _ = try raw.allReduce(
                UnsafeRawPointer(RawCommunicator.inPlace),
                UnsafeMutableRawPointer(facts),
                4,
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
            throw MPIError(.count, call: name, text: difference(-facts.1, facts.0))
        }
        return facts.3 > 0
    }

    /// Makes every rank of an exchange fail if what one gives another is not what that one expects, or the arguments of one are wrong.
    ///
    /// It costs an exchange and a reduction of a few numbers. Without it a rank would get more than it has room for, which some libraries write
    /// behind the end of its memory.
    ///
    /// The result says whether any rank is large, as it does for ``agree(onCount:_:isLarge:_:)``.
    ///
    /// Collective.
    @discardableResult
    func agree(
        onExchanging counts: [Int],
        for resultCounts: [Int],
        _ failure: MPIError?,
        isLarge: Bool = false,
        _ name: StaticString
    )
        throws(MPIError) -> Bool
    {
        guard !isBetweenGroups, agreesOnArguments else {
            return try agree(onCount: 0, failure, isLarge: isLarge, name)
        }
        // A rank that is wrong takes part nevertheless: the others must not wait.
        let given = failure == nil ? counts : [Int](repeating: -1, count: size)
        let announced = isAlone ? given : try exchanged(given)
        if failure != nil { return try agree(onCount: 0, failure, isLarge: isLarge, name) }
        let wrong = announced.indices.first { announced[$0] >= 0 && announced[$0] != resultCounts[$0] }
        let mismatch = wrong.map { source in
            MPIError(
                .count,
                call: name,
                text:
                    "rank \(source) gives \(announced[source]) elements, and \(resultCounts[source]) are expected of it"
            )
        }
        return try agree(onCount: 0, mismatch, isLarge: isLarge, name)
    }

    /// Gives each rank a number, and gets one from each.
    private func exchanged(_ numbers: [Int]) throws(MPIError) -> [Int] {
        let (given, raw) = (numbers.map { Int64($0) }, try raw)
        var taken = [Int64](repeating: 0, count: given.count)
        try given.span.withUnsafeBytes { (source) throws(MPIError) in
            try taken.withUnsafeMutableBufferPointer { (target) throws(MPIError) in
                try raw.allToAll(
                    source.baseAddress,
                    UnsafeMutableRawPointer(target.baseAddress),
                    1,
                    Datatype.int64.raw
                )
            }
        }
        return taken.map { Int($0) }
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
    ///   - isLarge: Whether this rank has a number that C cannot count.
    ///   - name: The C function.
    ///   - check: The error of a part of so many elements, if it does not fit here.
    /// - Returns: Whether any rank is large, as ``agree(onCount:_:isLarge:_:)`` does.
    /// - Throws: `MPIError` of this rank; of class `remoteFailure` if only others have one.
    func agree(
        onParts counts: [Int],
        ofRoot root: Int32,
        _ failure: MPIError?,
        isLarge: Bool,
        _ name: StaticString,
        check: (Int) -> MPIError?
    ) throws(MPIError) -> Bool {
        guard !isAlone, !isBetweenGroups, agreesOnArguments else {
            return try agree(onCount: 0, failure, isLarge: isLarge, name)
        }
        var told = [Int64](repeating: -1, count: size)
        if rank == Int(root), counts.count == size { told = counts.map { Int64($0) } }
        let raw = try raw
        try told.withUnsafeMutableBufferPointer { (memory) throws(MPIError) in
            try raw.broadcast(memory.baseAddress, memory.count, Datatype.int64.raw, root: root)
        }
        let part = Int(told[rank])
        return try agree(onCount: 0, failure ?? (part >= 0 ? check(part) : nil), isLarge: isLarge, name)
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
