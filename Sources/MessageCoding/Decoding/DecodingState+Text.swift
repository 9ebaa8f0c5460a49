extension DecodingState {
    func readString(at position: inout Int) throws(Malformation) -> String {
        let tag = try byte(at: position)
        var next = position + 1
        let size: Int
        if tag >= Tag.shortString, tag < Tag.smallNegative {
            size = Int(tag & 0x1F)
        } else if tag == Tag.string {
            size = try variableLength(at: &next)
        } else {
            throw .unexpected(tag: tag)
        }
        let text = try text(at: next, size: size)
        position = next + size
        return text
    }

    /// Makes a string of bytes that must be UTF-8.
    @inline(__always)
    func text(at position: Int, size: Int) throws(Malformation) -> String {
        try require(size, at: position)
        if size <= SmallText.capacity, let text = smallText(at: position, size: size) {
            return text
        }
        return try anyText(at: position, size: size)
    }

    /// Makes a short string, all bytes of which are there; `nil` if it is not plain ASCII.
    @inline(__always)
    private func smallText(at position: Int, size: Int) -> String? {
        guard contents.pointee.hasKnownSmallText else {
            return nil
        }
        var low: UInt64 = 0
        var high: UInt64 = 0
        if end - position >= 16 {
            // What lies behind the string is read with it, and masked.
            low = base.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            high = base.loadUnaligned(fromByteOffset: position + 8, as: UInt64.self)
            low &= ~(UInt64.max << UInt64(8 * size))
            high &= ~(UInt64.max << UInt64(8 * max(0, size - 8)))
        } else {
            for index in 0..<size {
                let byte = UInt64(base.load(fromByteOffset: position + index, as: UInt8.self))
                if index < 8 {
                    low |= byte << UInt64(8 * index)
                } else {
                    high |= byte << UInt64(8 * (index - 8))
                }
            }
        }
        return (low | high) & SmallText.notASCII == 0 ? SmallText.make(low, high, size: size) : nil
    }

    /// Makes a string of bytes all of which are there.
    @inline(never)
    private func anyText(at position: Int, size: Int) throws(Malformation) -> String {
        let bytes = UnsafeRawBufferPointer(start: base + position, count: size)
        if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
            let codeUnits = bytes.assumingMemoryBound(to: UInt8.self).span
            if isASCII(at: position, size: size) {
                // ASCII is UTF-8, so there is nothing left to check.
                return String(copying: UTF8Span(unchecked: codeUnits, isKnownASCII: true))
            }
            do {
                return String(copying: try UTF8Span(validating: codeUnits))
            } catch {
                throw .invalidText
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .invalidText
        }
        return text
    }

    /// Whether a string, all bytes of which are there, is known to be ASCII; short ones are not looked at.
    @inline(__always)
    private func isASCII(at position: Int, size: Int) -> Bool {
        guard size >= 8 else {
            return false
        }
        let last = position + size - 8
        var next = position
        while next < last {
            guard base.loadUnaligned(fromByteOffset: next, as: UInt64.self) & SmallText.notASCII == 0 else {
                return false
            }
            next += 8
        }
        return base.loadUnaligned(fromByteOffset: last, as: UInt64.self) & SmallText.notASCII == 0
    }

    // MARK: Arrays

    /// Reads an array of strings.
    func readStrings(at position: inout Int) throws(Malformation) -> [String] {
        guard let extent = try unkeyedExtent(at: position) else {
            throw .otherForm
        }
        // The strings come before their array: who asks the C library for much memory makes it put together all small pieces that
        // were given back, which take longer to get afterwards.
        let row = stringRow(of: extent.count)
        var count = 0
        do throws(Malformation) {
            var next = extent.start
            while next < extent.end {
                guard count < extent.count else {
                    throw .otherForm
                }
                (row + count).initialize(to: try readString(at: &next))
                count += 1
            }
            guard next == extent.end else {
                throw .truncated
            }
        } catch {
            row.deinitialize(count: count)
            throw error
        }
        position = extent.end
        return [String](unsafeUninitializedCapacity: count) { strings, initializedCount in
            strings.baseAddress?.moveInitialize(from: row, count: count)
            initializedCount = count
        }
    }

    private static var longestStringRow: Int { 1 << 14 }

    /// Room for strings, none of which is there yet.
    private func stringRow(of count: Int) -> UnsafeMutablePointer<String> {
        if count > contents.pointee.stringRowCapacity {
            resizeStringRow(to: count)
        }
        return contents.pointee.stringRow
    }

    /// Gives memory back of which there is much.
    @inline(__always)
    func shortenStringRow() {
        if contents.pointee.stringRowCapacity > Self.longestStringRow {
            resizeStringRow(to: 0)
        }
    }

    @inline(never)
    private func resizeStringRow(to capacity: Int) {
        contents.pointee.stringRow.deallocate()
        contents.pointee.stringRow = .allocate(capacity: capacity)
        contents.pointee.stringRowCapacity = capacity
    }
}
