extension EncodingState {
    /// Makes the innermost value a container, or finds that it is one already.
    ///
    /// A class and its superclass may ask for a container with one and the same encoder: they share it.
    ///
    /// - Returns: The serial number that the container is to have; `noTurn` if this is impossible.
    @discardableResult
    func openContainer(_ shape: Frame.Shape) -> Int {
        guard frameCount > 0 else {
            return Self.noTurn
        }
        let frame = frames + (frameCount - 1)
        if frame.pointee.shape == shape || (shape == .unkeyed && frame.pointee.shape == .packed) {
            return serial
        }
        guard frame.pointee.shape == .empty || (frame.pointee.shape == .single && frame.pointee.count == 0)
        else {
            fail(misuseError(EmptyValue()))
            return Self.noTurn
        }
        frame.pointee.shape = shape
        reserve(3)
        let isKeyed = shape == .keyed
        base.storeBytes(of: isKeyed ? Tag.keyed : Tag.unkeyed, toByteOffset: count, as: UInt8.self)
        base.storeBytes(of: 0, toByteOffset: count + 1, as: UInt16.self)
        count += isKeyed ? 2 : 3
        return serial
    }

    /// A container for the value with a serial number.
    @inline(__always)
    func keyedContainer<Key: CodingKey>(keyedBy type: Key.Type, serial: Int) -> KeyedEncodingContainer<Key> {
        let keyType = ObjectIdentifier(type)
        let slot = contents.pointee.containers.slot(keyedBy: keyType, level: frameCount)
        if let kept = contents.pointee.containers.reuse(slot, keyedBy: keyType, for: serial) {
            return kept.container()
        }
        return makeKeyedContainer(keyedBy: type, serial: serial, slot: slot)
    }

    @inline(never)
    private func makeKeyedContainer<Key: CodingKey>(
        keyedBy type: Key.Type,
        serial: Int,
        slot: Int
    ) -> KeyedEncodingContainer<Key> {
        let cache = contents.pointee.containers
        guard cache.isFree(slot) else {
            return KeyedEncodingContainer(KeyedWriter<Key>(state: self, serial: serial, slot: nil))
        }
        let container = KeyedEncodingContainer(KeyedWriter<Key>(state: self, serial: serial, slot: slot))
        cache.keep(container, in: slot, keyedBy: ObjectIdentifier(type), for: serial)
        return container
    }

    /// Begins a container of `count` values, which all are plain.
    @inline(__always)
    func beginPlainContainer(_ shape: Frame.Shape, count itemCount: Int) {
        pushFrame(isOptional: false)
        openContainer(shape)
        let frame = frames + (frameCount - 1)
        frame.pointee.count = itemCount
        // So many cannot have a short length, and what is not there yet need not be moved later.
        if itemCount > UInt8.max {
            lengthenHeader(at: frameCount - 1)
        }
    }

    /// Begins an entry of a keyed container: writes its key.
    @inline(__always)
    func beginEntry(_ key: some CodingKey, serial: Int) throws {
        guard serial == self.serial else {
            throw misuseError(key)
        }
        frames[frameCount - 1].count += 1
        write(key: key.stringValue)
    }

    /// Begins an item of an unkeyed container.
    @inline(__always)
    func beginItem(serial: Int) throws {
        guard serial == self.serial else {
            throw misuseError(EmptyValue())
        }
        if frames[frameCount - 1].shape == .packed {
            unpackFrame()
        }
        frames[frameCount - 1].count += 1
    }

    /// Begins the one value of a single value container.
    @inline(__always)
    func beginSingle(serial: Int) throws {
        guard serial == self.serial, frames[frameCount - 1].shape == .single,
            frames[frameCount - 1].count == 0
        else {
            throw misuseError(EmptyValue())
        }
        frames[frameCount - 1].count = 1
    }

    /// Writes an entry with any value; takes the whole entry back if that fails.
    func encodeEntry<T: Encodable>(
        _ value: T,
        forKey key: some CodingKey,
        serial: Int,
        isWrapped: Bool
    ) throws {
        guard serial == self.serial else {
            throw misuseError(value)
        }
        if let known = contents.pointee.knownTypes.find(T.self), known.pointee.levels <= 0 {
            try beginEntry(key, serial: serial)
            try encode(value)
            return
        }
        let start = count
        try beginEntry(key, serial: serial)
        let keyByteCount = count - start
        frames[frameCount - 1].key = key
        do {
            if isWrapped {
                try encodeWrapped(value)
            } else {
                try encode(value)
            }
        } catch {
            frames[frameCount - 1].count -= 1
            count -= keyByteCount
            throw error
        }
    }

    /// Writes an item with any value; takes it back if that fails.
    func encodeItem<T: Encodable>(_ value: T, serial: Int) throws {
        try beginItem(serial: serial)
        do {
            try encode(value)
        } catch {
            frames[frameCount - 1].count -= 1
            throw error
        }
    }

    // MARK: Runs of numbers

    /// Writes a sequence of numbers into an unkeyed container: as its memory, if the container has nothing else in it.
    func encodeItems<Numbers: Sequence>(_ numbers: Numbers, serial: Int) throws
    where Numbers.Element: PackedNumber {
        guard serial == self.serial else {
            throw misuseError(EmptyValue())
        }
        let frame = frames + (frameCount - 1)
        if frame.pointee.shape == .unkeyed, frame.pointee.count == 0, !frame.pointee.isLong {
            let isDone: Void? = numbers.withContiguousStorageIfAvailable { numbers in
                guard !numbers.isEmpty else {
                    return
                }
                count = frame.pointee.start
                frame.pointee.shape = .packed
                frame.pointee.count = numbers.count
                write(packed: UnsafeRawBufferPointer(numbers), of: Numbers.Element.packedElement)
            }
            if isDone != nil {
                return
            }
        }
        for number in numbers {
            try encodeItem(number, serial: serial)
        }
    }

    /// Rewrites the numbers of the innermost value one by one, since something else comes behind them.
    private func unpackFrame() {
        let frame = frames + (frameCount - 1)
        let start = frame.pointee.start
        let itemCount = frame.pointee.count
        guard let element = PackedElement(rawValue: base.load(fromByteOffset: start + 1, as: UInt8.self))
        else {
            return
        }
        let byteCount = itemCount * element.size
        let numbers = [UInt8](
            UnsafeRawBufferPointer(start: base + (count - byteCount), count: byteCount)
        )
        count = start
        frame.pointee.shape = .empty
        openContainer(.unkeyed)
        numbers.withUnsafeBytes { numbers in
            for index in 0..<itemCount {
                write(element: element, from: numbers, at: index * element.size)
            }
        }
    }

    private func write(element: PackedElement, from bytes: UnsafeRawBufferPointer, at offset: Int) {
        switch element {
        case .bool: write(bytes.load(fromByteOffset: offset, as: Bool.self))
        case .int8: write(integer: bytes.load(fromByteOffset: offset, as: Int8.self))
        case .int16: write(integer: bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self))
        case .int32: write(integer: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
        case .int64: write(integer: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
        case .uint8: write(integer: bytes.load(fromByteOffset: offset, as: UInt8.self))
        case .uint16: write(integer: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
        case .uint32: write(integer: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        case .uint64: write(integer: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        case .float: write(bytes.loadUnaligned(fromByteOffset: offset, as: Float.self))
        case .double: write(bytes.loadUnaligned(fromByteOffset: offset, as: Double.self))
        }
    }
}
