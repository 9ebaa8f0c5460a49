extension Communicator {
    /// Whether the ranks exchange slots before an operation.
    @inline(__always)
    private final var exchangesSlots: Bool {
        size <= Slot.largestTeam && !isAlone && !isBetweenGroups && agreesOnArguments
    }

    /// Gathers blocks on all ranks, if all of them are short; in any case the ranks agree on their arguments.
    ///
    /// Collective.
    ///
    /// - Parameters:
    ///   - own: The block of this rank.
    ///   - counts: How many elements each rank gives.
    ///   - displacements: Where they lie in the target; one block behind the other, if omitted.
    ///   - target: Where they are stored. Nothing is written before it is certain that nothing is wrong.
    ///   - elementLength: How many bytes an element has.
    ///   - failure: What is wrong with the arguments of this rank.
    ///   - isLarge: Whether this rank has a number that C cannot count.
    ///   - name: The C function.
    /// - Returns: What is left to do, the same on every rank.
    /// - Throws: On every rank `MPIError`, as ``agree(onCounts:elementLength:_:isLarge:_:)`` does.
    final func gatherShortBlocks(
        _ own: UnsafeRawBufferPointer,
        _ counts: [Int],
        _ displacements: [Int]?,
        into target: UnsafeMutableRawPointer?,
        elementLength: Int,
        _ failure: MPIError?,
        isLarge: Bool,
        _ name: StaticString
    ) throws(MPIError) -> Slot.Outcome {
        guard exchangesSlots else {
            return .init(
                isLarge: try agree(
                    onCounts: counts,
                    elementLength: elementLength,
                    failure,
                    isLarge: isLarge,
                    name
                )
            )
        }
        // Ranks with elements of other lengths would read too much, or too little.
        var number = UInt64(truncatingIfNeeded: elementLength)
        for count in counts {
            // The multiplication carries differences upwards, the rotation downwards.
            number = (number ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
            number = number << 29 | number >> 35
        }
        let remarks = Slot.Remarks(fails: failure != nil, isLarge: isLarge, longest: own.count)
        return try withGatheredSlots(number, remarks, own) { (slots, all, isEven) throws(MPIError) in
            guard all.isEmpty, isEven else {
                try Self.throwFailure(of: slots, ofSize: size, failure, name)
                guard isEven else {
                    throw MPIError(
                        .count,
                        call: name,
                        text:
                            "the ranks have different counts, or elements of different lengths; here \(counts)"
                    )
                }
                return .init(isLarge: all.contains(.isLarge))
            }
            store(slots, (counts, displacements), elementLength, into: target)
            return .isDone
        }
    }

    /// Gathers blocks of the same length on all ranks, if they are short; in any case the ranks agree on their arguments.
    ///
    /// Collective.
    ///
    /// - Parameters:
    ///   - own: The block of this rank.
    ///   - target: Where those of all ranks are stored. Nothing is written before it is certain that nothing is wrong.
    ///   - elementLength: How many bytes an element has.
    ///   - failure: What is wrong with the arguments of this rank.
    ///   - name: The C function.
    /// - Returns: Whether that is done, the same on every rank; otherwise the blocks are still to be moved.
    /// - Throws: On every rank `MPIError`, as ``agree(onLength:elementLength:_:_:)`` does.
    final func gatherShortBlocks(
        _ own: UnsafeRawBufferPointer,
        into target: UnsafeMutableRawPointer?,
        elementLength: Int,
        _ failure: MPIError?,
        _ name: StaticString
    ) throws(MPIError) -> Bool {
        guard exchangesSlots else {
            try agree(onLength: own.count, elementLength: elementLength, failure, name)
            return false
        }
        let remarks = Slot.Remarks(fails: failure != nil, isLarge: false, longest: own.count)
        let number = Self.number(forLength: own.count, elementLength)
        return try withGatheredSlots(number, remarks, own) { (slots, all, isEven) throws(MPIError) in
            guard all.isEmpty, isEven else {
                try Self.throwFailure(of: slots, ofSize: size, failure, name)
                if isEven { return false }
                throw Self.differentLengths(slots, ofSize: size, own.count, elementLength, name)
            }
            store(slots, ofLength: own.count, into: target)
            return true
        }
    }

    /// Gathers slots, and lends them with all that ranks say of themselves, and whether they give the same number.
    @inline(__always)
    private final func withGatheredSlots<Result>(
        _ number: UInt64,
        _ remarks: Slot.Remarks,
        _ own: UnsafeRawBufferPointer,
        _ body: (UnsafeRawPointer, Slot.Remarks, Bool) throws(MPIError) -> Result
    ) throws(MPIError) -> Result {
        let (raw, size) = (try raw, size)
        return try withUnsafeTemporaryAllocation(byteCount: max(1, size) * Slot.length, alignment: 16) {
            (memory) throws(MPIError) in
            let slots = Slot.start(of: memory)
            let mine = slots + rank * Slot.length
            Slot.write(number, remarks, to: mine)
            Slot.copy(own.baseAddress, own.count, to: mine + Slot.headerLength)
            try raw.allGather(UnsafeRawPointer(RawCommunicator.inPlace), slots, Slot.length, .byte)
            var (all, isEven) = (UInt64(0), true)
            for other in 0..<size {
                let (itsNumber, itsRemarks) = Slot.read(slots + other * Slot.length)
                all |= itsRemarks.rawValue
                isEven = isEven && itsNumber == number
            }
            return try body(slots, Slot.Remarks(rawValue: all), isEven)
        }
    }

    /// Exchanges blocks, if those of all ranks are short; in any case the ranks agree on their arguments.
    ///
    /// Collective.
    ///
    /// - Parameters:
    ///   - source: The elements that this rank gives, which may lie in the target.
    ///   - parts: How many of them each rank gets, and where they begin; one part behind the other, if nothing is said.
    ///   - target: Where parts are stored. Nothing is written before it is certain that nothing is wrong.
    ///   - resultParts: How many elements come from each rank, and where they are stored.
    ///   - elementLength: How many bytes an element has.
    ///   - failure: What is wrong with the arguments of this rank.
    ///   - isLarge: Whether this rank has a number that C cannot count.
    ///   - name: The C function.
    /// - Returns: What is left to do, the same on every rank.
    /// - Throws: On every rank `MPIError`, as ``agree(onExchanging:for:elementLength:_:isLarge:_:)`` does.
    final func exchangeShortBlocks(
        _ source: UnsafeRawPointer?,
        _ parts: (counts: [Int], displacements: [Int]?),
        into target: UnsafeMutableRawPointer?,
        _ resultParts: (counts: [Int], displacements: [Int]?),
        elementLength: Int,
        _ failure: MPIError?,
        isLarge: Bool,
        _ name: StaticString
    ) throws(MPIError) -> Slot.Outcome {
        guard exchangesSlots else {
            return .init(
                isLarge: try agree(
                    onExchanging: parts.counts,
                    for: resultParts.counts,
                    elementLength: elementLength,
                    failure,
                    isLarge: isLarge,
                    name
                )
            )
        }
        let (number, longest) =
            failure == nil ? balance(parts.counts, resultParts.counts, elementLength) : (0, 0)
        let remarks = Slot.Remarks(fails: failure != nil, isLarge: isLarge, longest: longest)
        var next = 0
        let (all, sum) = try withExchangedSlots(number, remarks) { other in
            if failure != nil || parts.counts[other] == 0 { return (nil, 0) }
            let (count, start) = (parts.counts[other], parts.displacements?[other] ?? next)
            next += count
            return (source.map { $0 + start * elementLength }, count * elementLength)
        } body: { (slots, all, sum, _) throws(MPIError) in
            guard all.isEmpty, sum == 0 else { return (all, sum) }
            store(slots, resultParts, elementLength, into: target)
            return (all, sum)
        }
        if all.isEmpty, sum == 0 { return .isDone }
        if sum == 0, !all.contains(.fails) { return .init(isLarge: all.contains(.isLarge)) }
        try explainUnevenness(parts.counts, resultParts.counts, failure, name)
        throw Self.differentElements(name)
    }

    /// Exchanges parts of the same length, if they are short; in any case the ranks agree on their arguments.
    ///
    /// Collective.
    ///
    /// - Parameters:
    ///   - source: The parts that this rank gives, which may be the target.
    ///   - target: Where those of all ranks are stored. Nothing is written before it is certain that nothing is wrong.
    ///   - elementLength: How many bytes an element has.
    ///   - failure: What is wrong with the arguments of this rank.
    ///   - name: The C function.
    /// - Returns: Whether that is done, the same on every rank; otherwise the parts are still to be moved.
    /// - Throws: On every rank `MPIError`, as ``agree(onLength:elementLength:_:_:)`` does.
    final func exchangeShortBlocks(
        _ source: UnsafeRawBufferPointer,
        into target: UnsafeMutableRawPointer?,
        elementLength: Int,
        _ failure: MPIError?,
        _ name: StaticString
    ) throws(MPIError) -> Bool {
        guard exchangesSlots else {
            try agree(onLength: source.count, elementLength: elementLength, failure, name)
            return false
        }
        let length = source.count / size
        let remarks = Slot.Remarks(fails: failure != nil, isLarge: false, longest: length)
        return try withExchangedSlots(Self.number(forLength: source.count, elementLength), remarks) { other in
            (source.baseAddress.map { $0 + other * length }, length)
        } body: { (slots, all, _, isEven) throws(MPIError) in
            guard all.isEmpty, isEven else {
                try Self.throwFailure(of: slots, ofSize: size, failure, name)
                if isEven { return false }
                throw Self.differentLengths(slots, ofSize: size, source.count, elementLength, name)
            }
            store(slots, ofLength: length, into: target)
            return true
        }
    }

    /// Exchanges slots, and lends those from all ranks with all that ranks say of themselves, the sum of their numbers, and whether these are the same.
    @inline(__always)
    private final func withExchangedSlots<Result>(
        _ number: UInt64,
        _ remarks: Slot.Remarks,
        _ part: (Int) -> (address: UnsafeRawPointer?, byteCount: Int),
        body: (UnsafeRawPointer, Slot.Remarks, UInt64, Bool) throws(MPIError) -> Result
    ) throws(MPIError) -> Result {
        let (raw, size) = (try raw, size)
        return try withUnsafeTemporaryAllocation(byteCount: 2 * max(1, size) * Slot.length, alignment: 16) {
            (memory) throws(MPIError) in
            let given = Slot.start(of: memory)
            let taken = given + size * Slot.length
            for other in 0..<size {
                let slot = given + other * Slot.length
                Slot.write(number, remarks, to: slot)
                let (address, byteCount) = part(other)
                Slot.copy(address, byteCount, to: slot + Slot.headerLength)
            }
            try raw.allToAll(given, taken, Slot.length, .byte)
            var (all, sum, isEven) = (UInt64(0), UInt64(0), true)
            for other in 0..<size {
                let (itsNumber, itsRemarks) = Slot.read(taken + other * Slot.length)
                all |= itsRemarks.rawValue
                sum &+= itsNumber
                isEven = isEven && itsNumber == number
            }
            return try body(taken, Slot.Remarks(rawValue: all), sum, isEven)
        }
    }

    /// Copies the blocks of all ranks to where they belong; one lies behind the other, if nothing is said.
    @inline(__always)
    private final func store(
        _ slots: UnsafeRawPointer,
        _ parts: (counts: [Int], displacements: [Int]?),
        _ elementLength: Int,
        into target: UnsafeMutableRawPointer?
    ) {
        var next = 0
        for other in 0..<size {
            let (count, start) = (parts.counts[other], parts.displacements?[other] ?? next)
            // A block of nothing may begin anywhere.
            if count == 0 { continue }
            Slot.copy(
                slots + other * Slot.length + Slot.headerLength,
                count * elementLength,
                to: target.map { $0 + start * elementLength }
            )
            next += count
        }
    }

    /// Copies the blocks of all ranks, each of so many bytes, behind one another.
    @inline(__always)
    private final func store(
        _ slots: UnsafeRawPointer,
        ofLength length: Int,
        into target: UnsafeMutableRawPointer?
    ) {
        for other in 0..<size {
            Slot.copy(
                slots + other * Slot.length + Slot.headerLength,
                length,
                to: target.map { $0 + other * length }
            )
        }
    }

    /// What is the same on ranks that have blocks of as many bytes, and elements of the same length.
    @inline(__always)
    private static func number(forLength byteCount: Int, _ elementLength: Int) -> UInt64 {
        // A length has no more than 48 bits.
        UInt64(truncatingIfNeeded: byteCount | elementLength << 48)
    }

    /// The error of ranks that give blocks of different lengths.
    @inline(never)
    private static func differentLengths(
        _ slots: UnsafeRawPointer,
        ofSize size: Int,
        _ own: Int,
        _ elementLength: Int,
        _ name: StaticString
    ) -> MPIError {
        let numbers = (0..<size).map { Slot.read(slots + $0 * Slot.length).number & (1 << 48 - 1) }
        let unit = UInt64(max(1, elementLength))
        return MPIError(
            .count,
            call: name,
            text: """
                the ranks give or get different numbers of elements, or elements of different lengths: \((numbers.min() ?? 0) / unit) to \
                \((numbers.max() ?? 0) / unit), here \(UInt64(truncatingIfNeeded: own) / unit) of \(elementLength) bytes
                """
        )
    }

    /// Throws if something is wrong with the arguments of some rank.
    @inline(never)
    private static func throwFailure(
        of slots: UnsafeRawPointer,
        ofSize size: Int,
        _ failure: MPIError?,
        _ name: StaticString
    ) throws(MPIError) {
        if let failure { throw failure }
        for other in 0..<size where Slot.read(slots + other * Slot.length).remarks.contains(.fails) {
            throw MPIError(.remoteFailure, call: name, text: "the arguments of rank \(other) are wrong")
        }
    }
}
