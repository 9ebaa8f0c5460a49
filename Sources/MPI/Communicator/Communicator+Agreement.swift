extension Communicator {
    /// Makes every rank of a collective operation fail if the arguments of one are wrong, instead of leaving the others waiting.
    ///
    /// It costs a reduction of a few numbers, before operations whose arguments one rank alone can get wrong.
    ///
    /// Collective.
    func agree(onCount count: Int, _ failure: MPIError?, _ name: StaticString) throws(MPIError) {
        guard !isAlone, !isBetweenGroups else {
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
