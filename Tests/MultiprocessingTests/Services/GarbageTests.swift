import Testing

@testable import Multiprocessing

/// Frames come from processes that may have lost their minds.
@Suite("Garbage")
struct GarbageTests {
    private static let operations: [Multiprocessing.Operation] = [
        .acquireLock, .releaseLock, .makeCondition, .waitForCondition, .notifyCondition,
        .acquireSemaphore, .releaseSemaphore, .semaphoreState,
        .setEvent, .clearEvent, .waitForEvent, .eventState,
        .waitAtBarrier, .passBarrier, .abortBarrier, .resetBarrier, .barrierState, .put,
    ]

    @Test("no request, whatever is in it, ends a service for synchronization", arguments: [UInt64](1...5))
    func anything(seed: UInt64) {
        throwGarbage(at: LockService(isReentrant: false), seed)
        throwGarbage(at: LockService(isReentrant: true), seed)
        throwGarbage(at: SemaphoreService(value: .min, isBounded: false), seed)
        throwGarbage(at: SemaphoreService(value: .max, isBounded: true), seed)
        throwGarbage(at: SemaphoreService(value: 2, isBounded: true), seed)
        throwGarbage(at: EventService(), seed)
        throwGarbage(at: BarrierService(parties: .min), seed)
        throwGarbage(at: BarrierService(parties: 3), seed)
        throwGarbage(at: BarrierService(parties: .max), seed)
    }

    private func throwGarbage(at service: some Service, _ seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let harness = ServiceHarness(service)
        let numbers: [UInt64] = [0, 1, 2, 3, .max, .max - 1, 1 << 63, 1 << 32]
        var replies: [Frame] = []
        for _ in 0..<2000 {
            let process = UInt32.random(in: 0..<4, using: &random)
            let number = numbers.randomElement(using: &random) ?? 0
            switch Int.random(in: 0..<20, using: &random) {
            case 0: replies += harness.cancel(number, from: process)
            case 1: replies += harness.end(process, status: .exited(Int32(number & 1)))
            case 2: replies += harness.expire()
            case 3: harness.now = harness.now.advanced(by: .seconds(1))
            case 4:
                var frame = replies.randomElement(using: &random) ?? .empty
                frame.argument = number
                replies += harness.takeBack(Bool.random(using: &random) ? frame : frame.returned)
            default:
                let length = Int.random(in: 0..<20, using: &random)
                replies +=
                    harness.request(
                        Self.operations.randomElement(using: &random) ?? .put,
                        from: process,
                        argument: number,
                        timeout: Timeout(rawValue: numbers.randomElement(using: &random) ?? 0),
                        body: (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) },
                        kind: Bool.random(using: &random) ? .request : .notice
                    ).replies
            }
            if replies.count > 100 { replies.removeFirst(50) }
        }
        // It still answers.
        #expect(harness.request(.put).replies.map(\.summary.outcome) == [.malformed])
    }
}
