internal import Glibc
internal import MPI
internal import MessageCoding

/// The exchange of cards at the beginning of `withProcesses` where ranks may be lost at any time: a collective operation would wait for
/// those for ever.
///
/// Every rank sends its own to rank 0, which answers with all of them, and with who is lost.
struct Attendance {
    /// What rank 0 says.
    private struct Result: Codable {
        var cards: [Meeting.Card?]
        var losses: [RankLoss]
    }

    private let crew: Crew
    private let transport: MPITransport
    private let epoch: UInt32
    private var roll: RankRoll
    private var call: RollCall
    private var watch: RankWatch?
    /// Frames of others that have begun already.
    private var early: [Frame] = []

    init(_ crew: Crew, _ transport: MPITransport, _ epoch: UInt32) {
        self.crew = crew
        self.transport = transport
        self.epoch = epoch
        roll = RankRoll(
            ownRank: crew.bytes.rank,
            size: crew.bytes.size,
            survives: true,
            hostNames: crew.hostNames,
            earlier: crew.losses
        )
        call = RollCall(ranks: roll.present)
        watch = crew.makeWatch()
        for loss in crew.losses { transport.forget(loss.rank) }
    }

    /// The cards of all that are there; `nil` for those that are lost.
    consuming func exchange(_ card: Meeting.Card) throws -> [Meeting.Card?] {
        if let loss = roll.loss(of: 0) ?? roll.loss(of: roll.ownRank) { throw loss.error }
        let encoded = try MessageEncoder().encode(card)
        let result = try roll.ownRank == 0 ? receiveAll(encoded) : sendOwn(encoded)
        transport.putBack(early)
        crew.losses = result.losses
        return result.cards
    }

    // MARK: Rank 0

    private mutating func receiveAll(_ own: [UInt8]) throws -> Result {
        call.arrived(0, own)
        var wait = Wait()
        while !call.isComplete {
            if try takeFrames({ $0.takeCard($1) }) { wait = Wait() }
            try noteLosses()
            if !call.isComplete { wait.goOn() }
        }
        var cards = [Meeting.Card?](repeating: nil, count: roll.size)
        for (rank, card) in call.cards {
            cards[rank] = try card.withUnsafeBytes {
                try MessageDecoder().decode(Meeting.Card.self, from: $0)
            }
        }
        let result = Result(cards: cards, losses: roll.lost)
        let body = try MessageEncoder().encode(result)
        for rank in roll.present where rank != 0 { try send(.attendance, to: rank, body: body) }
        return result
    }

    private mutating func takeCard(_ frame: Frame) {
        switch Operation(rawValue: frame.code) {
        case .presence where frame.source.isHost: call.arrived(Int(frame.source.rank), frame.body)
        case .rankLost where frame.source.isHost: lose(Int(clamping: frame.argument), frame.text)
        default: early.append(frame)
        }
    }

    private mutating func noteLosses() throws {
        for rank in crew.neighbours.ended { lose(rank, Neighbours.reason) }
        for rank in transport.takeFailures() { lose(rank, "MPI has lost it") }
        for rank in try silentRanks() { lose(rank, RankWatch.reason(crew.rankTimeout)) }
    }

    private mutating func lose(_ rank: Int, _ reason: String) {
        guard case .goOn(let loss) = roll.suspect(rank, reason) else { return }
        MPIAvailability.noteLostRank()
        transport.forget(loss.rank)
        watch?.forget(loss.rank)
        call.lost(loss.rank)
    }

    // MARK: The others

    private mutating func sendOwn(_ own: [UInt8]) throws -> Result {
        try send(.presence, to: 0, body: own)
        var answer: Frame?
        var wait = Wait()
        while answer == nil {
            if try takeFrames({ attendance, frame in
                if frame.code == Operation.attendance.rawValue, frame.source == .host(ofRank: 0) {
                    answer = frame
                } else {
                    attendance.early.append(frame)
                }
            }) {
                wait = Wait()
            }
            guard answer == nil else { break }
            for rank in crew.neighbours.ended { try report(rank, Neighbours.reason) }
            for rank in transport.takeFailures() { try report(rank, "MPI has lost it") }
            for rank in try silentRanks() { try report(rank, RankWatch.reason(crew.rankTimeout)) }
            wait.goOn()
        }
        let result = try (answer ?? .empty).withBody { try MessageDecoder().decode(Result.self, from: $0) }
        for loss in result.losses {
            MPIAvailability.noteLostRank()
            transport.forget(loss.rank)
        }
        return result
    }

    /// Tells rank 0, which may have no other way to know.
    private mutating func report(_ rank: Int, _ reason: String) throws {
        switch roll.suspect(rank, reason) {
        case .report: try send(.rankLost, to: 0, argument: UInt64(rank), body: Array(reason.utf8))
        case .end(let loss):
            MPIAvailability.noteLostRank()
            throw loss.error
        case .nothing, .goOn: break
        }
    }

    // MARK: Frames

    private func send(_ operation: Operation, to rank: Int, argument: UInt64 = 0, body: [UInt8]) throws {
        var frame = Frame(
            .notice,
            code: operation.rawValue,
            from: .host(ofRank: roll.ownRank),
            to: .host(ofRank: rank),
            argument: argument,
            reserving: body.count
        )
        frame.epoch = epoch
        frame.bytes.append(contentsOf: body)
        frame.seal()
        try transport.send(frame, toRank: rank)
    }

    /// The ranks of which nothing has been heard for too long; tells all others now and then that this one is there.
    private mutating func silentRanks() throws -> [Int] {
        let now = ContinuousClock.now
        guard var watch, watch.deadline <= now else { return [] }
        let silent = watch.look(at: now)
        self.watch = watch
        for rank in watch.peers where !silent.contains(rank) {
            try transport.send(Pulse.frame(from: roll.ownRank, to: rank), toRank: rank)
        }
        return silent
    }

    /// Hands over what has arrived; says whether there was anything.
    private mutating func takeFrames(_ use: (inout Attendance, Frame) -> Void) throws -> Bool {
        var isActive = false
        while let frame = try transport.receive() {
            isActive = true
            watch?.heard(from: Int(frame.source.rank), at: ContinuousClock.now)
            // What was on its way when the last one ended has no receiver any more.
            if frame.epoch == epoch { use(&self, frame) }
        }
        return isActive
    }

    /// A wait that costs less and less: most ranks come at once, but one may compute for an hour before.
    private struct Wait {
        private var nap: UInt32 = 20
        mutating func goOn() {
            usleep(nap)
            nap = min(2 * nap, 1000)
        }
    }
}
