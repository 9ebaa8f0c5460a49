@testable import Multiprocessing

/// A service by itself, without a Host: requests go in, and what it says comes out.
final class ServiceHarness<Subject: Service> {
    var service: Subject
    var now = ContinuousClock.now
    private var lastCorrelation: UInt64 = 0
    static var address: Address { Address(rank: 0, serial: 50) }

    init(_ service: Subject) { self.service = service }

    /// A process of the test.
    static func process(_ number: UInt32) -> Address { Address(rank: 1, serial: 100 + number) }

    /// Sends a request and returns its correlation and everything the service says to that.
    @discardableResult
    func request(
        _ operation: Multiprocessing.Operation,
        from source: UInt32 = 0,
        argument: UInt64 = 0,
        timeout: Timeout = .none,
        body: [UInt8] = [],
        kind: Frame.Kind = .request
    ) -> (correlation: UInt64, replies: [Frame]) {
        lastCorrelation += 1
        var frame = Frame(
            kind,
            code: operation.rawValue,
            from: Self.process(source),
            to: Self.address,
            correlation: lastCorrelation,
            argument: argument,
            timeout: timeout
        )
        frame.bytes.append(contentsOf: body)
        frame.seal()
        var request = Request(frame, now: now)
        return (lastCorrelation, collect { $0.handle(operation, &request, &$1) })
    }

    func expire() -> [Frame] {
        let now = now
        return collect { $0.expire(now: now, &$1) }
    }

    func cancel(_ correlation: UInt64, from source: UInt32) -> [Frame] {
        collect { $0.cancel(correlation, of: Self.process(source), &$1) }
    }

    /// A process ends, alone or with its whole rank.
    func end(
        _ source: UInt32,
        status: ExitStatus = .signalled(9),
        parent: Address? = nil,
        result: Address? = nil,
        isRankLost: Bool = false
    ) -> [Frame] {
        let end = ProcessEnd(
            address: Self.process(source),
            parent: parent ?? .main(ofRank: 0),
            name: "process \(source)",
            pid: 1,
            status: status,
            host: "here",
            result: result,
            isRankLost: isRankLost
        )
        return collect { $0.processEnded(end, &$1) }
    }

    /// Returns a reply whose receiver has ended, as a Host does.
    func takeBack(_ reply: Frame) -> [Frame] {
        var returned = reply
        returned.kind = .undeliverable
        returned.source = reply.destination
        returned.destination = reply.source
        return collect { $0.takeBack(returned, &$1) }
    }

    private(set) var starts = 0
    private(set) var signals: [Address] = []
    /// What was said to Hosts, which are nobody's processes.
    private(set) var toHosts: [Frame] = []
    /// The services that were let go of which the service held.
    private(set) var closedPassages: [ServicePassage] = []
    private(set) var isFinished = false

    func collect(_ use: (inout Subject, inout Outbox) -> Void) -> [Frame] {
        var outbox = Outbox(service: Self.address)
        use(&service, &outbox)
        starts += outbox.starts.count
        signals += outbox.signals.map(\.process)
        isFinished = isFinished || outbox.isFinished
        closedPassages += outbox.closedPassages
        toHosts += outbox.frames.filter { $0.destination.isHost }
        return outbox.frames.filter { !$0.destination.isHost }
    }
}

extension Frame {
    /// What a test wants to know of a reply: to whom, which outcome, which body.
    var summary: ReplySummary {
        ReplySummary(
            process: destination.serial &- 100,
            correlation: correlation,
            outcome: Outcome(rawValue: code) ?? .malformed,
            body: body
        )
    }
}

struct ReplySummary: Equatable {
    var process: UInt32
    var correlation: UInt64
    var outcome: Outcome
    var body: [UInt8]
}
