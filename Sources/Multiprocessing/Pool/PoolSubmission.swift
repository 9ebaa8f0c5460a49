/// A job as its client hands it in: the work, once, and the inputs in chunks.
///
/// Layout: length of the work 8 · work · then for each chunk: first index 8 · count 8 · length 8 · encoded inputs.
struct PoolSubmission {
    struct Chunk {
        /// The tasks of the chunk.
        let range: Range<Int>
        let inputs: [UInt8]
    }

    let work: [UInt8]
    private(set) var chunks: [Chunk] = []
    private(set) var taskCount = 0

    /// Throws when the chunks do not follow one another.
    init(_ body: UnsafeRawBufferPointer) throws(FrameError) {
        var reader = PoolWire.Reader(body)
        work = Array(try reader.block(try reader.count()))
        while !reader.isAtEnd {
            let first = try reader.count()
            let count = try reader.count()
            let inputs = try reader.block(try reader.count())
            guard first == taskCount, count > 0, count <= Int.max - first, chunks.isEmpty || count < 1 << 40
            else {
                throw .truncated(byteCount: body.count)
            }
            taskCount += count
            guard taskCount <= 1 << 32 else { throw .tooLong(UInt64(taskCount)) }
            chunks.append(Chunk(range: first..<first + count, inputs: Array(inputs)))
        }
    }

    /// How many inputs go into one chunk unless the caller says: four chunks for each worker, as in Python.
    static func defaultChunkSize(taskCount: Int, workerCount: Int) -> Int {
        guard taskCount > 0 else { return 1 }
        let (quotient, remainder) = taskCount.quotientAndRemainder(dividingBy: workerCount * 4)
        return remainder == 0 ? quotient : quotient + 1
    }
}
