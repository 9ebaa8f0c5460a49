internal import ClosureCoding
internal import Glibc
internal import MessageCoding

/// What a worker of a pool does: it asks for a chunk, runs its tasks, and sends the results along when it asks for the next.
struct PoolWorker: SynchronousWork, Sendable {
    let initializer: PortableFunction<@Sendable () throws -> Void>?

    /// How large a worker's journal is: results beyond it are sent at once.
    static let journalSize = 64 << 10

    func performNow(in process: Process) throws {
        try initializer?.function()
        try serve()
    }

    private func serve() throws {
        let endpoint = try Endpoint.required(for: "working in a pool")
        guard let journal = Journal.current else {
            throw ProcessingError(.resources, "this worker has no journal")
        }
        // The pool had this process started.
        var run = ChunkRun(endpoint: endpoint, pool: endpoint.parent, journal: journal)
        while true {
            let reply = try endpoint.call(run.takeRequest())
            guard reply.code == Outcome.done.rawValue else { return }
            try run.perform(reply)
        }
    }
}

/// A worker's way through its chunks.
private struct ChunkRun {
    let endpoint: Endpoint
    let pool: Address
    let journal: JournalMemory
    /// The job that the results belong to, and the results that were not sent yet; the journal has them too.
    private var job: UInt64 = 0
    private var results: [UInt8] = []
    private var lastSending = ContinuousClock.now
    /// The work of the job at hand.
    private var work: (job: UInt64, work: any PoolWork)?
    private static let longestDelay = Duration.milliseconds(1)

    init(endpoint: Endpoint, pool: Address, journal: JournalMemory) {
        self.endpoint = endpoint
        self.pool = pool
        self.journal = journal
    }

    /// The request for the next chunk, with what is left of the results of the one before.
    mutating func takeRequest() -> Frame { takeFrame(.nextChunk) }

    private mutating func takeFrame(_ operation: Operation) -> Frame {
        var frame = endpoint.makeFrame(operation, to: pool, argument: job, reserving: results.count)
        frame.bytes.append(contentsOf: results)
        results.removeAll(keepingCapacity: true)
        lastSending = ContinuousClock.now
        return frame
    }

    mutating func perform(_ assignment: Frame) throws {
        // Kept alive while its memory is read.
        try assignment.withBody { body in
            var reader = PoolWire.Reader(body)
            let (job, chunk) = (try reader.number(UInt64.self), try reader.number(UInt64.self))
            let first = try reader.count()
            let (lower, upper) = (try reader.count(), try reader.count())
            guard first <= lower, lower < upper else { throw FrameError.truncated(byteCount: body.count) }
            self.job = job
            journal.beginChunk(job: job, chunk: chunk)
            // What ends the worker while it decodes counts as the first task's doing: else no worker would survive it.
            journal.beginTask(lower)
            let tasks: any PoolTasks
            do {
                let length = try reader.number(UInt64.self)
                if length != .max {
                    let encoded = try reader.block(Int(clamping: length))
                    work = (job, try MessageDecoder().decode(PortablePoolWork.self, from: encoded).work)
                }
                guard let work, work.job == job else {
                    throw ProcessingError(.coding, "this worker has not been given the work")
                }
                tasks = try work.work.open(try reader.block(body.count - reader.position))
            } catch {
                for index in lower..<upper { try note(index, failure: error) }
                return
            }
            for index in lower..<upper {
                journal.beginTask(index)
                try run(tasks, index, offset: index - first)
            }
        }
    }

    private mutating func run(_ tasks: any PoolTasks, _ index: Int, offset: Int) throws {
        let start = results.count
        do {
            try PoolWire.appendEntry(index, .value, to: &results) {
                try tasks.run(at: offset, appendingTo: &$0)
            }
        } catch {
            return try note(index, failure: error)
        }
        try noteEntry(from: start)
    }

    private mutating func note(_ index: Int, failure: any Error) throws {
        let start = results.count
        try PoolWire.appendEntry(index, .failure, to: &results) {
            try MessageEncoder().encode(TaskFailure(failure), appendingTo: &$0)
        }
        try noteEntry(from: start)
    }

    /// Makes the entry safe: in the journal, where it survives this process, or on its way.
    private mutating func noteEntry(from start: Int) throws {
        let isLate = lastSending.duration(to: .now) > ChunkRun.longestDelay
        if isLate || results.count > journal.capacity {
            let frame = takeFrame(.chunkResults)
            try endpoint.notify(frame)
            journal.endTask()
            journal.clear()
        } else {
            results.withUnsafeBytes { bytes in
                journal.note(UnsafeRawBufferPointer(rebasing: bytes[start...]), at: start)
            }
        }
    }
}

extension Host {
    /// Sends the pool what a worker's journal says, in the worker's name.
    func sendJournal(_ journal: JournalMemory, of process: HostedProcess) {
        var frame = Frame(
            .notice,
            code: Operation.journal.rawValue,
            from: process.address,
            to: process.order.parent,
            argument: journal.job
        )
        PoolWire.append(journal.job, to: &frame.bytes)
        PoolWire.append(journal.chunk, to: &frame.bytes)
        PoolWire.append(journal.runningIndex.map { $0 + 1 } ?? 0, to: &frame.bytes)
        frame.bytes.append(contentsOf: journal.entries)
        frame.seal()
        send(frame)
    }
}
