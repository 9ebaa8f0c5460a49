import MessageCoding
import Testing

@testable import Multiprocessing

@Suite("StoreService")
struct StoreServiceTests {
    private let harness = ServiceHarness(StoreService(.list(ListStore([[1]]))))

    private func request(
        _ request: StoreRequest,
        from process: UInt32,
        update: UInt64 = 0,
        timeout: Timeout = .none,
        kind: Frame.Kind = .request
    ) throws -> (correlation: UInt64, replies: [Frame]) {
        harness.request(
            .store,
            from: process,
            argument: update,
            timeout: timeout,
            body: try MessageEncoder().encode(request),
            kind: kind
        )
    }

    private func answers(_ frames: [Frame]) throws -> [StoreAnswer] {
        try frames.map { frame in
            #expect(frame.code == Outcome.done.rawValue)
            return try MessageDecoder().decode(StoreAnswer.self, from: frame.body)
        }
    }

    @Test("while a process updates the store the others wait, and have their turn in order afterwards")
    func update() throws {
        let (update, begun) = try request(.begin(.element(at: 0)), from: 1)
        #expect(try answers(begun) == [.element([1])])
        #expect(try request(.perform(.element(at: 0)), from: 2).replies.isEmpty)
        #expect(try request(.begin(.element(at: 0)), from: 3).replies.isEmpty)
        #expect(try request(.perform(.element(at: 0)), from: 4).replies.isEmpty)
        let (_, done) = try request(.commit(.setElement([2], at: 0)), from: 1, update: update)
        // The one who reads, then the next who updates; the last one waits for that.
        #expect(try answers(done) == [.done, .element([2]), .element([2])])
        #expect(done.map(\.destination) == [1, 2, 3].map { ServiceHarness<StoreService>.process($0) })
        let next = try #require(done.last).correlation
        let (_, last) = try request(.commit(.setElement([3], at: 0)), from: 3, update: next)
        #expect(try answers(last) == [.done, .element([3])])
    }

    @Test(
        "a process that ends in the middle of its update leaves everything as it was, and the next one goes on"
    )
    func death() throws {
        _ = try request(.begin(.element(at: 0)), from: 1)
        #expect(try request(.begin(.element(at: 0)), from: 2).replies.isEmpty)
        #expect(try request(.perform(.count), from: 3).replies.isEmpty)
        // One who waits and ends is forgotten.
        #expect(harness.end(2).isEmpty)
        #expect(try answers(harness.end(1)) == [.count(1)])
        #expect(try answers(try request(.perform(.element(at: 0)), from: 4).replies) == [.element([1])])
    }

    @Test("an abandoned update changes nothing")
    func abandon() throws {
        let (update, _) = try request(.begin(.element(at: 0)), from: 1)
        #expect(try request(.abandon, from: 1, update: update, kind: .notice).replies.isEmpty)
        #expect(try answers(try request(.perform(.element(at: 0)), from: 2).replies) == [.element([1])])
    }

    @Test("an update that has nothing to begin with holds up nobody")
    func failedBeginning() throws {
        for command in [StoreCommand.element(at: 7), .allPairs] {
            #expect(try answers(try request(.begin(command), from: 1).replies).allSatisfy(\.isRefusal))
            #expect(try answers(try request(.perform(.count), from: 2).replies) == [.count(1)])
        }
    }

    @Test("only who has begun an update can end it")
    func foreignCommit() throws {
        let (update, _) = try request(.begin(.element(at: 0)), from: 1)
        let (_, foreign) = try request(.commit(.setElement([9], at: 0)), from: 2, update: update)
        #expect(foreign.map(\.summary.outcome) == [.malformed])
        let (_, wrongNumber) = try request(.commit(.setElement([9], at: 0)), from: 1, update: update + 7)
        #expect(wrongNumber.map(\.summary.outcome) == [.malformed])
        #expect(try request(.abandon, from: 2, update: update, kind: .notice).replies.isEmpty)
        #expect(try request(.perform(.count), from: 3).replies.isEmpty)
    }

    @Test("who waits stops when its time is up, when it is cancelled, or at once")
    func timeouts() throws {
        _ = try request(.begin(.count), from: 1)
        #expect(
            try request(.perform(.count), from: 2, timeout: .zero).replies.map(\.summary.outcome) == [
                .timedOut
            ]
        )
        #expect(try request(.perform(.count), from: 2, timeout: Timeout(.seconds(5))).replies.isEmpty)
        let (correlation, none) = try request(.perform(.count), from: 3)
        #expect(none.isEmpty)
        #expect(harness.cancel(correlation, from: 3).map(\.summary.outcome) == [.timedOut])
        #expect(harness.expire().isEmpty)
        harness.now += .seconds(5)
        #expect(harness.expire().map(\.summary.outcome) == [.timedOut])
    }

    @Test("bytes that are no request are refused")
    func garbage() {
        for body: [UInt8] in [[], [255], Array(repeating: 0xff, count: 64)] {
            let (_, replies) = harness.request(.store, from: 1, body: body)
            #expect(replies.map(\.summary.outcome) == [.malformed])
        }
    }
}
