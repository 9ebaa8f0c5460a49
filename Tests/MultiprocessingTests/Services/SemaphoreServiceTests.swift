import Testing

@testable import Multiprocessing

@Suite("SemaphoreService")
struct SemaphoreServiceTests {
    private typealias Harness = ServiceHarness<SemaphoreService>

    private static func semaphore(_ value: Int, isBounded: Bool = false) -> Harness {
        Harness(SemaphoreService(value: value, isBounded: isBounded))
    }

    @Test("as many as there are permits get one, the others wait in the order in which they came")
    func order() {
        let semaphore = Self.semaphore(2)
        #expect(semaphore.acquire(1) == [.init(1, .done)])
        #expect(semaphore.acquire(2) == [.init(2, .done)])
        #expect(semaphore.value == 0)
        #expect(semaphore.acquire(3).isEmpty)
        #expect(semaphore.acquire(4).isEmpty)
        #expect(semaphore.release(2) == [.init(2, .done), .init(3, .done)])
        #expect(semaphore.release(1) == [.init(1, .done), .init(4, .done)])
        #expect(semaphore.release(3) == [.init(3, .done)])
        #expect(semaphore.value == 1)
    }

    @Test("who does not want to wait hears at once, who waits when its time is up, who cancels takes nothing")
    func endedWaits() {
        let semaphore = Self.semaphore(0)
        #expect(semaphore.acquire(1, timeout: .zero) == [.init(1, .timedOut)])
        #expect(semaphore.acquire(2, timeout: Timeout(.seconds(1))).isEmpty)
        let cancelled = semaphore.request(.acquireSemaphore, from: 3).correlation
        #expect(semaphore.service.nextDeadline == semaphore.now.advanced(by: .seconds(1)))
        semaphore.now = semaphore.now.advanced(by: .seconds(1))
        #expect(semaphore.expire().map(\.answer) == [.init(2, .timedOut)])
        #expect(semaphore.cancel(cancelled, from: 1).isEmpty)
        #expect(semaphore.cancel(cancelled, from: 3).map(\.answer) == [.init(3, .timedOut)])
        #expect(semaphore.acquire(4).isEmpty)
        #expect(semaphore.end(4).isEmpty)
        #expect(semaphore.release(1) == [.init(1, .done)])
        #expect(semaphore.value == 1)
    }

    @Test(
        "a bounded semaphore refuses one release too many; one without a bound goes on to that of the system"
    )
    func bounds() {
        let bounded = Self.semaphore(2, isBounded: true)
        #expect(bounded.release(1) == [.init(1, .misused)])
        bounded.acquire(1)
        #expect(bounded.release(2) == [.init(2, .done)])
        #expect(bounded.release(1) == [.init(1, .misused)])
        #expect(bounded.value == 2)
        let unbounded = Self.semaphore(1)
        #expect(unbounded.release(1) == [.init(1, .done)])
        #expect(unbounded.value == 2)
        let full = Self.semaphore(.max)
        #expect(full.value == SemaphoreService.maximumValue)
        #expect(full.release(1) == [.init(1, .misused)])
        #expect(Self.semaphore(-5).value == 0)
    }

    @Test("what a process had when it died goes to those who wait, and not what it had released")
    func permitsOfTheDead() {
        let semaphore = Self.semaphore(3)
        for _ in 0..<3 { semaphore.acquire(1) }
        semaphore.release(1)
        semaphore.acquire(2)
        #expect(semaphore.acquire(3).isEmpty)
        #expect(semaphore.end(1).map(\.answer) == [.init(3, .done)])
        #expect(semaphore.value == 1)
        semaphore.release(2)
        semaphore.release(3)
        #expect(semaphore.value == 3)
    }

    @Test("one that ended well leaves its permits to others, as in Python")
    func endedWell() {
        let semaphore = Self.semaphore(2)
        semaphore.acquire(1)
        semaphore.acquire(1)
        #expect(semaphore.end(1, status: .exited(0)).isEmpty)
        #expect(semaphore.value == 0)
        semaphore.release(2)
        semaphore.release(2)
        #expect(semaphore.value == 2)
        semaphore.acquire(3)
        #expect(semaphore.end(3, status: .exited(1)).isEmpty)
        #expect(semaphore.value == 1, "the permits that others gave speak for those of the third")
    }

    @Test("signals are not sent again because one that had received some dies")
    func signals() {
        let semaphore = Self.semaphore(0)
        for _ in 0..<5 { semaphore.release(1) }
        for _ in 0..<3 { semaphore.acquire(2) }
        #expect(semaphore.end(2).isEmpty)
        #expect(semaphore.value == 2)
        for _ in 0..<2 { semaphore.acquire(3) }
        _ = semaphore.end(3)
        #expect(semaphore.value == 0)
    }

    @Test(
        "places in a buffer are not multiplied when a producer dies and the consumer frees what it had filled"
    )
    func places() {
        let places = Self.semaphore(5)
        for _ in 0..<4 { places.acquire(1) }
        places.release(2)
        _ = places.end(1)
        // Three of the four are still filled, as the consumer is going to find.
        for _ in 0..<3 { places.release(2) }
        #expect(places.value == 5)
        places.acquire(2)
        #expect(places.release(2) == [.init(2, .done)])
        #expect(places.value == 5)
    }

    @Test("who releases for one that has died is not refused, and adds nothing", arguments: [false, true])
    func releaseForTheDead(isBounded: Bool) {
        let semaphore = Self.semaphore(1, isBounded: isBounded)
        semaphore.acquire(1)
        _ = semaphore.end(1)
        #expect(semaphore.value == 1)
        #expect(semaphore.release(2) == [.init(2, .done)])
        #expect(semaphore.value == 1)
        #expect(semaphore.release(2) == [.init(2, isBounded ? .misused : .done)])
    }

    @Test("a permit that did not come to its receiver is there again, whichever news comes first")
    func takenBack() {
        for value in [0, 1] {
            for comesBackFirst in [false, true] {
                for status in [ExitStatus.signalled(9), .exited(0)] {
                    let semaphore = Self.semaphore(value)
                    if value == 1 { semaphore.acquire(1) }
                    semaphore.acquire(2)
                    let permit = semaphore.request(.releaseSemaphore, from: 1).replies[1]
                    #expect(permit.answer == .init(2, .done))
                    if comesBackFirst { _ = semaphore.takeBack(permit.returned) }
                    _ = semaphore.end(2, status: status)
                    if !comesBackFirst { _ = semaphore.takeBack(permit.returned) }
                    #expect(semaphore.value == 1, "\(value) \(comesBackFirst) \(status)")
                }
            }
        }
    }

    @Test("what means nothing to a semaphore is refused")
    func malformed() {
        #expect(Self.semaphore(1).request(.releaseLock).replies.map(\.answer) == [.init(0, .malformed)])
    }
}

extension ServiceHarness where Subject == SemaphoreService {
    fileprivate var value: Int { Int(request(.semaphoreState).replies[0].argument) }

    @discardableResult
    fileprivate func acquire(_ process: UInt32, timeout: Timeout = .none) -> [Answer] {
        request(.acquireSemaphore, from: process, timeout: timeout).replies.map(\.answer)
    }

    @discardableResult
    fileprivate func release(_ process: UInt32) -> [Answer] {
        request(.releaseSemaphore, from: process).replies.map(\.answer)
    }
}
