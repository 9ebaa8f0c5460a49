internal import MessageCoding

/// How the inputs of a job go in and its results come out while it goes on.
struct PoolFlow: Sendable {
    let isOrdered: Bool
    let chunkSize: Int
    let lookAhead: Int?
    let retries: Int
    let progress: Pool.ProgressObserver?
    /// How many tasks may be handed in at most before their results are taken.
    private static let greatestLookAhead = Int.max / 2
    /// When the whole must be over.
    var deadline: ContinuousClock.Instant?

    init(
        _ isOrdered: Bool,
        _ chunkSize: Int,
        _ lookAhead: Int?,
        _ retries: Int,
        _ progress: Pool.ProgressObserver?
    ) {
        self.isOrdered = isOrdered
        // More than that is never ahead, so a greater chunk would never be handed in.
        self.chunkSize = min(chunkSize, PoolFlow.greatestLookAhead)
        self.lookAhead = lookAhead
        self.retries = retries
        self.progress = progress
    }

    fileprivate func makeStream<Output>(
        workers: Int,
        decode: @escaping ResultStream<Output>.Decoder
    ) throws(ProcessingError) -> ResultStream<Output> {
        try PoolJobOptions(chunkSize: chunkSize, retries: retries).check()
        let chunks = lookAhead ?? 2 * workers
        guard chunks >= 1 else {
            throw ProcessingError(.misuse, "a look-ahead of at least one chunk is needed, not \(chunks)")
        }
        let (tasks, isTooMany) = chunks.multipliedReportingOverflow(by: chunkSize)
        return ResultStream(
            isOrdered: isOrdered,
            lookAhead: isTooMany ? PoolFlow.greatestLookAhead : min(tasks, PoolFlow.greatestLookAhead),
            progress: progress,
            decode: decode
        )
    }
}

/// Makes chunks of inputs, with running numbers.
private struct PoolChunker<Input: Encodable & Sendable> {
    private let largeInputs: LargeInputs?
    private var first = 0

    init(_ largeInputs: LargeInputs?) { self.largeInputs = largeInputs }

    /// Appends a chunk to the body of a frame; returns which of its inputs cannot be encoded.
    mutating func append(_ inputs: [Input], to bytes: inout [UInt8]) -> [Int: any Error] {
        var failures: [Int: any Error] = [:]
        PoolSubmission.append(first: first, count: inputs.count, to: &bytes) { bytes in
            if largeInputs?.leave(inputs[...], appendingTo: &bytes) != nil { return [] }
            return PoolInputs.encode(inputs, first: first, failures: &failures, to: &bytes)
        }
        first += inputs.count
        return failures
    }
}

extension JobLink {
    /// The beginning of a frame with more chunks.
    func extensionFrame(isOpen: Bool) -> Frame {
        var frame = endpoint.makeFrame(.extendJob, to: pool, argument: correlation)
        PoolSubmission.beginAddition(isOpen: isOpen, to: &frame.bytes)
        return frame
    }
}

extension Pool {
    /// Begins a job without inputs, whose results go to a stream.
    private func open<Output>(
        _ function: some PoolFunction,
        _ retries: Int,
        _ stream: ResultStream<Output>,
        _ largeInputs: LargeInputs?
    ) throws -> JobLink {
        let frame = try submission(of: function, .stream, retries: retries)
        // The pool lives until the last frame of the answer has come.
        let pending = try endpoint.request(consume frame) { frame in
            withExtendedLifetime(self) { stream.accept(frame) }
            if frame.kind != .partialReply { largeInputs?.end() }
        }
        let link = JobLink(endpoint: endpoint, pool: address, correlation: pending.correlation)
        stream.begin(link)
        return link
    }

    /// The results of a function for the inputs of a sequence, which are taken by the one who takes the results.
    func results<Function: PoolFunction>(
        of function: Function,
        _ inputs: some Sequence<Function.Input>,
        _ flow: PoolFlow
    ) throws -> PoolResults<Function.Output> {
        try results(of: function, inputs, flow) { $0 }
    }

    /// The same, with each result made into something else.
    func results<Function: PoolFunction, Output: Sendable>(
        of function: Function,
        _ inputs: some Sequence<Function.Input>,
        _ flow: PoolFlow,
        assemble: @escaping @Sendable (Function.Output) -> Output
    ) throws -> PoolResults<Output> {
        let stream = try flow.makeStream(workers: processCount) { outcome, bytes, notEncoded in
            assemble(try Pool.decode(outcome, bytes, notEncoded, as: Function.Output.self))
        }
        let largeInputs = LargeInputs(Function.Input.self, of: self)
        let link = try open(function, flow.retries, stream, largeInputs)
        var iterator = inputs.makeIterator()
        var chunker = PoolChunker<Function.Input>(largeInputs)
        let feed = { (room: Int) throws in
            var room = room
            var hasEnded = false
            var frame = link.extensionFrame(isOpen: true)
            let emptySize = frame.bodySize
            while room >= flow.chunkSize, !hasEnded {
                var chunk: [Function.Input] = []
                while chunk.count < flow.chunkSize {
                    guard let input = iterator.next() else {
                        hasEnded = true
                        break
                    }
                    chunk.append(input)
                }
                guard !chunk.isEmpty else { break }
                let notEncoded = chunker.append(chunk, to: &frame.bytes)
                stream.note(submitted: chunk.count, notEncoded: notEncoded)
                room -= chunk.count
            }
            if frame.bodySize > emptySize { try link.endpoint.notify(consume frame) }
            if hasEnded {
                try link.endpoint.notify(link.extensionFrame(isOpen: false))
                stream.noteEndOfInputs()
            }
        }
        try feed(stream.room(waitingForHalf: false))
        return PoolResults(stream, deadline: flow.deadline, feed: feed)
    }

    /// The results of a function for inputs that come by and by, which are taken by a task.
    func results<Function: PoolFunction, Inputs: AsyncSequence & Sendable>(
        of function: Function,
        comingFrom inputs: Inputs,
        _ flow: PoolFlow
    ) throws -> PoolResults<Function.Output> where Inputs.Element == Function.Input {
        try results(of: function, comingFrom: inputs, flow) { $0 }
    }

    /// The same, with each result made into something else.
    func results<Function: PoolFunction, Inputs: AsyncSequence & Sendable, Output: Sendable>(
        of function: Function,
        comingFrom inputs: Inputs,
        _ flow: PoolFlow,
        assemble: @escaping @Sendable (Function.Output) -> Output
    ) throws -> PoolResults<Output> where Inputs.Element == Function.Input {
        let stream = try flow.makeStream(workers: processCount) { outcome, bytes, notEncoded in
            assemble(try Pool.decode(outcome, bytes, notEncoded, as: Function.Output.self))
        }
        let largeInputs = LargeInputs(Function.Input.self, of: self)
        let link = try open(function, flow.retries, stream, largeInputs)
        let feeder = Task.detached {
            var failure: (any Error)?
            do {
                try await Pool.feed(inputs, to: stream, link, chunkSize: flow.chunkSize, largeInputs)
            } catch {
                failure = error
            }
            // If the Host is gone, the stream has ended by that.
            try? link.endpoint.notify(link.extensionFrame(isOpen: false))
            stream.noteEndOfInputs(failure)
        }
        return PoolResults(stream, deadline: flow.deadline, feeder: feeder)
    }

    private static func feed<Inputs: AsyncSequence & Sendable, Output>(
        _ inputs: Inputs,
        to stream: ResultStream<Output>,
        _ link: JobLink,
        chunkSize: Int,
        _ largeInputs: LargeInputs?
    ) async throws where Inputs.Element: Encodable & Sendable {
        var iterator = inputs.makeAsyncIterator()
        var chunker = PoolChunker<Inputs.Element>(largeInputs)
        while true {
            guard try await stream.waitForRoom(chunkSize) else { return }
            var chunk: [Inputs.Element] = []
            var failure: (any Error)?
            var hasEnded = false
            while chunk.count < chunkSize, !hasEnded {
                do {
                    if let input = try await iterator.next() { chunk.append(input) } else { hasEnded = true }
                } catch {
                    failure = error
                    hasEnded = true
                }
            }
            if !chunk.isEmpty {
                var frame = link.extensionFrame(isOpen: true)
                let notEncoded = chunker.append(chunk, to: &frame.bytes)
                stream.note(submitted: chunk.count, notEncoded: notEncoded)
                try link.endpoint.notify(consume frame)
            }
            if let failure { throw failure }
            if hasEnded { return }
        }
    }
}
