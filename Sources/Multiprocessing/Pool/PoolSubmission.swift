/// A job as its client hands it in: the work, once, and the inputs in chunks.
///
/// Layout: whether more chunks may follow 8 · how often a lost task is run again 8 · length of the work 8 · work · chunks.
/// Layout of a chunk: first index 8 · count 8 · length 8 · encoded inputs.
struct PoolSubmission {
    struct Chunk {
        /// The tasks of the chunk.
        let range: Range<Int>
        let inputs: [UInt8]
    }

    let isOpen: Bool
    let retries: Int
    let work: [UInt8]
    let chunks: [Chunk]

    private static let maximumTaskCount = 1 << 40

    /// Throws when the chunks do not follow one another.
    init(_ body: UnsafeRawBufferPointer) throws(FrameError) {
        var reader = PoolWire.Reader(body)
        isOpen = try reader.number(UInt64.self) != 0
        retries = try reader.count()
        work = Array(try reader.block(try reader.count()))
        chunks = try PoolSubmission.chunks(&reader, from: 0)
    }

    /// More chunks for a job that has `taskCount` tasks so far.
    ///
    /// Layout: whether even more may follow 8 · chunks.
    static func addition(_ body: UnsafeRawBufferPointer, taskCount: Int) throws(FrameError)
        -> (isOpen: Bool, chunks: [Chunk])
    {
        var reader = PoolWire.Reader(body)
        let isOpen = try reader.number(UInt64.self) != 0
        return (isOpen, try chunks(&reader, from: taskCount))
    }

    private static func chunks(_ reader: inout PoolWire.Reader, from taskCount: Int) throws(FrameError)
        -> [Chunk]
    {
        var taskCount = taskCount
        var chunks: [Chunk] = []
        while !reader.isAtEnd {
            let first = try reader.count()
            let count = try reader.count()
            let inputs = try reader.block(try reader.count())
            guard first == taskCount, count > 0, count <= maximumTaskCount - first else {
                throw .tooLong(UInt64(count))
            }
            taskCount += count
            // Each task costs a Host some memory: a number that nobody can mean must not be believed.
            guard count <= max(1 << 20, inputs.count) else { throw .tooLong(UInt64(count)) }
            chunks.append(Chunk(range: first..<taskCount, inputs: Array(inputs)))
        }
        return chunks
    }

    /// The body of a submission, to which chunks can be appended.
    static func append(isOpen: Bool, retries: Int, work: [UInt8], to bytes: inout [UInt8]) {
        for number in [isOpen ? 1 : 0, retries, work.count] { PoolWire.append(UInt64(number), to: &bytes) }
        bytes.append(contentsOf: work)
    }

    static func append(first: Int, count: Int, inputs: [UInt8], to bytes: inout [UInt8]) {
        for number in [first, count, inputs.count] { PoolWire.append(UInt64(number), to: &bytes) }
        bytes.append(contentsOf: inputs)
    }

    /// How many inputs go into one chunk unless the caller says: four chunks for each worker, as in Python.
    static func defaultChunkSize(taskCount: Int, workerCount: Int) -> Int {
        guard taskCount > 0 else { return 1 }
        let (quotient, remainder) = taskCount.quotientAndRemainder(dividingBy: workerCount * 4)
        return remainder == 0 ? quotient : quotient + 1
    }
}
