// Values between groups: within a group as in any communicator, and one message between the groups, or one to each rank.

extension Intercommunicator {
    /// Gives every rank of the other group a value that one rank makes.
    ///
    /// Every rank of both groups calls it.
    ///
    /// - Parameters:
    ///   - root: Who makes the value.
    ///   - make: Makes the value; called on the root only.
    /// - Returns: On the root and in the other group the value; `nil` on the rest of the root's group.
    /// - Throws: On the root what `make` or encoding throws; in the other group then `MPIError` of class `remoteFailure`.
    ///
    /// Collective · blocking · in place of `MPI_Bcast` (MPI 3.1 §5.4)
    @discardableResult
    public func broadcast<Value: Codable>(from root: Root, _ make: () throws -> Value) throws -> Value? {
        let name: StaticString = "MPI_Bcast"
        let between = try companion()
        switch root {
        case .nobody: return nil
        case .here:
            var bytes: [UInt8] = []
            let result = Result { try make() }
            var failure: (any Error)?
            switch result {
            case .success(let value): failure = appendMessage(value, ofRank: rank, to: &bytes)
            case .failure(let error):
                ValueFormat.append(failure: error, ofRank: rank, to: &bytes)
                failure = error
            }
            // The first rank of the others tells its group.
            try bytes.withUnsafeBytes {
                try between.send($0.baseAddress, $0.count, .byte, to: 0, tag: 0)
            }
            if let failure { throw failure }
            return try result.get()
        case .remote(let rank):
            let source = try destination(rank, name)
            return try local.broadcast(from: 0) {
                let message = try between.matchedProbe(Pattern(source: source, tag: 0))
                return try message.receiveValue(Value.self)
            }
        }
    }

    /// Gives each rank of the other group one of the values that one rank has.
    ///
    /// Every rank of both groups calls it.
    ///
    /// - Parameters:
    ///   - values: On the root one for each rank of the other group; ignored elsewhere.
    ///   - root: Who gives.
    /// - Returns: In the other group the value for this rank; `nil` in the root's group.
    /// - Throws: On the root `MPIError` of class `count` if there are too few or too many, or what encoding throws; in the other group then
    ///   `MPIError` of class `remoteFailure`.
    ///
    /// Collective · blocking · in place of `MPI_Scatter` (MPI 3.1 §5.6)
    public func scatter<Value: Codable>(_ values: [Value]?, from root: Root) throws -> Value? {
        let name: StaticString = "MPI_Scatter"
        let between = try companion()
        switch root {
        case .nobody: return nil
        case .here:
            var failure: (any Error)?
            if values?.count != remoteSize {
                failure = MPIError(
                    .count,
                    call: name,
                    text: "the root gave \(values?.count ?? 0) values for \(remoteSize) ranks"
                )
            }
            try sendEach(between, &failure) { index, bytes in
                if let values { try ValueFormat.append(values[index], to: &bytes) }
            }
            if let failure { throw failure }
            return nil
        case .remote(let rank):
            let message = try between.matchedProbe(Pattern(source: destination(rank, name), tag: 0))
            return try message.receiveValue(Value.self)
        }
    }

    /// Sends each rank of the other group a message; word of a failure if there is one, or has been one before.
    private func sendEach(
        _ between: RawCommunicator,
        _ failure: inout (any Error)?,
        _ write: (Int, inout [UInt8]) throws -> Void
    ) throws {
        var messages: [[UInt8]] = []
        for index in 0..<remoteSize where failure == nil {
            var bytes: [UInt8] = []
            do {
                try write(index, &bytes)
                messages.append(bytes)
            } catch {
                failure = error
            }
        }
        if let failure {
            var word: [UInt8] = []
            ValueFormat.append(failure: failure, ofRank: rank, to: &word)
            messages = [[UInt8]](repeating: word, count: remoteSize)
        }
        var requests: [RawRequest] = []
        for (index, message) in messages.enumerated() {
            let address = message.withUnsafeBytes { $0.baseAddress }
            requests.append(
                try between.immediateSend(address, message.count, .byte, to: Int32(index), tag: 0)
            )
        }
        for var request in requests { try request.wait() }
        withExtendedLifetime(messages) {}
    }

    /// Gives one rank the values of all ranks of the other group.
    ///
    /// Every rank of both groups calls it.
    ///
    /// - Parameters:
    ///   - value: What this rank gives, if it is in the other group than the root.
    ///   - root: Who gets the values.
    /// - Returns: On the root the values, in the order of the ranks; `nil` elsewhere.
    /// - Throws: What encoding throws on its rank, and on the root then `MPIError` of class `remoteFailure`.
    ///
    /// Collective · blocking · in place of `MPI_Gather` (MPI 3.1 §5.5)
    public func gather<Value: Codable>(_ value: Value, to root: Root) throws -> [Value]? {
        let name: StaticString = "MPI_Gather"
        let between = try companion()
        switch root {
        case .nobody: return nil
        case .here: return try receiveEach(between)
        case .remote(let rank):
            let destination = try destination(rank, name)
            var bytes: [UInt8] = []
            let failure = appendMessage(value, ofRank: self.rank, to: &bytes)
            try bytes.withUnsafeBytes {
                try between.send($0.baseAddress, $0.count, .byte, to: destination, tag: 0)
            }
            if let failure { throw failure }
            return nil
        }
    }

    private func receiveEach<Value: Codable>(_ between: RawCommunicator) throws -> [Value] {
        var values: [Value] = []
        var firstError: (any Error)?
        for source in 0..<remoteSize {
            let message = try between.matchedProbe(Pattern(source: Int32(source), tag: 0))
            do {
                values.append(try message.receiveValue(Value.self))
            } catch {
                firstError = firstError ?? error
            }
        }
        if let firstError { throw firstError }
        return values
    }

    /// What `allGather` does between groups.
    func exchange<Value: Codable>(_ value: Value) throws -> [Value] {
        try exchangeEach { _ in value }
    }

    /// What `allToAll` does between groups.
    func exchange<Value: Codable>(each values: [Value]) throws -> [Value] {
        try exchangeEach { index in
            guard values.count == remoteSize else {
                throw MPIError(
                    .count,
                    call: "MPI_Alltoall",
                    text: "\(values.count) values for the \(remoteSize) ranks of the other group"
                )
            }
            return values[index]
        }
    }

    private func exchangeEach<Value: Codable>(_ value: (Int) throws -> Value) throws -> [Value] {
        let between = try companion()
        var failure: (any Error)?
        var messages: [[UInt8]] = []
        for index in 0..<remoteSize {
            var bytes: [UInt8] = []
            do {
                if let failure { throw failure }
                try ValueFormat.append(value(index), to: &bytes)
            } catch {
                failure = error
                bytes = []
                ValueFormat.append(failure: error, ofRank: rank, to: &bytes)
            }
            messages.append(bytes)
        }
        var requests: [RawRequest] = []
        for (index, message) in messages.enumerated() {
            let address = message.withUnsafeBytes { $0.baseAddress }
            requests.append(
                try between.immediateSend(address, message.count, .byte, to: Int32(index), tag: 0)
            )
        }
        let received = Result { () throws -> [Value] in try receiveEach(between) }
        for var request in requests { try request.wait() }
        withExtendedLifetime(messages) {}
        if let failure { throw failure }
        return try received.get()
    }

    /// Combines the values of the other group into one, on one rank.
    ///
    /// Every rank of both groups calls it.
    ///
    /// - Parameters:
    ///   - value: What this rank gives, if it is in the other group than the root.
    ///   - root: Who gets the result.
    ///   - combine: Combines what comes from lower ranks with what comes from higher ranks.
    /// - Returns: On the root the result; `nil` elsewhere.
    /// - Throws: What `combine`, encoding or decoding throws, and on the root then `MPIError` of class `remoteFailure`.
    ///
    /// Collective · blocking · in place of `MPI_Reduce` (MPI 3.1 §5.9.1)
    public func reduce<Value: Codable>(
        _ value: Value,
        to root: Root,
        _ combine: (Value, Value) throws -> Value
    ) throws -> Value? {
        let between = try companion()
        switch root {
        case .nobody: return nil
        case .here:
            let message = try between.matchedProbe(Pattern(source: 0, tag: 0))
            return try message.receiveValue(Value.self)
        case .remote(let rank):
            let destination = try destination(rank, "MPI_Reduce")
            let result = Result { try local.reduce(value, to: 0, combine) }
            if local.rank == 0 {
                var bytes: [UInt8] = []
                var failure: (any Error)?
                switch result {
                case .success(let value?): failure = appendMessage(value, ofRank: self.rank, to: &bytes)
                case .success(nil): break
                case .failure(let error): ValueFormat.append(failure: error, ofRank: self.rank, to: &bytes)
                }
                // Word of a failure is sent as well, since the root waits for it.
                try bytes.withUnsafeBytes {
                    try between.send($0.baseAddress, $0.count, .byte, to: destination, tag: 0)
                }
                if let failure { throw failure }
            }
            _ = try result.get()
            return nil
        }
    }

    /// What `allReduce` does between groups.
    func exchangeReduced<Value: Codable>(_ value: Value, _ combine: (Value, Value) throws -> Value)
        throws -> Value
    {
        let own = Result { try local.allReduce(value, combine) }
        let between = try companion()
        // The first ranks of both groups swap what their groups have combined.
        let other = Result {
            try local.broadcast(from: 0) { () throws -> Value in
                var bytes: [UInt8] = []
                var failure: (any Error)?
                switch own {
                case .success(let value): failure = appendMessage(value, ofRank: rank, to: &bytes)
                case .failure(let error): ValueFormat.append(failure: error, ofRank: rank, to: &bytes)
                }
                let address = bytes.withUnsafeBytes { $0.baseAddress }
                var request = try between.immediateSend(address, bytes.count, .byte, to: 0, tag: 0)
                let message = try between.matchedProbe(Pattern(source: 0, tag: 0))
                let received = Result { try message.receiveValue(Value.self) }
                try request.wait()
                withExtendedLifetime(bytes) {}
                if let failure { throw failure }
                return try received.get()
            }
        }
        _ = try own.get()
        return try other.get()
    }
}
