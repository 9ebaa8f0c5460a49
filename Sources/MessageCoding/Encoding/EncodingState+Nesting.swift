extension EncodingState {
    /// The way from the top to the value that is being written.
    var codingPath: [any CodingKey] {
        var path = contents.pointee.outerPath
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
        contents.pointee.sharedUserInfo.mapValues { $0 }
    }

    /// How many values lie around what is written next.
    var depth: Int { contents.pointee.outerDepth + frameCount }

    func depthError(_ value: Any) -> EncodingError {
        .invalidValue(
            value,
            .init(
                codingPath: codingPath,
                debugDescription:
                    "\(type(of: value)) is nested in more than \(contents.pointee.limits.maximumDepth) values, "
                    + "the limit maximumDepth."
            )
        )
    }

    /// What is thrown when a container is used although its value is finished, or not begun.
    func misuseError(_ value: Any) -> EncodingError {
        contents.pointee.lateError
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

    /// An encoder for a value that may be written in turns with the one that it lies in, which `begin` has made ready for it.
    ///
    /// If there can be none, the message fails, and so does whatever is written with it.
    func makeInnerEncoder(serial: Int, key: (any CodingKey)?, _ begin: () throws -> Void) -> ValueEncoder {
        do {
            try begin()
            if let inner = makeInnerState(frameSerial: serial, key: key) {
                return ValueEncoder(state: inner, serial: inner.serial)
            }
        } catch  where isCurrent(serial) {
            fail(misuseError(EmptyValue()))
        } catch {
            // Of another message, which cannot help it.
        }
        return ValueEncoder(state: self, serial: Self.noTurn)
    }

    /// A state for a container that may be written in turns with the one that it lies in; `nil` if there can be none.
    ///
    /// The key under which it lies, `nil` in an unkeyed container, has been written.
    func makeInnerState(frameSerial: Int, key: (any CodingKey)?) -> EncodingState? {
        guard depth < contents.pointee.limits.maximumDepth else {
            // Nothing can be thrown here.
            fail(depthError(EmptyValue()))
            return nil
        }
        var path = codingPath
        path.append(key ?? IndexKey(max(0, frames[frameCount - 1].count - 1)))
        let inner = EncodingState(inside: self, path: path)
        inner.pushFrame(isOptional: false)
        contents.pointee.insertions.append(
            Insertion(offset: count, frameSerial: frameSerial, key: key?.stringValue, state: inner)
        )
        return inner
    }

    /// The state of the container that was opened before under the same key, to go on with it.
    func innerState(frameSerial: Int, key: String, shape: Frame.Shape) -> EncodingState? {
        for insertion in contents.pointee.insertions.reversed() {
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
        if contents.pointee.isFailed, let lateError = contents.pointee.lateError {
            throw lateError
        }
    }

    /// Puts the bytes of the states from `first` on where they belong.
    func putInsertionsInPlace(from first: Int) throws {
        let insertions = contents.pointee.insertions[first...]
        var total = 0
        for insertion in insertions {
            try insertion.state.finish()
            total += insertion.state.count
        }
        reserve(total)
        var readEnd = count
        var writeEnd = count + total
        for insertion in insertions.reversed() {
            let byteCount = readEnd - insertion.offset
            writeEnd -= byteCount
            memoryMove(from: insertion.offset, to: writeEnd, byteCount: byteCount)
            readEnd = insertion.offset
            writeEnd -= insertion.state.count
            (base + writeEnd).copyMemory(from: insertion.state.base, byteCount: insertion.state.count)
        }
        count += total
        discardInsertions(from: first)
    }
}

/// Stands for a value in an error about a container.
struct EmptyValue {}
