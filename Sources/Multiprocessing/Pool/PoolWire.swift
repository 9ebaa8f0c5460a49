internal import MessageCoding

/// The layouts of what a pool, its clients and its workers say to each other.
///
/// All numbers are little-endian.
enum PoolWire {
    /// How a task ended.
    enum TaskOutcome: UInt8 {
        /// The rest is its result.
        case value = 0
        /// The rest is the error that it threw, a `TaskFailure`.
        case failure = 1
        /// The rest is a `WorkerLost`.
        case workerLost = 2
        /// Nothing else: the client could not encode the input, and knows why.
        case inputNotEncoded = 3
    }

    /// One result: index 8 · outcome 1 · length 8 · bytes.
    static let entryHeaderSize = 17

    static func appendEntry(
        _ index: Int,
        _ outcome: TaskOutcome,
        to bytes: inout [UInt8],
        _ body: (inout [UInt8]) throws -> Void
    ) rethrows {
        let start = bytes.count
        append(UInt64(index), to: &bytes)
        bytes.append(outcome.rawValue)
        append(UInt64(0), to: &bytes)
        do {
            try body(&bytes)
        } catch {
            bytes.removeLast(bytes.count - start)
            throw error
        }
        let length = UInt64(bytes.count - start - entryHeaderSize)
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: length.littleEndian, toByteOffset: start + 9, as: UInt64.self)
        }
    }

    /// How many results these are.
    static func entryCount(_ results: some Collection<UInt8>) -> Int {
        var count = 0
        _ = results.withContiguousStorageIfAvailable { bytes in
            var reader = Reader(UnsafeRawBufferPointer(bytes))
            while !reader.isAtEnd, (try? reader.entry()) != nil { count += 1 }
        }
        return count
    }

    /// The results whose task `isWanted`.
    static func filtered(_ results: [UInt8], _ isWanted: (Int) -> Bool) -> [UInt8] {
        var kept: [Range<Int>] = []
        results.withUnsafeBytes { bytes in
            var reader = Reader(bytes)
            while !reader.isAtEnd {
                let start = reader.position
                guard let entry = try? reader.entry() else { return }
                guard isWanted(entry.index) else { continue }
                if let last = kept.last, last.upperBound == start {
                    kept[kept.count - 1] = last.lowerBound..<reader.position
                } else {
                    kept.append(start..<reader.position)
                }
            }
        }
        if kept == [0..<results.count] { return results }
        return kept.flatMap { results[$0] }
    }

    static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Reads numbers and blocks one after the other, and throws where there are none.
    struct Reader {
        let bytes: UnsafeRawBufferPointer
        private(set) var position = 0

        init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        var isAtEnd: Bool { position == bytes.count }

        mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type = Number.self)
            throws(FrameError) -> Number
        {
            let size = MemoryLayout<Number>.size
            guard bytes.count - position >= size else { throw .truncated(byteCount: bytes.count) }
            defer { position += size }
            return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
        }

        mutating func count() throws(FrameError) -> Int {
            guard let count = Int(exactly: try number(UInt64.self)), count >= 0 else {
                throw .truncated(byteCount: bytes.count)
            }
            return count
        }

        mutating func block(_ size: Int) throws(FrameError) -> UnsafeRawBufferPointer {
            guard size >= 0, size <= bytes.count - position else { throw .truncated(byteCount: bytes.count) }
            defer { position += size }
            return UnsafeRawBufferPointer(rebasing: bytes[position..<position + size])
        }

        /// The next result.
        mutating func entry() throws(FrameError) -> (index: Int, outcome: UInt8, body: UnsafeRawBufferPointer)
        {
            let index = try count()
            let outcome = try number(UInt8.self)
            let length = try count()
            return (index, outcome, try block(length))
        }
    }
}
