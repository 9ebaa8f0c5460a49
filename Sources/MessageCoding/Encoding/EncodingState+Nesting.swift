extension EncodingState {
    /// The way from the top to the value that is being written.
    var codingPath: [any CodingKey] {
        var path = outerPath
        // The last frame is the value itself; the others say what in them is being written.
        for index in 0..<max(0, frameCount - 1) {
            if let key = pathKey(ofFrame: index) {
                path.append(key)
            }
        }
        return path
    }

    private func pathKey(ofFrame index: Int) -> (any CodingKey)? {
        switch frames[index].shape {
        case .keyed: frames[index].key
        case .unkeyed, .packed: IndexKey(max(0, frames[index].count - 1))
        case .empty, .single: nil
        }
    }

    /// The user information in the form that `Encoder` wants.
    var userInfo: [CodingUserInfoKey: Any] {
        sharedUserInfo.mapValues { $0 }
    }

    /// How many values lie around what is written next.
    var depth: Int { outerDepth + frameCount }

    func depthError(_ value: Any) -> EncodingError {
        .invalidValue(
            value,
            .init(
                codingPath: codingPath,
                debugDescription: "\(type(of: value)) is nested in more than \(limits.maximumDepth) values, "
                    + "the limit maximumDepth."
            )
        )
    }

    /// What is thrown when a container is used although its value is finished, or not begun.
    func misuseError(_ value: Any) -> EncodingError {
        lateError
            ?? .invalidValue(
                value,
                .init(
                    codingPath: codingPath,
                    debugDescription:
                        "An encoding container was used out of turn: a value was written twice, or "
                        + "into a container of another kind, or after its encode(to:) had returned."
                )
            )
    }

    // MARK: States of their own

    /// A state for a container that may be written in turns with the one that it lies in.
    ///
    /// The key under which it lies, `nil` in an unkeyed container, has been written.
    func makeInnerState(frameSerial: Int, key: (any CodingKey)?) -> EncodingState {
        guard depth < limits.maximumDepth else {
            // Nothing can be thrown here; and no place is kept, so that no chain of states can grow.
            return makeDetachedState(depthError(EmptyValue()))
        }
        var path = codingPath
        path.append(key ?? IndexKey(max(0, frames[frameCount - 1].count - 1)))
        let inner = makeState(outerPath: path)
        inner.pushFrame(isOptional: false)
        insertions.append(
            Insertion(offset: count, frameSerial: frameSerial, key: key?.stringValue, state: inner)
        )
        return inner
    }

    /// A state without a frame: whatever is written to it is an error, and so is the whole message.
    func makeDetachedState(_ error: EncodingError) -> EncodingState {
        fail(error)
        let detached = makeState(outerPath: codingPath)
        detached.fail(error)
        return detached
    }

    private func makeState(outerPath: [any CodingKey]) -> EncodingState {
        var none: [UInt8] = []
        return EncodingState(
            takingOver: &none,
            limits: limits,
            userInfo: sharedUserInfo,
            outerPath: outerPath,
            outerDepth: depth
        )
    }

    /// An encoder for the value that this state is for.
    func makeEncoder() -> ValueEncoder {
        ValueEncoder(state: self, serial: frameCount == 0 ? Self.noTurn : serial)
    }

    /// The state of the container that was opened before under the same key, to go on with it.
    func innerState(frameSerial: Int, key: String, shape: Frame.Shape) -> EncodingState? {
        guard let last = insertions.last, last.frameSerial == frameSerial else {
            return nil
        }
        for insertion in insertions.reversed() {
            guard insertion.frameSerial == frameSerial else {
                return nil
            }
            if insertion.key == key {
                let state = insertion.state
                return state.frameCount > 0 && state.frames[0].shape == shape ? state : nil
            }
        }
        return nil
    }

    /// Ends everything that is still open.
    func finish() throws {
        while frameCount > 0 {
            _ = try popFrame()
        }
        if isFailed, let lateError {
            throw lateError
        }
    }

    /// Puts the bytes of the states from `first` on where they belong.
    func putInsertionsInPlace(from first: Int) throws {
        var total = 0
        for insertion in insertions[first...] {
            try insertion.state.finish()
            total += insertion.state.count
        }
        reserve(total)
        var readEnd = count
        var writeEnd = count + total
        for insertion in insertions[first...].reversed() {
            let byteCount = readEnd - insertion.offset
            writeEnd -= byteCount
            memoryMove(from: insertion.offset, to: writeEnd, byteCount: byteCount)
            readEnd = insertion.offset
            writeEnd -= insertion.state.count
            (base + writeEnd).copyMemory(from: insertion.state.base, byteCount: insertion.state.count)
        }
        count += total
        insertions.removeLast(insertions.count - first)
    }
}

/// Stands for a value in an error about a container.
struct EmptyValue {}
