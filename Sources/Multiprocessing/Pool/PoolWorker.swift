internal import ClosureCoding
internal import Glibc
internal import MessageCoding

/// What a worker of a pool does: it asks for work, once, and is then sent one assignment after the other, so that it seldom
/// has to wait for the next.
struct PoolWorker: SynchronousWork, Sendable {
    let initializer: Initializer?

    /// How large a worker's journal is: results beyond it are sent at once.
    static let journalSize = 64 << 10

    /// What is called before a worker takes work: a closure, or a function with arguments.
    struct Initializer: Codable, Sendable {
        private let work: PortablePoolWork
        init(_ function: some PoolFunction) { work = PortablePoolWork(FunctionWork(function)) }

        func call() throws {
            var failures: [Int: any Error] = [:]
            var inputs: [UInt8] = []
            _ = PoolInputs.encode([NoValue()], first: 0, failures: &failures, to: &inputs)
            var result: [UInt8] = []
            try inputs.withUnsafeBytes { try work.work.open($0).run(at: 0, appendingTo: &result) }
        }
    }

    func performNow(in process: Process) throws {
        let endpoint = try Endpoint.required(for: "working in a pool")
        do {
            try initializer?.call()
        } catch {
            var frame = endpoint.makeFrame(.initializerFailed, to: endpoint.parent)
            frame.bytes.append(contentsOf: "\(String(reflecting: type(of: error))): \(error)".utf8)
            try endpoint.notify(frame)
            throw error
        }
        try serve(endpoint)
    }

    private func serve(_ endpoint: Endpoint) throws {
        guard let journal = Journal.current else {
            throw ProcessingError(.resources, "this worker has no journal")
        }
        // The pool had this process started.
        var run = AssignmentRun(endpoint: endpoint, pool: endpoint.parent, journal: journal)
        let number = UInt64(UInt32(bitPattern: getpid()))
        let assignments = try endpoint.request(
            endpoint.makeFrame(.workerReady, to: endpoint.parent, argument: number)
        )
        while true {
            let assignment = try assignments.wait()
            guard assignment.kind == .partialReply else { return }
            try run.perform(assignment)
        }
    }
}

/// A worker's way through its assignments.
private struct AssignmentRun {
    let endpoint: Endpoint
    let pool: Address
    let journal: JournalMemory
    private var job: UInt64 = 0
    private var ticket = PoolTicket(slot: 0, generation: 0)
    private var results: ResultLog
    /// The work of the job at hand: as it came, until a task of it is begun.
    private var work: (job: UInt64, encoded: [UInt8], decoded: (any PoolWork)?)?
    /// The last work in which nothing can change, and what it was decoded from: the next job may well have the same.
    private var lasting: (encoded: [UInt8], decoded: any PoolWork)?

    init(endpoint: Endpoint, pool: Address, journal: JournalMemory) {
        self.endpoint = endpoint
        self.pool = pool
        self.journal = journal
        results = ResultLog(journal)
    }

    mutating func perform(_ assignment: Frame) throws {
        // Kept alive while its memory is read.
        try assignment.withBody { body in
            var reader = PoolWire.Reader(body)
            job = try reader.number(UInt64.self)
            guard let ticket = PoolTicket(rawValue: try reader.number(UInt64.self)) else {
                throw FrameError.truncated(byteCount: body.count)
            }
            self.ticket = ticket
            let length = try reader.number(UInt64.self)
            if length != .max { takeWork(try reader.block(Int(clamping: length))) }
            var pieces: [(first: Int, range: Range<Int>, inputs: UnsafeRawBufferPointer)] = []
            while !reader.isAtEnd {
                let (first, lower, upper) = (try reader.count(), try reader.count(), try reader.count())
                guard first <= lower, lower < upper else { throw FrameError.truncated(byteCount: body.count) }
                pieces.append((first, lower..<upper, try reader.block(try reader.count())))
            }
            journal.beginAssignment(job: job, ticket: ticket)
            guard pieces.allSatisfy({ isWithinReach($0.inputs) }) else { return try sendResults(.outOfReach) }
            let count = pieces.reduce(0) { $0 + $1.range.count }
            journal.changeClaim(of: ticket) { $0.opened(for: ticket, count: count) }
            var offset = 0
            for piece in pieces {
                guard try perform(piece.range, from: offset, first: piece.first, piece.inputs) else { break }
                offset += piece.range.count
            }
            try sendResults(.finished)
        }
    }

    /// Whether inputs have come, or are to be had where they were left.
    private func isWithinReach(_ inputs: UnsafeRawBufferPointer) -> Bool {
        guard InputReference.isReference(inputs) else { return true }
        return (try? InputReference(inputs)).map { InputStore.known($0.ticket) != nil } ?? false
    }

    /// Does the tasks of a piece; returns false when the rest was taken back.
    private mutating func perform(
        _ range: Range<Int>,
        from offset: Int,
        first: Int,
        _ inputs: UnsafeRawBufferPointer
    ) throws -> Bool {
        var tasks: (any PoolTasks)?
        var next = range.lowerBound
        while next < range.upperBound {
            if !results.hasRoomForPlainResult { try sendResults(.underWay) }
            let place = offset + next - range.lowerBound
            var isBegun = false
            if tasks?.resultSize == nil {
                guard journal.claim(place, of: ticket) else { return false }
                // What ends the worker while it decodes counts as the task's doing: else no worker would survive it.
                journal.beginTask(next)
                Recorder.current?.beginTask(next, ofJob: job)
                isBegun = true
            }
            let known: any PoolTasks
            do {
                known = try tasks ?? decodedWork().open(inputs)
                tasks = known
            } catch {
                try note(next, error)
                next += 1
                continue
            }
            guard let size = known.resultSize else {
                try runOne(known, next, at: next - first)
                next += 1
                continue
            }
            var run = results.openBlock(
                from: next,
                size: size,
                offset: place,
                ticket,
                job: job,
                isBegun: isBegun
            )
            let error = doTasks(known, next - first..<range.upperBound - first, &run)
            results.keep(run)
            next = run.index
            if let error {
                try note(next, error)
                next += 1
            } else if run.isTakenBack {
                return false
            } else if next < range.upperBound {
                try sendResults(.underWay)
            }
        }
        return true
    }

    /// Runs a task whose result has to be encoded.
    private mutating func runOne(_ tasks: any PoolTasks, _ task: Int, at offset: Int) throws {
        let mustSend: Bool
        do {
            mustSend = try results.append(task, .value) { try tasks.run(at: offset, appendingTo: &$0) }
        } catch {
            return try note(task, error)
        }
        Recorder.current?.endTask()
        if mustSend { try sendResults(.underWay) }
    }

    /// Does tasks until one throws, whose error is returned, or the run ends otherwise.
    private func doTasks(_ tasks: any PoolTasks, _ offsets: Range<Int>, _ run: inout PlainRun) -> (any Error)?
    {
        do {
            try tasks.run(offsets, in: &run)
            return nil
        } catch {
            return error
        }
    }

    /// Notes that a task has ended with an error.
    private mutating func note(_ task: Int, _ error: any Error) throws {
        Recorder.current?.endTask(hasFailed: true)
        let mustSend =
            if error is InputNotEncoded {
                results.append(task, .inputNotEncoded) { _ in }
            } else {
                try results.append(task, .failure) {
                    try MessageEncoder().encode(TaskFailure(error), appendingTo: &$0)
                }
            }
        if mustSend { try sendResults(.underWay) }
    }

    private mutating func takeWork(_ encoded: UnsafeRawBufferPointer) {
        let isLasting = lasting.map { lasting in
            lasting.encoded.withUnsafeBytes { known in
                known.count == encoded.count
                    && (encoded.baseAddress.map { memcmp($0, known.baseAddress ?? $0, known.count) == 0 }
                        ?? true)
            }
        }
        if let lasting, isLasting == true {
            work = (job, [], lasting.decoded)
        } else {
            work = (job, Array(encoded), nil)
        }
    }

    private mutating func decodedWork() throws -> any PoolWork {
        guard let known = work, known.job == job else {
            throw ProcessingError(.coding, "this worker has not been given the work")
        }
        if let decoded = known.decoded { return decoded }
        let decoded = try MessageDecoder().decode(PortablePoolWork.self, from: known.encoded).work
        work = (job, [], decoded)
        if decoded.identity != nil { lasting = (known.encoded, decoded) }
        return decoded
    }

    private mutating func sendResults(_ progress: AssignmentProgress) throws {
        try results.take(isEnd: progress != .underWay) { [endpoint, pool, job, ticket] results in
            var frame = endpoint.makeFrame(
                .chunkResults,
                to: pool,
                argument: ticket.rawValue,
                reserving: results.count + 16
            )
            PoolWire.append(job, to: &frame.bytes)
            PoolWire.append(progress.rawValue, to: &frame.bytes)
            frame.bytes.append(contentsOf: results)
            try endpoint.notify(consume frame)
        }
    }
}
