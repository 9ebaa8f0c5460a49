import Testing

@testable import Multiprocessing

@Suite("BarrierService")
struct BarrierServiceTests {
    private typealias Harness = ServiceHarness<BarrierService>

    private static func barrier(_ parties: Int) -> Harness { Harness(BarrierService(parties: parties)) }

    @Test("all go on when the last one has come, each with its number, again and again")
    func rounds() {
        let barrier = Self.barrier(3)
        for _ in 0..<3 {
            #expect(barrier.arrive(7).isEmpty)
            #expect(barrier.arrive(5).isEmpty)
            #expect(barrier.waitingCount == 2)
            let replies = barrier.request(.waitAtBarrier, from: 6).replies
            #expect(replies.map(\.answer) == [.init(7, .done), .init(5, .done), .init(6, .done)])
            #expect(replies.map { BarrierPass(argument: $0.argument) } == (0..<3).map { .passed(index: $0) })
            #expect(barrier.waitingCount == 0)
        }
        #expect(Self.barrier(1).arrive(1) == [.init(1, .done)])
        #expect(Self.barrier(-3).arrive(1, timeout: .zero) == [.init(1, .done)])
    }

    @Test("the last one does the action while the others wait, and later ones belong to the next round")
    func action() {
        let barrier = Self.barrier(2)
        #expect(barrier.arrive(1, hasAction: true, timeout: Timeout(.seconds(1))).isEmpty)
        let performer = barrier.request(.waitAtBarrier, from: 2, argument: 1).replies
        #expect(performer.map(\.answer) == [.init(2, .done)])
        let generation = performer[0].argument >> 1
        #expect(performer.map { BarrierPass(argument: $0.argument) } == [.act(generation: generation)])
        #expect(barrier.waitingCount == 2)
        // Nobody's time runs meanwhile.
        #expect(barrier.service.nextDeadline == nil)
        barrier.now = barrier.now.advanced(by: .seconds(2))
        #expect(barrier.expire().isEmpty)
        for process: UInt32 in 3...5 {
            #expect(barrier.arrive(process, hasAction: true, timeout: Timeout(.seconds(9))).isEmpty)
        }
        #expect(barrier.pass(3, generation) == [.init(3, .broken)], "it is another's turn")
        let passed = barrier.request(.passBarrier, from: 2, argument: generation).replies
        #expect(passed.map(\.answer) == [.init(1, .done), .init(2, .done), .init(4, .done)])
        #expect(BarrierPass(argument: passed[0].argument) == .passed(index: 0))
        #expect(BarrierPass(argument: passed[2].argument) == .act(generation: generation + 1))
        #expect(barrier.pass(2, generation) == [.init(2, .broken)])
        #expect(barrier.pass(4, generation + 1) == [.init(3, .done), .init(4, .done)])
        // The time of one that came early runs from the beginning of its round.
        #expect(barrier.service.nextDeadline == barrier.now.advanced(by: .seconds(9)))
    }

    @Test("one whose time is up breaks the barrier for all, until it is reset")
    func timeouts() {
        let barrier = Self.barrier(3)
        barrier.arrive(1)
        barrier.arrive(2, timeout: Timeout(.seconds(1)))
        #expect(barrier.expire().isEmpty)
        barrier.now = barrier.now.advanced(by: .seconds(1))
        #expect(barrier.expire().map(\.answer) == [.init(1, .broken), .init(2, .broken)])
        #expect(barrier.isBroken)
        #expect(barrier.arrive(3) == [.init(3, .broken)])
        #expect(barrier.request(.resetBarrier).replies.map(\.answer) == [.init(0, .done)])
        #expect(!barrier.isBroken)
        barrier.arrive(1)
        #expect(barrier.arrive(2, timeout: .zero) == [.init(1, .broken), .init(2, .broken)])
    }

    @Test("one that ends or cancels while it waits breaks the barrier for the others")
    func lostParties() {
        let barrier = Self.barrier(3)
        barrier.arrive(1)
        let cancelled = barrier.request(.waitAtBarrier, from: 2).correlation
        #expect(barrier.end(9).isEmpty)
        #expect(barrier.end(1).map(\.answer) == [.init(2, .broken)])
        barrier.request(.resetBarrier)
        #expect(barrier.cancel(cancelled, from: 2).isEmpty)
        barrier.arrive(1)
        let wait = barrier.request(.waitAtBarrier, from: 2).correlation
        #expect(barrier.cancel(wait, from: 1).isEmpty)
        #expect(barrier.cancel(wait, from: 2).map(\.answer) == [.init(2, .timedOut), .init(1, .broken)])
        #expect(barrier.isBroken)
    }

    @Test("abort and reset end every wait with an error; after reset it works as if new")
    func abortAndReset() {
        let barrier = Self.barrier(2)
        barrier.arrive(1)
        #expect(
            barrier.request(.abortBarrier, from: 9).replies.map(\.answer) == [
                .init(1, .broken), .init(9, .done),
            ]
        )
        #expect(barrier.isBroken)
        #expect(barrier.request(.resetBarrier, from: 9).replies.map(\.answer) == [.init(9, .done)])
        barrier.arrive(1)
        #expect(
            barrier.request(.resetBarrier, from: 9).replies.map(\.answer) == [
                .init(1, .broken), .init(9, .done),
            ]
        )
        #expect(!barrier.isBroken)
        barrier.arrive(3)
        #expect(barrier.arrive(4) == [.init(3, .done), .init(4, .done)])
    }

    @Test("what breaks the barrier during the action ends all waits, and the performer hears of it after it")
    func brokenDuringAction() {
        for way in 0..<4 {
            let barrier = Self.barrier(2)
            barrier.arrive(1, hasAction: true)
            let generation = barrier.request(.waitAtBarrier, from: 2, argument: 1).replies[0].argument >> 1
            let early = barrier.request(.waitAtBarrier, from: 3, argument: 1).correlation
            switch way {
            case 0:
                #expect(barrier.end(2).map(\.answer) == [.init(1, .broken), .init(3, .broken)])
            case 1:
                #expect(barrier.end(1).map(\.answer) == [.init(3, .broken)])
            case 2:
                // Who has come early can still go.
                #expect(barrier.cancel(early, from: 3).map(\.answer) == [.init(3, .timedOut)])
                #expect(
                    barrier.request(.abortBarrier, from: 2).replies.map(\.answer)
                        == [.init(1, .broken), .init(2, .done)]
                )
            default:
                barrier.request(.resetBarrier)
                #expect(!barrier.isBroken)
                barrier.arrive(4, hasAction: true)
                barrier.arrive(2, hasAction: true)
            }
            #expect(barrier.pass(2, generation) == [.init(2, .broken)])
            #expect(barrier.isBroken == (way < 3))
        }
    }

    @Test("what means nothing to a barrier is refused")
    func malformed() {
        #expect(Self.barrier(1).request(.put).replies.map(\.answer) == [.init(0, .malformed)])
    }
}

extension ServiceHarness where Subject == BarrierService {
    fileprivate var waitingCount: Int { Int(request(.barrierState).replies[0].argument >> 1) }
    fileprivate var isBroken: Bool { request(.barrierState).replies[0].argument & 1 == 1 }

    @discardableResult
    fileprivate func arrive(_ process: UInt32, hasAction: Bool = false, timeout: Timeout = .none) -> [Answer]
    {
        request(.waitAtBarrier, from: process, argument: hasAction ? 1 : 0, timeout: timeout)
            .replies.map(\.answer)
    }

    fileprivate func pass(_ process: UInt32, _ generation: UInt64) -> [Answer] {
        request(.passBarrier, from: process, argument: generation).replies.map(\.answer)
    }
}
