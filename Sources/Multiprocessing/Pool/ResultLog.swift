/// The results of a worker that were not sent yet; the journal has them too, so that they survive the worker.
struct ResultLog {
    private let journal: JournalMemory
    private(set) var bytes: [UInt8] = []
    /// The plain results at the end, which those of the next tasks may follow.
    private var block: (start: Int, first: Int, size: Int, count: Int)?
    private var lastSending = ContinuousClock.now
    /// How long results wait at most for those of further tasks of an assignment, unless a task takes longer.
    ///
    /// To send some wakes the Host, and perhaps the pool's client, who take the processors from the workers for that. So the longer an assignment
    /// takes the longer that is.
    private var delay = ResultLog.shortestDelay
    private static let shortestDelay = Duration.milliseconds(10)
    private static let longestDelay = Duration.milliseconds(80)
    /// The header of results side by side, and the size of one of them.
    private static let blockHeaderSize = PoolWire.entryHeaderSize + 1
    /// How long results side by side claim to be in the journal: as long as they are the last, they end where the journal does.
    private static let openLength = UInt64(Int64.max)

    init(_ journal: JournalMemory) { self.journal = journal }

    /// Whether there is room in the journal for one more plain result, which takes 16 bytes at most.
    var hasRoomForPlainResult: Bool { bytes.count + ResultLog.blockHeaderSize + 16 <= journal.capacity }

    /// When the results are to be sent.
    var sendingTime: ContinuousClock.Instant { lastSending.advanced(by: delay) }

    /// Appends how a task ended; returns whether everything is to be sent now.
    mutating func append(
        _ index: Int,
        _ outcome: PoolWire.TaskOutcome,
        _ body: (inout [UInt8]) throws -> Void
    ) rethrows -> Bool {
        let start = bytes.count
        try PoolWire.appendEntry(index, outcome, to: &bytes, body)
        closeBlock()
        if bytes.count > journal.capacity || ContinuousClock.now > sendingTime { return true }
        bytes.withUnsafeBytes { journal.note(UnsafeRawBufferPointer(rebasing: $0[start...]), at: start) }
        return false
    }

    /// Begins or goes on with plain results, which are left in the journal and then have to be handed to `keep`.
    ///
    /// `index` and `offset` are the first task and its place in the assignment; `isBegun` says whether it has been claimed.
    mutating func openBlock(
        from index: Int,
        size: Int,
        offset: Int,
        _ ticket: PoolTicket,
        job: UInt64,
        isBegun: Bool
    ) -> PlainRun {
        if block.map({ $0.size != size || $0.first + $0.count != index }) ?? true {
            closeBlock()
            block = (bytes.count, index, size, 0)
            PoolWire.append(UInt64(index), to: &bytes)
            bytes.append(PoolWire.TaskOutcome.values.rawValue)
            PoolWire.append(ResultLog.openLength, to: &bytes)
            bytes.append(UInt8(size))
            let start = bytes.count - ResultLog.blockHeaderSize
            bytes.withUnsafeBytes { journal.write(UnsafeRawBufferPointer(rebasing: $0[start...]), at: start) }
        }
        return PlainRun(
            journal: journal,
            ticket: ticket,
            job: job,
            valueSize: size,
            index: index,
            offset: offset,
            position: bytes.count,
            isRunning: isBegun,
            sendingTime: sendingTime
        )
    }

    /// Takes over what a run has left in the journal.
    mutating func keep(_ run: PlainRun) {
        let start = bytes.count
        guard run.position > start, let block else { return }
        bytes.append(contentsOf: journal.noted(start..<run.position))
        self.block?.count = run.index - block.first
    }

    /// Lets nothing follow the plain results at the end, whose length is known now.
    private mutating func closeBlock() {
        guard let block = block.take() else { return }
        let length = UInt64(1 + block.size * block.count).littleEndian
        let position = block.start + PoolWire.entryHeaderSize - 8
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: length, toByteOffset: position, as: UInt64.self) }
        guard position + 8 <= journal.capacity else { return }
        withUnsafeBytes(of: length) { journal.write($0, at: position) }
    }

    /// Hands over everything that is to be sent, at the end of an assignment or before.
    mutating func take(isEnd: Bool, _ use: ([UInt8]) throws -> Void) rethrows {
        closeBlock()
        try use(bytes)
        bytes.removeAll(keepingCapacity: true)
        journal.endTask()
        journal.clear()
        lastSending = ContinuousClock.now
        delay = isEnd ? ResultLog.shortestDelay : min(delay * 2, ResultLog.longestDelay)
    }
}

/// Tasks with plain results that a worker does one after the other.
///
/// For each of them there is nothing to do but to claim it and to leave its result in the journal.
struct PlainRun {
    fileprivate let journal: JournalMemory
    fileprivate let ticket: PoolTicket
    private let job: UInt64
    /// Who notes the tasks, if somebody wants to know.
    private let recorder = Recorder.tracing
    fileprivate let valueSize: Int
    /// The next task, or the one that is running.
    private(set) var index: Int
    /// The next task's place in the assignment.
    private var offset: Int
    /// Where its result goes in the journal.
    fileprivate private(set) var position: Int
    /// Whether what is left was taken back.
    private(set) var isTakenBack = false
    /// Whether the next task has been claimed.
    private var isRunning: Bool
    private let sendingTime: ContinuousClock.Instant
    private var lastLook: ContinuousClock.Instant?
    private var looks = Looks()

    /// How many tasks are begun between two looks at the clock, which takes longer than a short task.
    private struct Looks {
        var interval = 1
        var remaining = 1
        static let greatestInterval = 64
    }

    fileprivate init(
        journal: JournalMemory,
        ticket: PoolTicket,
        job: UInt64,
        valueSize: Int,
        index: Int,
        offset: Int,
        position: Int,
        isRunning: Bool,
        sendingTime: ContinuousClock.Instant
    ) {
        self.journal = journal
        self.ticket = ticket
        self.job = job
        self.valueSize = valueSize
        self.index = index
        self.offset = offset
        self.position = position
        self.isRunning = isRunning
        self.sendingTime = sendingTime
    }

    /// Begins the next task; false when it was taken back, or results are to be sent first.
    mutating func begin() -> Bool {
        if isRunning { return true }
        guard position + valueSize <= journal.capacity else { return false }
        looks.remaining -= 1
        if looks.remaining == 0, isLate() { return false }
        guard journal.claim(offset, of: ticket) else {
            isTakenBack = true
            return false
        }
        journal.beginTask(index)
        recorder?.beginTask(index, ofJob: job)
        isRunning = true
        return true
    }

    /// Ends the running task with its result.
    mutating func end(_ result: UnsafeRawBufferPointer) {
        recorder?.endTask()
        journal.note(result, at: position)
        position += valueSize
        index += 1
        offset += 1
        isRunning = false
    }

    private mutating func isLate() -> Bool {
        let now = ContinuousClock.now
        // Short tasks are many in the time between two looks, long ones are few.
        if let lastLook {
            let isShort = lastLook.duration(to: now) < .microseconds(100)
            looks.interval =
                isShort ? min(2 * looks.interval, Looks.greatestInterval) : max(1, looks.interval / 8)
        }
        lastLook = now
        looks.remaining = looks.interval
        return now > sendingTime
    }
}
