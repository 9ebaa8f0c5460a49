internal import MessageCoding
internal import Synchronization

/// What a caller wants of a job besides its results.
struct PoolJobOptions: Sendable {
    var chunkSize: Int?
    var retries = 0
    var progress: Pool.ProgressObserver?
    /// Whether the caller does nothing but wait for the results: then no more inputs are encoded than the workers need.
    var isPatient = false

    func check() throws(ProcessingError) {
        if let chunkSize, chunkSize < 1 {
            throw ProcessingError(.misuse, "a chunk needs at least one input, not \(chunkSize)")
        }
        guard retries >= 0 else {
            throw ProcessingError(.misuse, "a task cannot be run again \(retries) times")
        }
    }
}

extension Pool {
    /// How many bytes are handed in at once, about: workers begin while the rest is being encoded, and memory is used again.
    private static let portionSize = 1 << 20
    /// How many bytes of inputs whose results have not come are handed in at most if the caller is patient, unless there would be less
    /// than some chunks for each worker: the memory of those that are done is used again.
    private static let greatestHeap = 16 << 20
    private static let leastChunksPerWorker = 4

    /// Hands in a job and returns what stands for its result, whose value `assemble` makes of the results.
    func submit<Function: PoolFunction, Value: Sendable>(
        _ function: Function,
        _ inputs: [Function.Input],
        _ options: PoolJobOptions,
        _ callback: (@Sendable (Result<Value, any Error>) -> Void)? = nil,
        assemble: @escaping @Sendable ([Function.Output]) throws -> Value
    ) throws -> PoolJob<Value> {
        try options.check()
        let count = inputs.count
        let size =
            options.chunkSize
            ?? PoolSubmission.defaultChunkSize(taskCount: count, workerCount: processCount)
        var first = 0
        let notEncoded = EncodingFailures()
        let largeInputs = LargeInputs(Function.Input.self, of: self)
        /// How many bytes of inputs were left where workers can take them.
        var leftSize = 0
        /// Appends chunks to a frame until that is enough; returns whether there are more.
        func appendPortion(to bytes: inout [UInt8]) -> Bool {
            let (start, leftBefore) = (bytes.count, leftSize)
            while first < count, bytes.count - start + leftSize - leftBefore < Pool.portionSize {
                let chunk = inputs[first..<first + min(size, count - first)]
                let isBeginning = bytes.count == start
                PoolSubmission.append(first: first, count: chunk.count, to: &bytes) { bytes in
                    if let lot = largeInputs?.leave(chunk, appendingTo: &bytes) {
                        leftSize += lot.count
                        return []
                    }
                    var failures: [Int: any Error] = [:]
                    defer { notEncoded.note(failures) }
                    return PoolInputs.encode(chunk, first: first, failures: &failures, to: &bytes)
                }
                first += chunk.count
                // Chunks are mostly of one size: with room for all of them, nothing is copied while the frame grows.
                let length = bytes.count - start + 64
                if isBeginning, leftSize == leftBefore, first < count, length < Pool.portionSize {
                    let further = min((count - first - 1) / size + 1, Pool.portionSize / length + 1)
                    bytes.reserveCapacity(bytes.count + length * further)
                }
            }
            return first < count
        }
        // A call needs little room.
        var frame = try submission(
            of: function,
            .whole,
            retries: options.retries,
            reserving: count == 1 ? 256 : 4096
        )
        var hasMore = appendPortion(to: &frame.bytes)
        var handedIn = frame.bodySize
        if hasMore { PoolSubmission.change(to: .inPortions, in: &frame) }
        let job = PoolJob<Value>(
            purpose: count == 1 ? "a call in a pool" : "mapping over \(count) inputs",
            meter: options.progress.map { ProgressMeter(total: count, $0) },
            countsResults: options.isPatient && hasMore,
            callback: callback
        ) { frames in
            try assemble(
                Pool.results(frames, count: count, notEncoded.errors, as: Function.Output.self)
            )
        }
        // The pool lives until the last frame of the answer has come.
        let pending = try endpoint.request(consume frame) { frame in
            withExtendedLifetime(self) { job.accept(frame) }
            if frame.kind != .partialReply { largeInputs?.end() }
        }
        let link = JobLink(endpoint: endpoint, pool: address, correlation: pending.correlation)
        job.begin(link)
        let leastCount = size.multipliedReportingOverflow(by: Pool.leastChunksPerWorker * processCount)
        while hasMore {
            if options.isPatient {
                let limit = max(
                    leastCount.overflow ? count : leastCount.partialValue,
                    Pool.greatestHeap / ((handedIn + leftSize) / first + 1)
                )
                guard job.waitForRoom(submitted: first, unfinished: limit) else { break }
            }
            var frame = link.extensionFrame(isOpen: true)
            hasMore = appendPortion(to: &frame.bytes)
            handedIn += frame.bodySize
            if !hasMore { PoolSubmission.change(to: .whole, in: &frame) }
            // If the Host is gone, the job has failed by that.
            guard (try? endpoint.notify(consume frame)) != nil else { break }
        }
        return job
    }

    /// The beginning of a submission, to which chunks can be appended; an error if the pool takes no more work.
    func submission(
        of function: some PoolFunction,
        _ form: PoolSubmission.Form,
        retries: Int,
        reserving capacity: Int = 4096
    ) throws -> Frame {
        try checkTakesWork()
        let (work, passages) = try EncodedWork.encode(FunctionWork(function))
        var frame = endpoint.makeFrame(.submit, to: address, reserving: work.count + capacity)
        PoolSubmission.append(form, retries: retries, work: work, passages, to: &frame.bytes)
        return frame
    }

    /// The results in the frames, by their index.
    private static func results<Output: Decodable>(
        _ frames: [Frame],
        count: Int,
        _ notEncoded: [Int: any Error],
        as type: Output.Type
    ) throws -> [Output] {
        if PlainResult.size(of: type) != nil {
            return try plainResults(frames, count: count, notEncoded, as: type)
        }
        var results = [Output?](repeating: nil, count: count)
        var failure: (index: Int, error: any Error)?
        for frame in frames {
            try frame.withBody { body in
                var reader = PoolWire.Reader(body)
                while !reader.isAtEnd {
                    let entry = try reader.entry()
                    guard results.indices.contains(entry.index), results[entry.index] == nil else { continue }
                    do {
                        results[entry.index] = try decode(
                            entry.outcome,
                            entry.body,
                            notEncoded[entry.index],
                            as: type
                        )
                    } catch {
                        // The error of the first task in order is the one that is thrown, whichever came first in time.
                        if failure.map({ entry.index < $0.index }) ?? true { failure = (entry.index, error) }
                    }
                }
            }
        }
        if let failure { throw failure.error }
        let complete = results.compactMap { $0 }
        guard complete.count == count else {
            throw ProcessingError(.transport, "\(count - complete.count) of \(count) results are missing")
        }
        return complete
    }

    /// The same for results that lie in the frames as they are to lie in the array.
    private static func plainResults<Output: Decodable>(
        _ frames: [Frame],
        count: Int,
        _ notEncoded: [Int: any Error],
        as type: Output.Type
    ) throws -> [Output] {
        var failure: (index: Int, error: any Error)?
        var missing = count
        let results = try [Output](unsafeUninitializedCapacity: count) { results, initializedCount in
            let memory = UnsafeMutableRawBufferPointer(results)
            // Plain types have a value that is all zeros.
            memory.initializeMemory(as: UInt8.self, repeating: 0)
            initializedCount = count
            let size = MemoryLayout<Output>.stride
            for frame in frames {
                try frame.withBody { body in
                    var reader = PoolWire.Reader(body)
                    while !reader.isAtEnd {
                        let entry = try reader.entry()
                        if entry.outcome == PoolWire.TaskOutcome.values.rawValue {
                            guard entry.index + entry.count <= count, entry.body.count == entry.count * size
                            else { continue }
                            UnsafeMutableRawBufferPointer(rebasing: memory[(entry.index * size)...])
                                .copyMemory(from: entry.body)
                        } else if failure.map({ entry.index < $0.index }) ?? true {
                            do {
                                _ = try decode(entry.outcome, entry.body, notEncoded[entry.index], as: type)
                            } catch {
                                failure = (entry.index, error)
                            }
                        }
                        // The service passes on one result for each task.
                        missing -= entry.count
                    }
                }
            }
        }
        if let failure { throw failure.error }
        guard missing == 0 else {
            throw ProcessingError(.transport, "\(missing) of \(count) results are missing")
        }
        return results
    }

    /// The result of a task, or its error; `notEncoded` is why its input could not be encoded.
    static func decode<Output: Decodable>(
        _ outcome: UInt8,
        _ body: UnsafeRawBufferPointer,
        _ notEncoded: (any Error)?,
        as type: Output.Type
    ) throws -> Output {
        switch PoolWire.TaskOutcome(rawValue: outcome) {
        case .value: return try MessageDecoder().decode(type, from: body)
        case .values: return try PlainResult.load(type, from: body)
        case .failure: throw try MessageDecoder().decode(TaskFailure.self, from: body).error
        case .workerLost: throw try MessageDecoder().decode(WorkerLost.self, from: body)
        case .inputNotEncoded:
            throw notEncoded ?? ProcessingError(.coding, "an input of a task could not be encoded")
        case nil: throw ProcessingError(.transport, "a result of the unknown kind \(outcome)")
        }
    }

    /// Waits for a job; if the task that waits is cancelled, what of the job has not begun never will.
    func result<Value>(of job: PoolJob<Value>) async throws -> Value {
        try await withTaskCancellationHandler {
            try await AsyncResult(job: job).value
        } onCancel: {
            job.cancel()
        }
    }
}

/// Why inputs could not be encoded, by their task.
private final class EncodingFailures: Sendable {
    private let all = Mutex<[Int: any Error]>([:])

    var errors: [Int: any Error] { all.withLock { $0 } }

    func note(_ errors: [Int: any Error]) {
        guard !errors.isEmpty else { return }
        all.withLock { $0.merge(errors) { first, _ in first } }
    }
}

extension Frame {
    /// The error that a pool's answer stands for, if it is one.
    func poolError(_ purpose: String) -> (any Error)? {
        switch Outcome(rawValue: code) {
        case .done: return nil
        case .failed: return ProcessingError(.brokenPool, "\(purpose): \(text)")
        case .notFound: return ProcessingError(.closed, "\(purpose): the pool has ended")
        // A job has no time limit: it was cancelled.
        case .timedOut: return CancellationError()
        default:
            do {
                try checkOutcome(of: purpose)
                return nil
            } catch {
                return error
            }
        }
    }
}
