import Testing

@testable import Multiprocessing

/// Requests of processes that have lost their minds, and write anything into the memory in which they say what they have taken.
@Suite("Lending, garbage")
struct LendingGarbageTests {
    private static let toQueues: [Multiprocessing.Operation] = [
        .put, .put, .putBatch, .get, .get, .getBatch, .lease, .acknowledge, .acknowledgeSome, .returnLease,
        .returnLoan, .wakeLane, .queuePoll, .queueState, .closeQueue,
    ]
    private static let toPipes: [Multiprocessing.Operation] = [
        .pipeSend, .pipeSend, .pipeReceive, .pipeReceive, .pipePoll, .pipeAcknowledge, .pipeAwaitRoom,
        .wakeLane, .pipeReserve, .pipeAttach, .pipeReturn,
    ]

    @Test(
        "no request, and nothing in the memory of a process, ends a queue or a pipe",
        arguments: [UInt64](1...5)
    )
    func anything(seed: UInt64) {
        let borrowers = Borrowers(0...3)
        throwGarbage(
            at: QueueService(capacity: nil, desk: borrowers.desk, lanes: LaneSupply()),
            Self.toQueues,
            borrowers,
            seed
        )
        throwGarbage(at: QueueService(capacity: 2, desk: borrowers.desk), Self.toQueues, borrowers, seed)
        let maker = ServiceHarness<PipeService>.process(0)
        let pipe = PipeService(
            maker: maker,
            isDuplex: true,
            maximumPendingBytes: 10_000,
            desk: borrowers.desk,
            lanes: LaneSupply()
        )
        throwGarbage(at: pipe, Self.toPipes, borrowers, seed)
    }

    private func throwGarbage(
        at service: some Service,
        _ operations: [Multiprocessing.Operation],
        _ borrowers: Borrowers,
        _ seed: UInt64
    ) {
        var random = SeededGenerator(state: seed)
        let harness = ServiceHarness(service)
        let numbers: [UInt64] =
            [
                0, 1, 2, 3, 1 << 16, 2 << 16, 1 << 16 | 1, 257, 258, 1 << 48, 1 << 48 | 1, 2 << 48,
                2 << 48 | 1, 257 << 48, 257 << 48 | 1,
                1 << 63,
                .max - 1, .max,
            ]
        var replies: [Frame] = []
        for _ in 0..<2000 {
            let process = UInt32.random(in: 0..<4, using: &random)
            let number = numbers.randomElement(using: &random) ?? 0
            switch Int.random(in: 0..<24, using: &random) {
            case 0: replies += harness.cancel(number, from: process)
            case 1: replies += harness.end(process)
            case 2: replies += harness.expire()
            case 3: harness.now = harness.now.advanced(by: .seconds(1))
            case 4: replies += harness.takeBack(replies.randomElement(using: &random) ?? .empty)
            case 5: borrowers.memory(process).change(0) { _ in LoanClaim(rawValue: number) }
            case 6, 7, 8, 9:
                let memory = borrowers.memory(process)
                _ = memory.take(0, of: memory.claim(0).generation)
            default:
                let length = Int.random(in: 0..<40, using: &random)
                replies +=
                    harness.request(
                        operations.randomElement(using: &random) ?? .returnLoan,
                        from: process,
                        argument: number,
                        timeout: Timeout(rawValue: numbers.randomElement(using: &random) ?? 0),
                        body: (0..<length).map { _ in UInt8.random(in: 0...1, using: &random) },
                        kind: Bool.random(using: &random) ? .request : .notice
                    ).replies
            }
            if replies.count > 100 { replies.removeFirst(50) }
        }
        // It still answers.
        #expect(harness.request(.submit).replies.map(\.summary.outcome) == [.malformed])
    }
}
