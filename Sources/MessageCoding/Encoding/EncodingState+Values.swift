extension EncodingState {
    /// Writes any value at the end of the bytes.
    ///
    /// - Returns: Where it begins; `nil` for a known type, none of which is ever nil.
    @discardableResult
    func encode<T: Encodable>(_ value: T) throws -> Int? {
        if let known = contents.pointee.knownTypes.find(T.self),
            depth + known.pointee.levels <= contents.pointee.limits.maximumDepth
        {
            withUnsafePointer(to: value) { known.pointee.write($0, self) }
            return nil
        }
        return try encodeOpaque(value)
    }

    /// Writes a value through its own `encode(to:)`.
    private func encodeOpaque<T: Encodable>(_ value: T) throws -> Int {
        if contents.pointee.isFailed, let lateError = contents.pointee.lateError {
            throw lateError
        }
        guard depth < contents.pointee.limits.maximumDepth else {
            throw depthError(value)
        }
        pushFrame(isOptional: isOptional(T.self))
        let ownFrameCount = frameCount
        do {
            if contents.pointee.dictionaries.include(T.self),
                let dictionary = value as? any WritableDictionary
            {
                try dictionary.write(to: self)
            } else {
                try value.encode(to: ValueEncoder(state: self, serial: serial))
            }
            return try popFrame()
        } catch {
            while frameCount > ownFrameCount {
                abandonFrame()
            }
            abandonFrame()
            throw error
        }
    }

    /// Writes a value that must not be taken for the absence of one.
    ///
    /// If it is written as nil itself, it is marked as one more level of optional.
    func encodeWrapped<T: Encodable>(_ value: T) throws {
        guard let start = try encode(value) else {
            return
        }
        let tag = base.load(fromByteOffset: start, as: UInt8.self)
        if tag == Tag.null || tag == Tag.wrappedNull {
            openGap(at: start, of: 1)
            base.storeBytes(of: Tag.wrappedNull, toByteOffset: start, as: UInt8.self)
        }
    }
}
