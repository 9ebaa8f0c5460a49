internal import DequeModule

/// What a pool knows of a job: the chunks that are not done, and which of their tasks are.
///
/// An object, since it would be copied each time that it is looked at; its service alone has it.
final class PoolLedger {
    let client: Waiter
    /// What the workers run, encoded.
    let work: [UInt8]
    /// Services whose handles travel in the work.
    private let workPassages: [ServicePassage]
    /// Those whose handles travelled in chunks that are done.
    private var closedPassages: [ServicePassage] = []
    /// How often a task is run again whose worker was lost.
    let retries: Int
    /// Whether the client takes results as they come: they must not wait for one another.
    let isStream: Bool
    /// Whether more chunks may follow.
    private(set) var isOpen: Bool
    /// How many tasks there are so far.
    private(set) var taskCount = 0
    /// Whether a worker has been given a part of it.
    var isBegun = false

    /// Whether inputs were left in a store.
    private(set) var hasLots = false

    private var chunks: Deque<Entry> = []
    /// The tasks that have no result yet.
    private var pending = TaskRanges()
    private var lossCounts: [Int: Int] = [:]

    private struct Entry {
        let range: Range<Int>
        var inputs: Inputs
        /// Services whose handles travel in the inputs.
        var passages: [ServicePassage]
        var remaining: Int

        init(_ range: Range<Int>, _ inputs: Inputs, _ passages: [ServicePassage]) {
            (self.range, self.inputs, self.passages) = (range, inputs, passages)
            remaining = range.count
        }
    }

    /// Encoded inputs: in memory that others of the same frame share, in a frame of their own, or in a store.
    private enum Inputs {
        case part(ArraySlice<UInt8>)
        case frame(PoolCarrier)
        /// They were left where workers can take them; the bytes say where.
        case left(ArraySlice<UInt8>, InputLot)

        static let none = part([])

        var bytes: ArraySlice<UInt8> {
            switch self {
            case .part(let bytes): bytes
            case .frame(let carrier): carrier.inputs
            case .left(let reference, _): reference
            }
        }
    }

    init(client: Waiter, _ submission: PoolSubmission) {
        self.client = client
        work = submission.work
        workPassages = submission.passages
        retries = submission.retries
        isOpen = submission.form != .whole
        isStream = submission.form == .stream
        add(submission.chunks, isOpen: submission.form != .whole)
    }

    func add(_ more: [PoolSubmission.Chunk], isOpen: Bool) {
        self.isOpen = isOpen
        for chunk in more {
            let inputs = chunk.lot.map { .left(chunk.inputs, $0) } ?? Inputs.part(chunk.inputs)
            if chunk.lot != nil { hasLots = true }
            add(Entry(chunk.range, inputs, chunk.passages))
        }
    }

    /// Adds a chunk that has a frame of its own.
    func add(
        _ carrier: PoolCarrier,
        _ range: Range<Int>,
        _ passages: [ServicePassage],
        isOpen: Bool
    ) {
        self.isOpen = isOpen
        add(Entry(range, .frame(carrier), passages))
    }

    private func add(_ entry: Entry) {
        chunks.append(entry)
        pending.append(entry.range)
        taskCount = entry.range.upperBound
    }

    var isComplete: Bool { !isOpen && pending.isEmpty }

    /// The services that the job holds.
    var passages: [ServicePassage] {
        var passages = workPassages + closedPassages
        for chunk in chunks { passages += chunk.passages }
        return passages
    }

    /// Those that nobody needs any more, each once.
    func takeClosedPassages() -> [ServicePassage] {
        defer { closedPassages = [] }
        return closedPassages
    }

    /// The first task and the encoded inputs of the chunk with the task in it.
    func chunk(with task: Int) -> (first: Int, inputs: ArraySlice<UInt8>)? {
        guard let position = position(ofChunkWith: task) else { return nil }
        return (chunks[position].range.lowerBound, chunks[position].inputs.bytes)
    }

    /// Where the inputs of the chunk with the task in it were left, if they do not travel.
    func lot(with task: Int) -> InputLot? {
        guard hasLots, let position = position(ofChunkWith: task),
            case .left(_, let lot) = chunks[position].inputs
        else { return nil }
        return lot
    }

    /// The assignment of tasks that are the only ones in it, if it can be made without copying their inputs.
    func assignment(
        of tasks: Range<Int>,
        ofJob job: UInt64,
        _ ticket: PoolTicket,
        to worker: Waiter,
        from service: Address
    ) -> Frame? {
        guard let position = position(ofChunkWith: tasks.lowerBound),
            case .frame(var carrier) = chunks[position].inputs
        else { return nil }
        // Else the change would be made in a copy.
        chunks[position].inputs = .none
        defer { chunks[position].inputs = .frame(carrier) }
        return carrier.assignment(
            of: tasks,
            firstOfChunk: chunks[position].range.lowerBound,
            ofJob: job,
            ticket,
            to: worker,
            from: service
        )
    }

    private func position(ofChunkWith task: Int) -> Int? {
        var (lower, upper) = (0, chunks.count)
        while lower < upper {
            let middle = (lower + upper) / 2
            let range = chunks[middle].range
            if range.contains(task) { return middle }
            if task < range.lowerBound { upper = middle } else { lower = middle + 1 }
        }
        return nil
    }

    func isUnfinished(_ task: Int) -> Bool { !pending.within(task..<task + 1).isEmpty }

    /// The tasks among these that have no result yet.
    func unfinished(of range: Range<Int>) -> [Range<Int>] { pending.within(range) }

    /// Notes results; returns which of these tasks had none yet.
    func finish(_ tasks: Range<Int>) -> [Range<Int>] {
        let news = pending.remove(tasks)
        for part in news {
            // A part may go over several chunks.
            var position = position(ofChunkWith: part.lowerBound) ?? chunks.count
            while position < chunks.count, chunks[position].range.lowerBound < part.upperBound {
                chunks[position].remaining -= chunks[position].range.clamped(to: part).count
                // What nobody needs any more must not add up: a job may have no end.
                if chunks[position].remaining == 0 {
                    chunks[position].inputs = .none
                    closedPassages += chunks[position].passages
                    chunks[position].passages = []
                }
                position += 1
            }
            if !lossCounts.isEmpty { for task in part { lossCounts[task] = nil } }
        }
        while let first = chunks.first, first.remaining == 0 { chunks.removeFirst() }
        return news
    }

    /// Notes that a worker was lost with a task; returns whether it may be run again.
    func mayRunAgain(_ task: Int) -> Bool {
        let count = lossCounts[task, default: 0]
        guard count < retries else { return false }
        lossCounts[task] = count + 1
        return true
    }
}

/// Tasks of one chunk of a job, which travel together.
struct PoolPiece: Equatable {
    let job: UInt64
    var range: Range<Int>
    /// How many workers in a row were lost with it as the next thing to do, before any of its tasks began.
    var losses = 0
    /// How often it was taken back from a worker.
    var moves = 0
}
