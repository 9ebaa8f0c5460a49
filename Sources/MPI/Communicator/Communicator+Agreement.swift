internal import Synchronization

extension Communicator {
    /// Whether a wrong count on one rank is an error on every rank, as it is unless ``agreeOnArguments(_:)`` says otherwise.
    public final var agreesOnArguments: Bool { agrees.load(ordering: .relaxed) }

    /// Decides whether a wrong count on one rank is an error on every rank.
    ///
    /// Before a collective operation on buffers whose arguments one rank alone can get wrong (gather, scatter, all-gather, all-to-all, a reduction in
    /// parts, a broadcast of a pattern, making a window), the ranks compare them, at the price of a reduction of three or four numbers; before a gather or
    /// scatter with counts also of a broadcast of a number for each rank. Among 32 ranks or less an all-gather or all-to-all begins with an exchange
    /// of 128 bytes instead, and with that it is done if each block has up to 112 bytes. Without all that the rank that is wrong throws, and the
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

    /// Makes every rank of a collective operation fail if one has blocks of another length than another, or elements of another length, or its arguments
    /// are wrong.
    ///
    /// Collective.
    func agree(
        onLength byteCount: Int,
        elementLength: Int,
        _ failure: MPIError?,
        _ name: StaticString
    ) throws(MPIError) {
        // A length has no more than 48 bits.
        _ = try agree(on: byteCount | elementLength << 48, failure, isLarge: false, name) { _, _ in
            """
            the ranks give or get different numbers of elements, or elements of different lengths; here \
            \(byteCount / max(1, elementLength)) of \(elementLength) bytes
            """
        }
    }

    /// Makes every rank of a collective operation fail if one has other counts than another, or the arguments of one are wrong.
    ///
    /// They are compared by a number that stands for them and, if that is given, for the length of an element. The result says whether any rank is large, as it does for
    /// ``agree(onCount:_:isLarge:_:)``.
    ///
    /// Collective.
    @discardableResult
    func agree(
        onCounts counts: [Int],
        elementLength: Int = 0,
        _ failure: MPIError?,
        isLarge: Bool = false,
        _ name: StaticString
    ) throws(MPIError) -> Bool {
        var number = elementLength
        if agreesOnArguments {
            for count in counts { number = (number &* 0x0100_0000_01B3 ^ count) & (1 << 40 - 1) }
        }
        return try agree(on: number, failure, isLarge: isLarge, name) { _, _ in
            "the ranks have different counts\(elementLength > 0 ? ", or elements of different lengths" : ""); here \(counts)"
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
    /// It costs a reduction of a few numbers; only when something is wrong an exchange and another one, to find out what. Without it a rank would
    /// get more than it has room for, which some libraries write behind the end of its memory.
    ///
    /// The result says whether any rank is large, as it does for ``agree(onCount:_:isLarge:_:)``.
    ///
    /// Collective.
    @discardableResult
    func agree(
        onExchanging counts: [Int],
        for resultCounts: [Int],
        elementLength: Int = 0,
        _ failure: MPIError?,
        isLarge: Bool = false,
        _ name: StaticString
    ) throws(MPIError) -> Bool {
        guard !isBetweenGroups, agreesOnArguments else {
            return try agree(onCount: 0, failure, isLarge: isLarge, name)
        }
        if !isAlone {
            let facts = try compareBalances(counts, resultCounts, elementLength, failure, isLarge)
            if facts.isEven { return facts.isLarge }
        }
        try explainUnevenness(counts, resultCounts, failure, name)
        if !isAlone { throw Self.differentElements(name) }
        return isLarge
    }

    /// Makes every rank fail once it is known that something is wrong with an exchange: it finds out what.
    ///
    /// It returns if every rank gives each other as many elements as that one expects; then it does so on all of them.
    ///
    /// Collective.
    @inline(never)
    final func explainUnevenness(
        _ counts: [Int],
        _ resultCounts: [Int],
        _ failure: MPIError?,
        _ name: StaticString
    ) throws(MPIError) {
        // A rank that is wrong takes part nevertheless: the others must not wait.
        let given = failure == nil ? counts : [Int](repeating: -1, count: size)
        let announced = isAlone ? given : try exchanged(given)
        if failure != nil {
            try agree(onCount: 0, failure, name)
            return
        }
        let wrong = announced.indices.first { announced[$0] >= 0 && announced[$0] != resultCounts[$0] }
        let mismatch = wrong.map { source in
            MPIError(
                .count,
                call: name,
                text:
                    "rank \(source) gives \(announced[source]) elements, and \(resultCounts[source]) are expected of it"
            )
        }
        try agree(onCount: 0, mismatch, name)
    }

    /// The error of ranks that give each other as many elements as they expect, but not of the same length.
    static func differentElements(_ name: StaticString) -> MPIError {
        MPIError(.count, call: name, text: "the ranks have elements of different lengths")
    }

    /// Finds out at once whether nothing is wrong with an exchange on any rank, and whether any is large.
    ///
    /// Each rank adds a number for each count that it gives, and subtracts one for each that it expects; the number depends on who gives how many to
    /// whom. The sum over all ranks is 0 if the counts are the same; that it is by chance is as likely as to guess 64 bits.
    private func compareBalances(
        _ counts: [Int],
        _ resultCounts: [Int],
        _ elementLength: Int,
        _ failure: MPIError?,
        _ isLarge: Bool
    ) throws(MPIError) -> (isEven: Bool, isLarge: Bool) {
        var facts = (UInt64(0), UInt64(failure == nil ? 0 : 1), UInt64(isLarge ? 1 : 0))
        if failure == nil { facts.0 = balance(counts, resultCounts, elementLength).number }
        let raw = try raw
        try withUnsafeMutablePointer(to: &facts) { (facts) throws(MPIError) in
            _ = try raw.allReduce(
                UnsafeRawPointer(RawCommunicator.inPlace),
                UnsafeMutableRawPointer(facts),
                3,
                Datatype.uint64.raw,
                RawOperation.sum,
                .blocking
            )
        }
        return (facts.0 == 0 && facts.1 == 0, facts.2 > 0)
    }

    /// What this rank adds to the sum that is 0 if nothing is wrong with an exchange, and how many bytes the longest block has that it gives.
    ///
    /// The length of an element is 0 if it does not matter.
    @inline(__always)
    final func balance(
        _ counts: [Int],
        _ resultCounts: [Int],
        _ elementLength: Int
    ) -> (number: UInt64, longest: Int) {
        var (number, most) = (UInt64(0), 0)
        // A count has no more than 48 bits.
        let kind = elementLength << 48
        for other in counts.indices {
            let (given, taken) = (counts[other], resultCounts[other])
            most = max(most, given)
            // What is given to oneself and expected of oneself is compared as well.
            number &+= Self.number(forGiving: given == 0 ? 0 : given | kind, from: rank, to: other)
            number &-= Self.number(forGiving: taken == 0 ? 0 : taken | kind, from: other, to: rank)
        }
        return (number, most * elementLength)
    }

    /// A number in which every bit depends on all three.
    @inline(__always)
    private static func number(forGiving count: Int, from source: Int, to target: Int) -> UInt64 {
        let bits = UInt64(truncatingIfNeeded: source) << 32 | UInt64(truncatingIfNeeded: target)
        return mixed((bits &* 0x9E37_79B9_7F4A_7C15) ^ UInt64(truncatingIfNeeded: count))
    }

    /// A number in which every bit depends on every bit of another (the mixing of SplitMix64).
    @inline(__always)
    static func mixed(_ number: UInt64) -> UInt64 {
        var bits = (number ^ (number >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
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
