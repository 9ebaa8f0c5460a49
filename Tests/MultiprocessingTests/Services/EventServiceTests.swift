import Testing

@testable import Multiprocessing

@Suite("EventService")
struct EventServiceTests {
    private typealias Harness = ServiceHarness<EventService>

    @Test("setting an event lets everybody go on, and later ones at once, until it is cleared")
    func setting() {
        let event = Harness(EventService())
        #expect(event.request(.eventState).replies.map(\.argument) == [0])
        for process: UInt32 in 1...3 {
            #expect(event.request(.waitForEvent, from: process).replies.isEmpty)
        }
        #expect(
            event.request(.setEvent, from: 9).replies.map(\.answer)
                == [.init(1, .done), .init(2, .done), .init(3, .done), .init(9, .done)]
        )
        #expect(event.request(.eventState).replies.map(\.argument) == [1])
        #expect(event.request(.setEvent, from: 9).replies.map(\.answer) == [.init(9, .done)])
        #expect(event.request(.waitForEvent, from: 4).replies.map(\.answer) == [.init(4, .done)])
        #expect(event.request(.clearEvent, from: 9).replies.map(\.answer) == [.init(9, .done)])
        #expect(
            event.request(.waitForEvent, from: 5, timeout: .zero).replies.map(\.answer) == [
                .init(5, .timedOut)
            ]
        )
        #expect(event.request(.waitForEvent, from: 5).replies.isEmpty)
    }

    @Test("waits end when their time is up, when they are cancelled, and with their process")
    func endedWaits() {
        let event = Harness(EventService())
        event.request(.waitForEvent, from: 1, timeout: Timeout(.seconds(1)))
        let cancelled = event.request(.waitForEvent, from: 2).correlation
        event.request(.waitForEvent, from: 3)
        #expect(event.service.nextDeadline == event.now.advanced(by: .seconds(1)))
        #expect(event.expire().isEmpty)
        event.now = event.now.advanced(by: .seconds(1))
        #expect(event.expire().map(\.answer) == [.init(1, .timedOut)])
        #expect(event.cancel(cancelled, from: 1).isEmpty)
        #expect(event.cancel(cancelled, from: 2).map(\.answer) == [.init(2, .timedOut)])
        #expect(event.end(3).isEmpty)
        #expect(event.request(.setEvent, from: 9).replies.map(\.answer) == [.init(9, .done)])
    }

    @Test("what means nothing to an event is refused")
    func malformed() {
        #expect(Harness(EventService()).request(.put).replies.map(\.answer) == [.init(0, .malformed)])
    }
}
