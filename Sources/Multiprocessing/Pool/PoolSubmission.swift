/// A job as its client hands it in: the work, once, and the inputs in chunks.
///
/// Layout: form 8 · how often a lost task is run again 8 · length of the work 8 · work · passages · chunks.
/// Layout of a chunk: first index 8 · count 8 · length 8 · encoded inputs · passages.
/// Layout of passages: number 8 · for each: rank 4 · number of the service 4 · token 8.
struct PoolSubmission {
    /// Whether more chunks may follow.
    enum Form: UInt64 {
        case whole = 0
        /// Results are taken as they come, and inputs given meanwhile.
        case stream = 1
        /// The rest follows as soon as it is encoded.
        case inPortions = 2
    }

    struct Chunk {
        /// The tasks of the chunk.
        let range: Range<Int>
        /// In the memory of the frame that brought them.
        let inputs: ArraySlice<UInt8>
        /// Services whose handles travel in them.
        let passages: [ServicePassage]
        /// Where they were left, if they do not travel.
        var lot: InputLot?
    }

    let form: Form
    let retries: Int
    let work: [UInt8]
    /// Services whose handles travel in the work.
    let passages: [ServicePassage]
    let chunks: [Chunk]

    private static let maximumTaskCount = 1 << 40

    /// Throws when the chunks do not follow one another.
    init(_ frame: Frame) throws {
        (form, retries, work, passages, chunks) = try frame.withBody { body in
            var reader = PoolWire.Reader(body)
            let number = try reader.number(UInt64.self)
            guard let form = Form(rawValue: number) else { throw FrameError.tooLong(number) }
            let retries = try reader.count()
            let work = Array(try reader.block(try reader.count()))
            let passages = try PoolSubmission.passages(&reader, of: frame)
            return (form, retries, work, passages, try PoolSubmission.chunks(&reader, of: frame, from: 0))
        }
    }

    /// All services whose handles travel in it.
    var allPassages: [ServicePassage] { passages + chunks.flatMap(\.passages) }

    /// More chunks for a job that has `taskCount` tasks so far, or for one that nothing is known of.
    ///
    /// Layout: whether even more may follow 8 · `PoolCarrier.spareSize` bytes that mean nothing · chunks.
    static func addition(_ frame: Frame, taskCount: Int?) throws -> (isOpen: Bool, chunks: [Chunk]) {
        try frame.withBody { body in
            var reader = PoolWire.Reader(body)
            let isOpen = try reader.number(UInt64.self) != 0
            _ = try reader.block(PoolCarrier.spareSize)
            return (isOpen, try chunks(&reader, of: frame, from: taskCount))
        }
    }

    private static func chunks(
        _ reader: inout PoolWire.Reader,
        of frame: Frame,
        from start: Int?
    ) throws(FrameError) -> [Chunk] {
        var known = start
        var chunks: [Chunk] = []
        while !reader.isAtEnd {
            let first = try reader.count()
            let count = try reader.count()
            let inputs = try reader.block(try reader.count())
            let end = Frame.headerSize + reader.position
            guard first == known ?? first, count > 0, first <= maximumTaskCount,
                count <= maximumTaskCount - first
            else { throw .tooLong(UInt64(count)) }
            known = first + count
            // Each task costs a Host some memory: a number that nobody can mean must not be believed.
            guard count <= max(1 << 20, inputs.count) else { throw .tooLong(UInt64(count)) }
            chunks.append(
                Chunk(
                    range: first..<first + count,
                    inputs: frame.bytes[end - inputs.count..<end],
                    passages: try passages(&reader, of: frame),
                    lot: InputReference.isReference(inputs) ? try lot(with: inputs, of: frame) : nil
                )
            )
        }
        return chunks
    }

    /// The inputs that a frame says were left.
    ///
    /// Throws when its sender has not left them.
    private static func lot(with inputs: UnsafeRawBufferPointer, of frame: Frame) throws(FrameError)
        -> InputLot
    {
        let reference = try InputReference(inputs)
        guard let lot = InputLot.claim(reference.token, of: frame.source), lot.offset == reference.offset,
            lot.count == reference.size
        else { throw .tooLong(reference.token) }
        return lot
    }

    /// Throws when one is not its sender's own.
    private static func passages(_ reader: inout PoolWire.Reader, of frame: Frame) throws(FrameError)
        -> [ServicePassage]
    {
        var passages: [ServicePassage] = []
        for _ in 0..<(try reader.count()) {
            let rank = try reader.number(Int32.self)
            let service = Address(rank: rank, serial: try reader.number())
            let token = try reader.number(UInt64.self)
            guard ReservationToken.isFrom(frame.source, token) else { throw .tooLong(token) }
            passages.append(ServicePassage(service: service, token: token))
        }
        return passages
    }

    /// The body of a submission, to which chunks can be appended.
    static func append(
        _ form: Form,
        retries: Int,
        work: [UInt8],
        _ passages: [ServicePassage] = [],
        to bytes: inout [UInt8]
    ) {
        PoolWire.append(form.rawValue, to: &bytes)
        for number in [retries, work.count] { PoolWire.append(UInt64(number), to: &bytes) }
        bytes.append(contentsOf: work)
        append(passages, to: &bytes)
    }

    /// The beginning of the body of a frame with more chunks.
    static func beginAddition(isOpen: Bool, to bytes: inout [UInt8]) {
        PoolWire.append(UInt64(isOpen ? 1 : 0), to: &bytes)
        bytes.append(contentsOf: repeatElement(0, count: PoolCarrier.spareSize))
    }

    /// Says in another way whether more chunks may follow, in a frame that has its chunks.
    static func change(to form: Form, in frame: inout Frame) {
        frame.bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: form.rawValue.littleEndian, toByteOffset: Frame.headerSize, as: UInt64.self)
        }
    }

    private static func append(_ passages: [ServicePassage], to bytes: inout [UInt8]) {
        PoolWire.append(UInt64(passages.count), to: &bytes)
        for passage in passages {
            PoolWire.append(passage.service.rank, to: &bytes)
            PoolWire.append(passage.service.serial, to: &bytes)
            PoolWire.append(passage.token, to: &bytes)
        }
    }

    static func append(
        first: Int,
        count: Int,
        inputs: [UInt8],
        _ passages: [ServicePassage] = [],
        to bytes: inout [UInt8]
    ) {
        append(first: first, count: count, to: &bytes) { bytes in
            bytes.append(contentsOf: inputs)
            return passages
        }
    }

    /// Appends a chunk whose inputs `encode` appends; it returns the passages in them.
    static func append(
        first: Int,
        count: Int,
        to bytes: inout [UInt8],
        _ encode: (inout [UInt8]) -> [ServicePassage]
    ) {
        for number in [first, count, 0] { PoolWire.append(UInt64(number), to: &bytes) }
        let start = bytes.count
        let passages = encode(&bytes)
        let length = UInt64(bytes.count - start)
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: length.littleEndian, toByteOffset: start - 8, as: UInt64.self)
        }
        append(passages, to: &bytes)
    }

    /// How many inputs go into one chunk unless the caller says: four chunks for each worker, as in Python.
    static func defaultChunkSize(taskCount: Int, workerCount: Int) -> Int {
        guard taskCount > 0 else { return 1 }
        let (quotient, remainder) = taskCount.quotientAndRemainder(dividingBy: workerCount * 4)
        return remainder == 0 ? quotient : quotient + 1
    }
}
