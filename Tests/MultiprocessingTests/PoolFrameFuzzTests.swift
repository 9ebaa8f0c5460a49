import Foundation
import Testing

@testable import Multiprocessing

/// A pool's service, and what its clients, workers and their Hosts send it, mutated.
@Suite("Mutated frames to a pool")
struct PoolFrameFuzzTests {
    @Test("a pool takes or refuses them, and goes on serving the others")
    func pool() throws {
        var mutator = FrameMutator(seed: FrameFuzz.seed, corpus: try Self.corpus())
        var rig = try PoolRig()
        var (accepted, ended) = (0, 0)
        let memory = FrameFuzz.residentKibibytes
        for number in 0..<FrameFuzz.count {
            guard let frame = try? Frame(received: mutator.next()) else { continue }
            accepted += 1
            rig.send(frame, from: UInt32(number % 5))
            guard number.isMultiple(of: 500) else { continue }
            // Anybody who holds a pool may close it.
            if try rig.isOver || !rig.servesAfterTheStrangers() {
                rig = try PoolRig()
                ended += 1
            }
        }
        FrameFuzz.report(
            "frames to a pool, \(accepted) of them well-formed; \(ended) pools were closed by them",
            since: memory
        )
        #expect(accepted > FrameFuzz.count / 4)
        // Else nothing but closing is tried.
        #expect(ended <= FrameFuzz.count / 1000 + 1)
    }

    /// Every operation of a pool but those that end it at once, each with good and bad bodies.
    private static func corpus() throws -> [[UInt8]] {
        let operations: [Multiprocessing.Operation] = [
            .submit, .submit, .extendJob, .withdrawJob, .withdrawAll, .jobState, .joinPool, .poolState,
            .workerReady, .workerReady, .chunkResults, .chunkResults, .journal, .workerStarted, .takenBack,
            .cancel, .put,
        ]
        var corpus: [[UInt8]] = []
        for operation in operations {
            for body in bodies(for: operation) {
                var frame = Frame(
                    [.journal, .chunkResults, .takenBack].contains(operation) ? .notice : .request,
                    code: operation.rawValue,
                    from: PoolRig.Harness.process(0),
                    to: PoolRig.Harness.address,
                    correlation: 1,
                    argument: operation == .withdrawJob || operation == .extendJob ? 1 : 0x1_0000,
                    timeout: .zero
                )
                frame.bytes += body
                frame.seal()
                corpus.append(frame.bytes)
            }
        }
        return corpus
    }

    private static func bodies(for operation: Multiprocessing.Operation) -> [[UInt8]] {
        let numbers = { (numbers: [UInt64]) -> [UInt8] in
            var body: [UInt8] = []
            for number in numbers { PoolWire.append(number, to: &body) }
            return body
        }
        var results: [UInt8] = []
        for task in 0..<3 { PoolWire.appendEntry(task, .value, to: &results) { $0.append(1) } }
        switch operation {
        case .submit, .extendJob:
            return [false, true].map { isOpen in
                var body: [UInt8] = []
                if operation == .submit {
                    PoolSubmission.append(isOpen ? .stream : .whole, retries: 1, work: [0xee], to: &body)
                } else {
                    PoolSubmission.beginAddition(isOpen: isOpen, to: &body)
                }
                let first = operation == .submit ? 0 : 6
                for start in [first, first + 3] {
                    PoolSubmission.append(first: start, count: 3, inputs: [7], to: &body)
                }
                return body
            }
        case .chunkResults: return [numbers([1, 0]) + results, numbers([1, 1]) + results, numbers([1, 1])]
        case .journal: return [numbers([0x1_0000, 1, 1]) + results, numbers([0x1_0000, 1, 0])]
        case .takenBack: return [numbers([0, 0]), numbers([1, 2])]
        default: return [[], [0]]
        }
    }
}

/// A pool's service by itself, which strangers and well-behaved processes use.
private struct PoolRig {
    typealias Harness = ServiceHarness<PoolService>
    private let pool: PoolHarness
    private var harness: Harness { pool.harness }
    /// Some of what the service has said.
    private var replies: [Frame] = []

    init() throws { pool = try PoolHarness() }

    var isOver: Bool {
        harness.isFinished || harness.service.isClosed || harness.service.brokenReason != nil
    }

    /// Does what a Host does with a frame that a stranger sends to the service.
    mutating func send(_ frame: Frame, from stranger: UInt32) {
        var frame = frame
        frame.source = Harness.process(stranger)
        if frame.kind == .undeliverable {
            // A service is only given back what it has said.
            if let reply = replies.randomElement() { replies += harness.takeBack(reply) }
        } else if let operation = Multiprocessing.Operation(rawValue: frame.code) {
            if operation == .cancel {
                replies += harness.cancel(frame.argument, from: stranger)
            } else {
                var request = Request(frame, now: harness.now)
                replies += harness.collect { $0.handle(operation, &request, &$1) }
            }
        }
        if replies.count > 100 { replies.removeFirst(50) }
        harness.now = harness.now.advanced(by: .milliseconds(1))
        if let deadline = harness.service.nextDeadline, deadline <= harness.now {
            replies += harness.expire()
        }
    }

    /// Lets the strangers end and has a good worker do the job of a good client.
    ///
    /// Returns false if the pool gave up meanwhile, as it does when worker after worker ends.
    mutating func servesAfterTheStrangers() throws -> Bool {
        for stranger in UInt32(0)..<5 { _ = harness.end(stranger, parent: Harness.address) }
        replies = []
        guard !isOver else { return false }
        let job = try pool.submit(3)
        try pool.ready(50)
        while case let assignments = pool.assigned(50), !assignments.isEmpty {
            for assignment in assignments { try pool.finish(50, assignment) }
        }
        #expect(pool.ends[job] == .done)
        _ = harness.end(50, parent: Harness.address)
        return !isOver
    }
}
