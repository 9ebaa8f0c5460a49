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
        /// The rest is the size of one result, 1 byte, and the results of this task and those behind it, as they lie in memory.
        ///
        /// The length may claim more than is there: the journal of a worker has such a one while it grows.
        case values = 4
    }

    /// Results as they are found.
    struct Entry {
        /// The first task.
        let index: Int
        /// How many tasks, one behind the other, it has the results of.
        let count: Int
        let outcome: UInt8
        /// What there is of each, or the one result.
        let body: UnsafeRawBufferPointer

        var tasks: Range<Int> { index..<index + count }

        /// Whether the tasks have results, and not errors.
        var hasResults: Bool {
            outcome == TaskOutcome.value.rawValue || outcome == TaskOutcome.values.rawValue
        }

        /// Where in the body a task's result is.
        func place(of task: Int) -> Range<Int> {
            guard outcome == TaskOutcome.values.rawValue, count > 0 else { return body.indices }
            let size = body.count / count
            return (task - index) * size..<(task - index + 1) * size
        }
    }

    /// Appends results that lie in memory side by side.
    static func appendValues(
        from index: Int,
        size: Int,
        _ values: UnsafeRawBufferPointer,
        to bytes: inout [UInt8]
    ) {
        appendEntry(index, .values, to: &bytes) {
            $0.append(UInt8(size))
            $0.append(contentsOf: values)
        }
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
            while !reader.isAtEnd, let entry = try? reader.entry() { count += entry.count }
        }
        return count
    }

    /// Appends the results that are new: `note` is told of each entry and says which of its tasks are.
    static func appendNews(
        in results: UnsafeRawBufferPointer,
        to news: inout [UInt8],
        _ note: (Entry) -> [Range<Int>]
    ) {
        // What is new as a whole, and what comes right behind it, is copied together.
        var whole = 0..<0
        func flush() { news.append(contentsOf: UnsafeRawBufferPointer(rebasing: results[whole])) }
        var reader = Reader(results)
        while !reader.isAtEnd {
            let start = reader.position
            guard let entry = try? reader.entry() else { break }
            let tasks = note(entry)
            if tasks.count == 1, tasks[0] == entry.tasks {
                if whole.upperBound != start {
                    flush()
                    whole = start..<start
                }
                whole = whole.lowerBound..<reader.position
                continue
            }
            for part in tasks {
                flush()
                whole = 0..<0
                let places =
                    entry.place(of: part.lowerBound)
                    .lowerBound..<entry.place(of: part.upperBound - 1).upperBound
                appendValues(
                    from: part.lowerBound,
                    size: places.count / part.count,
                    UnsafeRawBufferPointer(rebasing: entry.body[places]),
                    to: &news
                )
            }
        }
        flush()
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

        /// The next result, or results.
        mutating func entry() throws(FrameError) -> Entry {
            let index = try count()
            // There has to be one behind it.
            guard index < Int.max else { throw .truncated(byteCount: bytes.count) }
            let outcome = try number(UInt8.self)
            let length = try count()
            guard outcome == TaskOutcome.values.rawValue else {
                return Entry(index: index, count: 1, outcome: outcome, body: try block(length))
            }
            let values = try block(min(length, bytes.count - position))
            guard let first = values.first, first > 0, index <= Int.max - values.count else {
                throw .truncated(byteCount: bytes.count)
            }
            let size = Int(first)
            let count = (values.count - 1) / size
            let body = UnsafeRawBufferPointer(rebasing: values[1..<1 + count * size])
            return Entry(index: index, count: count, outcome: outcome, body: body)
        }
    }
}
