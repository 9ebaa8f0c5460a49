/// A job as its client hands it in: the work, once, and the inputs in chunks.
///
/// Layout: whether more chunks may follow 8 · how often a lost task is run again 8 · length of the work 8 · work · chunks.
/// Layout of a chunk: first index 8 · count 8 · length 8 · encoded inputs.
struct PoolSubmission {
    struct Chunk {
        /// The tasks of the chunk.
        let range: Range<Int>
        /// In the memory of the frame that brought them.
        let inputs: ArraySlice<UInt8>
    }

    let isOpen: Bool
    let retries: Int
    let work: [UInt8]
    let chunks: [Chunk]

    private static let maximumTaskCount = 1 << 40

    /// Throws when the chunks do not follow one another.
    init(_ frame: Frame) throws {
        (isOpen, retries, work, chunks) = try frame.withBody { body in
            var reader = PoolWire.Reader(body)
            let isOpen = try reader.number(UInt64.self) != 0
            let retries = try reader.count()
            let work = Array(try reader.block(try reader.count()))
            return (isOpen, retries, work, try PoolSubmission.chunks(&reader, of: frame, from: 0))
        }
    }

    /// More chunks for a job that has `taskCount` tasks so far.
    ///
    /// Layout: whether even more may follow 8 · chunks.
    static func addition(_ frame: Frame, taskCount: Int) throws -> (isOpen: Bool, chunks: [Chunk]) {
        try frame.withBody { body in
            var reader = PoolWire.Reader(body)
            let isOpen = try reader.number(UInt64.self) != 0
            return (isOpen, try chunks(&reader, of: frame, from: taskCount))
        }
    }

    private static func chunks(
        _ reader: inout PoolWire.Reader,
        of frame: Frame,
        from taskCount: Int
    ) throws(FrameError) -> [Chunk] {
        var taskCount = taskCount
        var chunks: [Chunk] = []
        while !reader.isAtEnd {
            let first = try reader.count()
            let count = try reader.count()
            let inputs = try reader.block(try reader.count())
            let end = Frame.headerSize + reader.position
            guard first == taskCount, count > 0, count <= maximumTaskCount - first else {
                throw .tooLong(UInt64(count))
            }
            taskCount += count
            // Each task costs a Host some memory: a number that nobody can mean must not be believed.
            guard count <= max(1 << 20, inputs.count) else { throw .tooLong(UInt64(count)) }
            chunks.append(Chunk(range: first..<taskCount, inputs: frame.bytes[end - inputs.count..<end]))
        }
        return chunks
    }

    /// The body of a submission, to which chunks can be appended.
    static func append(isOpen: Bool, retries: Int, work: [UInt8], to bytes: inout [UInt8]) {
        for number in [isOpen ? 1 : 0, retries, work.count] { PoolWire.append(UInt64(number), to: &bytes) }
        bytes.append(contentsOf: work)
    }

    static func append(first: Int, count: Int, inputs: [UInt8], to bytes: inout [UInt8]) {
        append(first: first, count: count, to: &bytes) { $0.append(contentsOf: inputs) }
    }

    /// Appends a chunk whose inputs `encode` appends.
    static func append(first: Int, count: Int, to bytes: inout [UInt8], _ encode: (inout [UInt8]) -> Void) {
        for number in [first, count, 0] { PoolWire.append(UInt64(number), to: &bytes) }
        let start = bytes.count
        encode(&bytes)
        let length = UInt64(bytes.count - start)
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: length.littleEndian, toByteOffset: start - 8, as: UInt64.self)
        }
    }

    /// How many inputs go into one chunk unless the caller says: four chunks for each worker, as in Python.
    static func defaultChunkSize(taskCount: Int, workerCount: Int) -> Int {
        guard taskCount > 0 else { return 1 }
        let (quotient, remainder) = taskCount.quotientAndRemainder(dividingBy: workerCount * 4)
        return remainder == 0 ? quotient : quotient + 1
    }
}
