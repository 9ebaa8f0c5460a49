import Testing

@testable import Multiprocessing

/// Large chunks, whose frames become assignments.
@Suite("A pool's large chunks")
struct PoolCarrierTests {
    private typealias Harness = ServiceHarness<PoolService>

    /// A pool with a job of one small task that may grow, and what the client calls it.
    private static func rig() throws -> (pool: PoolHarness, job: UInt64) {
        let pool = try PoolHarness()
        let job = try pool.submit(1, isOpen: true)
        try pool.ready(1)
        for assignment in pool.assigned(1) { try pool.finish(1, assignment) }
        return (pool, job)
    }

    private static func addition(_ tasks: Range<Int>, _ inputs: [UInt8]) -> [UInt8] {
        var body: [UInt8] = []
        PoolSubmission.beginAddition(isOpen: true, to: &body)
        PoolSubmission.append(first: tasks.lowerBound, count: tasks.count, inputs: inputs, to: &body)
        return body
    }

    /// The tasks and inputs in the assignments among what the service said.
    private static func pieces(_ frames: [Frame], of worker: UInt32) throws -> [(
        range: Range<Int>, inputs: [UInt8]
    )] {
        var pieces: [(Range<Int>, [UInt8])] = []
        for frame in frames where frame.destination == Harness.process(worker) {
            // As it is received.
            let frame = try Frame(received: frame.bytes)
            #expect(frame.kind == .partialReply && frame.code == Outcome.done.rawValue)
            #expect(frame.source == Harness.address && frame.argument == 0 && frame.timeout == .none)
            try frame.withBody { body in
                var reader = PoolWire.Reader(body)
                for _ in 0..<2 { _ = try reader.number(UInt64.self) }
                #expect(try reader.number(UInt64.self) == .max)
                while !reader.isAtEnd {
                    _ = try reader.count()
                    let range = try reader.count()..<reader.count()
                    pieces.append((range, Array(try reader.block(try reader.count()))))
                }
            }
        }
        return pieces
    }

    @Test(
        "reach a worker as they were handed in, and once more when a worker is lost",
        arguments: [100, 16 << 10, 1 << 20]
    )
    func inputs(size: Int) throws {
        let (pool, job) = try Self.rig()
        let inputs = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let frames = pool.harness.request(
            .extendJob,
            from: PoolHarness.client,
            argument: job,
            body: Self.addition(1..<3, inputs),
            kind: .notice
        ).replies
        let pieces = try Self.pieces(frames, of: 1)
        #expect(pieces.map(\.range) == [1..<3])
        #expect(pieces.map(\.inputs) == [inputs])
        // The first of the tasks is lost with its worker, and what is left is another one's.
        _ = pool.harness.request(.workerReady, from: 2)
        _ = try pool.submit(1)
        let ticket = try #require(
            PoolTicket(
                rawValue: frames.first.map {
                    $0.withBody { body in
                        body.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                    }
                } ?? .max
            )
        )
        var journal: [UInt8] = []
        for number in [ticket.rawValue, 1, 2] { PoolWire.append(number, to: &journal) }
        _ = pool.harness.request(.journal, from: 1, body: journal, kind: .notice)
        let others = pool.harness.end(1, parent: Harness.address)
        let rest = others.filter { $0.destination == Harness.process(2) && $0.kind == .partialReply }
        let frame = try #require(rest.first)
        #expect(frame.bytes.suffix(size).elementsEqual(inputs))
        let range = frame.withBody { body in
            let start = body.count - size - 24
            return Int(
                body.loadUnaligned(fromByteOffset: start, as: UInt64.self)
            )..<Int(body.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self))
        }
        #expect(range == 2..<3)
    }

    @Test("cost no second copy of their inputs")
    func memory() throws {
        let (pool, job) = try Self.rig()
        var frame = Frame(
            .notice,
            code: Operation.extendJob.rawValue,
            from: Harness.process(PoolHarness.client),
            to: Harness.address,
            argument: job
        )
        frame.bytes += Self.addition(1..<2, [UInt8](repeating: 1, count: 1 << 20))
        frame.seal()
        let place = frame.bytes.withUnsafeBufferPointer { $0.baseAddress }
        var request = Request(frame.take(), now: .now)
        let replies = pool.harness.collect { $0.handle(.extendJob, &request, &$1) }
        #expect(replies.count == 1)
        #expect(replies.first?.bytes.withUnsafeBufferPointer { $0.baseAddress } == place)
    }

    @Test("that begin at the end of all numbers are no results")
    func lastTask() {
        var bytes: [UInt8] = []
        PoolWire.appendEntry(.max, .value, to: &bytes) { $0.append(1) }
        bytes.withUnsafeBytes { bytes in
            var reader = PoolWire.Reader(bytes)
            #expect(throws: FrameError.self) { try reader.entry() }
        }
    }
}

extension Frame {
    /// Takes the frame out, so that nobody else has its memory.
    fileprivate mutating func take() -> Frame {
        defer { self = Frame.empty }
        return self
    }
}
