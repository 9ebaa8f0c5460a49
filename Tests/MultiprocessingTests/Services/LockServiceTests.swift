import MessageCoding
import Testing

@testable import Multiprocessing

@Suite("LockService")
struct LockServiceTests {
    private typealias Harness = ServiceHarness<LockService>

    private static func lock(isReentrant: Bool = false) -> Harness {
        Harness(LockService(isReentrant: isReentrant))
    }

    // MARK: A lock

    @Test("one holds the lock at a time, and those who wait get it in the order in which they came")
    func order() {
        let lock = Self.lock()
        #expect(lock.acquire(1) == [.init(1, .done)])
        for process: UInt32 in 2...4 { #expect(lock.acquire(process).isEmpty) }
        for process: UInt32 in 1...3 {
            #expect(lock.release(process) == [.init(process, .done), .init(process + 1, .done)])
        }
        #expect(lock.release(4) == [.init(4, .done)])
        #expect(lock.acquire(1) == [.init(1, .done)])
    }

    @Test("who does not want to wait hears at once, and who waits when its time is up")
    func timeouts() {
        let lock = Self.lock()
        #expect(lock.acquire(1, timeout: .zero) == [.init(1, .done)])
        #expect(lock.acquire(2, timeout: .zero) == [.init(2, .timedOut)])
        #expect(lock.acquire(3, timeout: Timeout(.seconds(1))).isEmpty)
        #expect(lock.acquire(4).isEmpty)
        #expect(lock.expire().isEmpty)
        #expect(lock.service.nextDeadline == lock.now.advanced(by: .seconds(1)))
        lock.now = lock.now.advanced(by: .seconds(2))
        #expect(lock.expire().map(\.answer) == [.init(3, .timedOut)])
        #expect(lock.service.nextDeadline == nil)
        #expect(lock.release(1) == [.init(1, .done), .init(4, .done)])
    }

    @Test("another process can release the lock, and one release too many is refused")
    func releasing() {
        let lock = Self.lock()
        #expect(lock.release(1) == [.init(1, .misused)])
        #expect(lock.acquire(1) == [.init(1, .done)])
        #expect(lock.release(2) == [.init(2, .done)])
        #expect(lock.release(1) == [.init(1, .misused)])
        // It holds nothing any more, so its end abandons nothing.
        #expect(lock.acquire(3) == [.init(3, .done)])
        #expect(lock.end(1).isEmpty)
        #expect(lock.release(3) == [.init(3, .done)])
    }

    @Test("when the holder ends the next one gets the lock, and is told once if it asks")
    func abandoned() throws {
        let lock = Self.lock()
        lock.acquire(1)
        lock.acquire(2)
        lock.acquire(3, reports: true)
        lock.acquire(4, reports: true)
        let granted = lock.end(1)
        #expect(granted.map(\.summary.process) == [2])
        #expect(granted.allSatisfy { $0.bodySize == 0 })
        // The second did not want to know; the third does, the fourth is too late.
        let next = lock.request(.releaseLock, from: 2).replies
        #expect(next.map(\.summary.process) == [2, 3])
        let told = try next[1].withBody { try MessageDecoder().decode(LostHolder.self, from: $0) }
        #expect(told.name == "process 1" && told.exitCode == -9 && told.signal == 9 && told.rank == 1)
        #expect(lock.request(.releaseLock, from: 3).replies.map(\.bodySize) == [0, 0])
    }

    @Test("a release on behalf of a holder that has ended is no error, once and only while the lock is free")
    func releaseForTheDead() {
        let lock = Self.lock()
        lock.acquire(1)
        #expect(lock.end(1, status: .exited(0)).isEmpty)
        #expect(lock.release(2) == [.init(2, .done)])
        #expect(lock.release(2) == [.init(2, .misused)])
        lock.acquire(3)
        _ = lock.end(3)
        lock.acquire(4)
        #expect(lock.release(4) == [.init(4, .done)])
        #expect(lock.release(2) == [.init(2, .misused)])
    }

    @Test(
        "who has ended or cancelled waits no more, and what was on its way to one that has ended comes back"
    )
    func waitersThatGo() throws {
        let lock = Self.lock()
        lock.acquire(1)
        lock.acquire(2)
        let cancelled = lock.request(.acquireLock, from: 3).correlation
        lock.acquire(4, reports: true)
        lock.acquire(5, reports: true)
        #expect(lock.end(2).isEmpty)
        #expect(lock.cancel(cancelled, from: 4).isEmpty, "only its own process can cancel a wait")
        #expect(lock.cancel(cancelled, from: 3).map(\.answer) == [.init(3, .timedOut)])
        // The fourth ends before it has got the lock, with the news of the first's end.
        let lost = lock.end(1)
        #expect(lost.map(\.answer) == [.init(4, .done)])
        let next = lock.takeBack(lost[0].returned)
        #expect(next.map(\.answer) == [.init(5, .done)])
        let told = try next[0].withBody { try MessageDecoder().decode(LostHolder.self, from: $0) }
        #expect(told.name == "process 1", "the fourth has never held it")
        #expect(lock.end(4).isEmpty)
    }

    // MARK: A reentrant lock

    @Test("the holder of a reentrant lock acquires it again, others in its process and elsewhere wait")
    func reentrance() {
        let lock = Self.lock(isReentrant: true)
        for _ in 0..<3 { #expect(lock.acquire(1, owner: 7) == [.init(1, .done)]) }
        #expect(lock.acquire(1, owner: 8).isEmpty)
        #expect(lock.acquire(2, owner: 7).isEmpty)
        #expect(lock.release(1, owner: 8) == [.init(1, .misused)])
        #expect(lock.release(2, owner: 7) == [.init(2, .misused)])
        for _ in 0..<2 { #expect(lock.release(1, owner: 7) == [.init(1, .done)]) }
        #expect(lock.release(1, owner: 7) == [.init(1, .done), .init(1, .done)])
        #expect(lock.release(1, owner: 7) == [.init(1, .misused)])
        #expect(lock.end(1).map(\.answer) == [.init(2, .done)])
        #expect(lock.release(1, owner: 8) == [.init(1, .misused)])
        #expect(lock.release(2, owner: 7) == [.init(2, .done)])
        #expect(lock.release(2, owner: 7) == [.init(2, .misused)])
    }

    // MARK: Conditions

    @Test(
        "a wait releases the lock, entirely, and ends with it when it is notified",
        arguments: [false, true]
    )
    func waiting(isReentrant: Bool) {
        let lock = Self.lock(isReentrant: isReentrant)
        for _ in 0..<(isReentrant ? 3 : 1) { lock.acquire(1, owner: 5) }
        #expect(lock.acquire(2).isEmpty)
        #expect(lock.wait(1, owner: 5) == [.init(2, .done)])
        #expect(lock.notify(2) == [.init(2, .done)])
        #expect(lock.acquire(3).isEmpty)
        #expect(lock.release(2) == [.init(2, .done), .init(1, .done)])
        for _ in 0..<(isReentrant ? 2 : 0) { #expect(lock.release(1, owner: 5) == [.init(1, .done)]) }
        #expect(lock.release(1, owner: 5) == [.init(1, .done), .init(3, .done)])
    }

    @Test("notify ends as many waits as it says, the oldest first, of its own condition only")
    func notifying() {
        let lock = Self.lock()
        for process: UInt32 in 1...5 {
            lock.acquire(process)
            lock.wait(process, condition: process == 2 ? 2 : 1)
        }
        lock.acquire(9)
        #expect(lock.notify(9, count: 0) == [.init(9, .done)])
        #expect(lock.notify(9) == [.init(9, .done)])
        #expect(lock.notify(9, count: 2) == [.init(9, .done)])
        #expect(lock.release(9) == [.init(9, .done), .init(1, .done)])
        #expect(lock.release(1) == [.init(1, .done), .init(3, .done)])
        #expect(lock.release(3) == [.init(3, .done), .init(4, .done)])
        #expect(lock.notify(4, condition: 7) == [.init(4, .done)])
        #expect(lock.notify(4, count: .max) == [.init(4, .done)])
        #expect(lock.release(4) == [.init(4, .done), .init(5, .done)])
        #expect(lock.notify(5, condition: 2, count: .max) == [.init(5, .done)])
        #expect(lock.release(5) == [.init(5, .done), .init(2, .done)])
    }

    @Test("who does not hold the lock can neither wait nor notify", arguments: [false, true])
    func notHeld(isReentrant: Bool) {
        let lock = Self.lock(isReentrant: isReentrant)
        #expect(lock.wait(1) == [.init(1, .misused)])
        #expect(lock.notify(1) == [.init(1, .misused)])
        lock.acquire(1, owner: 4)
        #expect(lock.wait(2, owner: 4) == [.init(2, .misused)])
        #expect(lock.notify(2, owner: 4) == [.init(2, .misused)])
        #expect(lock.notify(1, owner: 5) == [.init(1, isReentrant ? .misused : .done)])
        #expect(
            lock.request(.waitForCondition, from: 1, body: [1]).replies.map(\.answer) == [
                .init(1, .malformed)
            ]
        )
    }

    @Test("a wait whose time is up, or that is cancelled, ends only with the lock, and takes no notification")
    func endedWaits() {
        let lock = Self.lock()
        var waits: [UInt64] = []
        for process: UInt32 in 1...4 {
            lock.acquire(process)
            let timeout = process == 1 ? Timeout(.seconds(1)) : .none
            waits.append(
                lock.request(
                    .waitForCondition,
                    from: process,
                    argument: 1,
                    timeout: timeout,
                    body: Harness.call(0)
                ).correlation
            )
        }
        lock.acquire(9)
        lock.now = lock.now.advanced(by: .seconds(2))
        #expect(lock.expire().isEmpty)
        #expect(lock.service.nextDeadline == nil)
        #expect(lock.cancel(waits[1], from: 2).isEmpty)
        #expect(lock.cancel(waits[1], from: 2).isEmpty)
        #expect(lock.notify(9) == [.init(9, .done)])
        #expect(lock.release(9) == [.init(9, .done), .init(1, .timedOut)])
        #expect(lock.release(1) == [.init(1, .done), .init(2, .timedOut)])
        #expect(lock.release(2) == [.init(2, .done), .init(3, .done)])
        // One that does not wait at all lets others have the lock meanwhile.
        lock.acquire(8)
        #expect(lock.wait(3, timeout: .zero) == [.init(8, .done)])
        #expect(lock.release(8) == [.init(8, .done), .init(3, .timedOut)])
    }

    @Test("a notification that one slept through that has ended goes to the next")
    func notificationsOfTheDead() {
        let lock = Self.lock()
        for process: UInt32 in 1...4 {
            lock.acquire(process)
            lock.wait(process)
        }
        lock.acquire(9)
        #expect(lock.end(1).isEmpty)
        #expect(lock.notify(9) == [.init(9, .done)])
        // The second was notified and waits for the lock when it ends.
        #expect(lock.end(2).isEmpty)
        let granted = lock.request(.releaseLock, from: 9).replies
        #expect(granted.map(\.answer) == [.init(9, .done), .init(3, .done)])
        // The third has ended before the lock came to it.
        #expect(lock.takeBack(granted[1].returned).map(\.answer) == [.init(4, .done)])
        #expect(lock.end(3).isEmpty)
        #expect(lock.release(4) == [.init(4, .done)])
    }

    @Test("the same holds when the news of the end comes before what comes back")
    func endBeforeReturn() {
        let lock = Self.lock()
        for process: UInt32 in 1...2 {
            lock.acquire(process)
            lock.wait(process)
        }
        lock.acquire(9)
        lock.notify(9)
        let granted = lock.request(.releaseLock, from: 9).replies
        #expect(lock.end(1).isEmpty)
        #expect(lock.takeBack(granted[1].returned).map(\.answer) == [.init(2, .done)])
    }

    @Test("conditions get numbers of their own, and what means nothing to a lock is refused")
    func others() {
        let lock = Self.lock()
        #expect(lock.request(.makeCondition).replies.map(\.argument) == [1])
        #expect(lock.request(.makeCondition).replies.map(\.argument) == [2])
        #expect(lock.request(.put).replies.map(\.answer) == [.init(0, .malformed)])
    }

    @Test(
        "whatever happens, one holds the lock at most, and nobody that lives is forgotten",
        arguments: [UInt64](1...20)
    )
    func anything(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let lock = Self.lock(isReentrant: seed % 2 == 0)
        var isAlive = [Bool](repeating: true, count: 6)
        /// Whose request waits for an answer, by its number.
        var open: [UInt64: UInt32] = [:]
        var holder: UInt32?
        func take(_ replies: [Frame]) {
            for reply in replies {
                guard let process = open.removeValue(forKey: reply.correlation) else { continue }
                guard reply.code == Outcome.done.rawValue || reply.argument > 0 else { continue }
                #expect(holder == nil, "\(process) got the lock that \(holder ?? 0) has")
                holder = process
            }
        }
        for _ in 0..<400 {
            let process = UInt32.random(in: 0..<6, using: &random)
            guard isAlive[Int(process)] else { continue }
            switch Int.random(in: 0..<12, using: &random) {
            case 0...4 where !open.values.contains(process) && holder != process:
                let limit: Timeout = Bool.random(using: &random) ? .none : Timeout(.seconds(3))
                let (correlation, replies) = lock.request(.acquireLock, from: process, timeout: limit)
                open[correlation] = process
                take(replies)
            case 5...7 where holder == process:
                holder = nil
                take(lock.request(.releaseLock, from: process).replies)
            case 8 where holder == process:
                holder = nil
                let limit: Timeout = Bool.random(using: &random) ? .none : Timeout(.seconds(2))
                let (correlation, replies) = lock.request(
                    .waitForCondition,
                    from: process,
                    argument: 1,
                    timeout: limit,
                    body: Harness.call(0)
                )
                open[correlation] = process
                take(replies)
            case 9 where holder == process: lock.notify(process, count: 1)
            case 10:
                guard let correlation = open.keys.sorted().randomElement(using: &random) else { continue }
                take(lock.cancel(correlation, from: open[correlation] ?? 0))
            case 11:
                lock.now = lock.now.advanced(by: .seconds(1))
                take(lock.expire())
                if Int.random(in: 0..<10, using: &random) == 0 {
                    isAlive[Int(process)] = false
                    open = open.filter { $0.value != process }
                    if holder == process { holder = nil }
                    take(lock.end(process))
                }
            default: continue
            }
        }
        // Everybody gives up what it has, and is notified: then nobody waits any more.
        for _ in 0..<20 {
            if let process = holder {
                lock.notify(process, count: .max)
                holder = nil
                take(lock.request(.releaseLock, from: process).replies)
            } else if let process = isAlive.firstIndex(of: true) {
                let (correlation, replies) = lock.request(.acquireLock, from: UInt32(process))
                open[correlation] = UInt32(process)
                take(replies)
            }
        }
        open = open.filter { $0.value != holder }
        #expect(open.isEmpty)
    }
}

extension ServiceHarness where Subject == LockService {
    @discardableResult
    fileprivate func acquire(
        _ process: UInt32,
        owner: UInt64 = 0,
        timeout: Timeout = .none,
        reports: Bool = false
    ) -> [Answer] {
        request(.acquireLock, from: process, argument: owner << 1 | (reports ? 1 : 0), timeout: timeout)
            .replies.map(\.answer)
    }

    @discardableResult
    fileprivate func release(_ process: UInt32, owner: UInt64 = 0) -> [Answer] {
        request(.releaseLock, from: process, argument: owner << 1).replies.map(\.answer)
    }

    @discardableResult
    fileprivate func wait(
        _ process: UInt32,
        owner: UInt64 = 0,
        condition: UInt64 = 1,
        timeout: Timeout = .none
    ) -> [Answer] {
        request(
            .waitForCondition,
            from: process,
            argument: condition,
            timeout: timeout,
            body: Self.call(owner)
        ).replies.map(\.answer)
    }

    @discardableResult
    fileprivate func notify(
        _ process: UInt32,
        owner: UInt64 = 0,
        condition: UInt64 = 1,
        count: UInt64 = 1
    ) -> [Answer] {
        request(.notifyCondition, from: process, argument: condition, body: Self.call(owner, count))
            .replies.map(\.answer)
    }

    fileprivate static func call(_ owner: UInt64, _ count: UInt64 = 0) -> [UInt8] {
        (try? MessageEncoder().encode(ConditionCall(owner: owner, count: count))) ?? []
    }
}
