internal import DequeModule

/// What a pool knows of a job: the chunks that are not done, and which of their tasks are.
struct PoolLedger {
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

    private var chunks: Deque<Entry> = []
    /// For each task from the first one of the first chunk on.
    private var isDone: Deque<Bool> = []
    private var remaining = 0
    private var lossCounts: [Int: Int] = [:]

    private struct Entry {
        let range: Range<Int>
        var inputs: ArraySlice<UInt8>
        /// Services whose handles travel in the inputs.
        var passages: [ServicePassage]
        var remaining: Int
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

    mutating func add(_ more: [PoolSubmission.Chunk], isOpen: Bool) {
        self.isOpen = isOpen
        for chunk in more {
            chunks.append(
                Entry(
                    range: chunk.range,
                    inputs: chunk.inputs,
                    passages: chunk.passages,
                    remaining: chunk.range.count
                )
            )
            isDone.append(contentsOf: repeatElement(false, count: chunk.range.count))
            remaining += chunk.range.count
            taskCount = chunk.range.upperBound
        }
    }

    var isComplete: Bool { !isOpen && remaining == 0 }

    /// The services that the job holds.
    var passages: [ServicePassage] {
        var passages = workPassages + closedPassages
        for chunk in chunks { passages += chunk.passages }
        return passages
    }

    /// Those that nobody needs any more, each once.
    mutating func takeClosedPassages() -> [ServicePassage] {
        defer { closedPassages = [] }
        return closedPassages
    }

    /// The first task and the encoded inputs of the chunk with the task in it.
    func chunk(with task: Int) -> (first: Int, inputs: ArraySlice<UInt8>)? {
        guard let position = position(ofChunkWith: task) else { return nil }
        return (chunks[position].range.lowerBound, chunks[position].inputs)
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

    func isUnfinished(_ task: Int) -> Bool {
        guard let base = chunks.first?.range.lowerBound, task >= base, task < taskCount else { return false }
        return !isDone[task - base]
    }

    /// Notes results; returns which of these tasks had none yet.
    mutating func finish(_ tasks: Range<Int>) -> [Range<Int>] {
        let news = unfinished(of: tasks)
        guard !news.isEmpty, let base = chunks.first?.range.lowerBound else { return [] }
        for part in news {
            for task in part { isDone[task - base] = true }
            remaining -= part.count
            // A part may go over several chunks.
            var position = position(ofChunkWith: part.lowerBound) ?? chunks.count
            while position < chunks.count, chunks[position].range.lowerBound < part.upperBound {
                chunks[position].remaining -= chunks[position].range.clamped(to: part).count
                // What nobody needs any more must not add up: a job may have no end.
                if chunks[position].remaining == 0 {
                    chunks[position].inputs = []
                    closedPassages += chunks[position].passages
                    chunks[position].passages = []
                }
                position += 1
            }
            if !lossCounts.isEmpty { for task in part { lossCounts[task] = nil } }
        }
        while let first = chunks.first, first.remaining == 0 {
            isDone.removeFirst(first.range.count)
            chunks.removeFirst()
        }
        return news
    }

    /// The tasks among these that have no result yet.
    func unfinished(of range: Range<Int>) -> [Range<Int>] {
        guard let base = chunks.first?.range.lowerBound else { return [] }
        let known = range.clamped(to: base..<taskCount)
        var ranges: [Range<Int>] = []
        var start: Int?
        for task in known {
            if isDone[task - base] {
                if let first = start { ranges.append(first..<task) }
                start = nil
            } else if start == nil {
                start = task
            }
        }
        if let first = start { ranges.append(first..<known.upperBound) }
        return ranges
    }

    /// Notes that a worker was lost with a task; returns whether it may be run again.
    mutating func mayRunAgain(_ task: Int) -> Bool {
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
