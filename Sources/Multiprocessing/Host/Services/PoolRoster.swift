/// The workers of a pool that have asked for work, and whose turn it is.
///
/// However many there are, choosing one takes about the same time: what decides is brought up to date whenever something about
/// a worker changes.
struct PoolRoster {
    private(set) var members: [Address: PoolMember] = [:]
    /// How many chunks a worker does in its life, or `nil` for any number.
    let chunkLimit: Int?
    private var lastArrival: UInt64 = 0
    private var lastVersion: UInt64 = 0
    private var lastTurn: UInt64 = 0

    /// Those who may be given something.
    private var needs = RosterHeap<Need>()
    /// Those who have nothing to do.
    private var idleWorkers: Set<Address> = []
    /// Those of them who will not be given anything any more.
    private var spentWorkers: [Address] = []
    /// What others could do at once.
    private var spoils = RosterHeap<Spoil>()
    /// What is left for a while where it is.
    private var reprieves = RosterHeap<Reprieve>()
    /// Whether all that has happened since spoils and reprieves were looked at is that workers were given one task, or were done with one.
    private(set) var isModest = true
    /// Workers of which these two do not say how it is now.
    private var unweighed: [Address] = []
    /// How many assignments of each job are being taken back.
    private(set) var takenBackCounts: [UInt64: Int] = [:]

    init(chunkLimit: Int? = nil) { self.chunkLimit = chunkLimit }

    var isEmpty: Bool { members.isEmpty }
    var count: Int { members.count }
    /// In the order in which they came.
    var addresses: [Address] { inOrder(members.keys) }

    subscript(address: Address) -> PoolMember? { members[address] }

    private func inOrder(_ addresses: some Sequence<Address>) -> [Address] {
        addresses.sorted { members[$0]?.arrival ?? 0 < members[$1]?.arrival ?? 0 }
    }

    // MARK: Changes

    mutating func add(_ address: Address, _ member: PoolMember) {
        guard members[address] == nil else { return }
        members[address] = member
        lastArrival += 1
        member.arrival = lastArrival
        note(address, member, wasIdle: false)
    }

    mutating func remove(_ address: Address) -> PoolMember? {
        guard let member = members.removeValue(forKey: address) else { return nil }
        idleWorkers.remove(address)
        countTakenBack(of: member, -1)
        return member
    }

    /// Changes what is known of a worker, if there is such a worker.
    mutating func update<Result>(_ address: Address, _ change: (PoolMember) -> Result) -> Result? {
        guard let member = members[address] else { return nil }
        let wasIdle = member.isIdle
        countTakenBack(of: member, -1)
        let result = change(member)
        note(address, member, wasIdle: wasIdle)
        return result
    }

    /// Gives a worker something more, whose turn is over by that; `nil` if it cannot have more.
    mutating func assign(
        _ pieces: [PoolPiece],
        ofJob job: UInt64,
        to worker: Address,
        at now: ContinuousClock.Instant,
        lots: [InputLot] = []
    ) -> (waiter: Waiter, ticket: PoolTicket, knowsJob: Bool)? {
        lastTurn += 1
        let turn = lastTurn
        return update(worker) { member in
            guard let ticket = member.takeTicket() else { return nil }
            let knowsJob = member.knownJob == job
            member.knownJob = job
            member.chunkCount += pieces.count
            member.turn = turn
            member.assignments.append(
                PoolAssignment(
                    ticket: ticket,
                    job: job,
                    pieces: pieces,
                    limit: pieces.reduce(0) { $0 + $1.range.count },
                    since: now,
                    lots: lots
                )
            )
            return (member.waiter, ticket, knowsJob)
        } ?? nil
    }

    /// Takes note of how a worker is now.
    private mutating func note(_ address: Address, _ member: PoolMember, wasIdle: Bool) {
        lastVersion += 1
        member.version = lastVersion
        if !member.isUnweighed {
            member.isUnweighed = true
            unweighed.append(address)
        }
        let isModestNow = member.isModest
        if !isModestNow || !member.wasModest { isModest = false }
        member.wasModest = isModestNow
        countTakenBack(of: member, 1)
        if member.isIdle != wasIdle {
            if wasIdle { idleWorkers.remove(address) } else { idleWorkers.insert(address) }
        }
        let isSpent = chunkLimit.map { member.chunkCount >= $0 } ?? false
        if isSpent, member.isIdle { spentWorkers.append(address) }
        guard !isSpent, !member.isDismissed, member.assignments.count < PoolTicket.slotCount else { return }
        needs.insert(Need(member), address, version: lastVersion, among: members)
    }

    private mutating func countTakenBack(of member: PoolMember, _ change: Int) {
        for assignment in member.assignments where assignment.isBeingTakenBack {
            let count = takenBackCounts[assignment.job, default: 0] + change
            takenBackCounts[assignment.job] = count == 0 ? nil : count
        }
    }

    // MARK: Whose turn it is

    /// What decides who is given something next: the one with the fewest assignments, and of these the one that has waited longest.
    ///
    /// Of those who have nothing to do it is the one that had something last: it may still be awake, and the others can sleep on.
    private struct Need: Comparable {
        private let count: Int
        private let turn: UInt64
        private let arrival: UInt64

        init(_ member: PoolMember) {
            count = member.assignments.count
            turn = count == 0 ? UInt64.max - member.turn : member.turn
            arrival = member.arrival
        }

        static func < (first: Need, second: Need) -> Bool {
            (first.count, first.turn, first.arrival) < (second.count, second.turn, second.arrival)
        }
    }

    /// Who should be given something next.
    mutating func neediest() -> Address? { needs.first(among: members)?.worker }

    var idleCount: Int { idleWorkers.count }
    /// In the order in which they came.
    var idle: [Address] { inOrder(idleWorkers) }

    /// Those who have nothing to do, and will not be given anything any more; each once.
    mutating func takeSpent() -> [Address] {
        defer { spentWorkers = [] }
        return spentWorkers
    }

    // MARK: Taking back

    /// A worker that should give something back for those who have nothing to do.
    struct Straggler: Equatable {
        let worker: Address
        let ticket: PoolTicket
        let count: Int
        /// Whether it gives everything back that it has not begun, or the greater half.
        let takesAll: Bool
    }

    /// An assignment of which something can be taken: the largest one first.
    private struct Spoil: Comparable {
        let value: Int
        let arrival: UInt64
        let position: Int

        static func < (first: Spoil, second: Spoil) -> Bool {
            (second.value, first.arrival, first.position) < (first.value, second.arrival, second.position)
        }
    }

    /// The first assignment of a worker that has one task left, by when that can be taken.
    private struct Reprieve: Comparable {
        let due: ContinuousClock.Instant
        let arrival: UInt64

        static func < (first: Reprieve, second: Reprieve) -> Bool {
            (first.due, first.arrival) < (second.due, second.arrival)
        }
    }

    /// How long the first worker has to begin the last task of what it has, before another one gets it.
    static let patience = Duration.milliseconds(50)

    /// Who has most that is not begun, or when that may change although nothing happens.
    ///
    /// What waits behind something else can be taken at once. A last task that may just be beginning is left where it is for a
    /// while, and each time for longer: else two workers could pass it to each other for ever.
    mutating func straggler(now: ContinuousClock.Instant) -> (Straggler?, next: ContinuousClock.Instant?) {
        weigh()
        while let first = reprieves.first(among: members), first.rank.due <= now {
            reprieves.removeFirst()
            let spoil = Spoil(value: 1, arrival: first.rank.arrival, position: 0)
            spoils.insert(spoil, first.worker, version: first.version, among: members)
        }
        let next = reprieves.first(among: members)?.rank.due
        guard let best = spoils.first(among: members),
            let assignment = members[best.worker]?.assignments[best.rank.position]
        else { return (nil, next) }
        let straggler = Straggler(
            worker: best.worker,
            ticket: assignment.ticket,
            count: assignment.limit,
            takesAll: best.rank.position > 0
        )
        return (straggler, next)
    }

    /// Sees what others could take from workers that have changed.
    ///
    /// Nobody wants to know that while there is enough for all.
    private mutating func weigh() {
        for address in unweighed {
            guard let member = members[address], member.isUnweighed else { continue }
            member.isUnweighed = false
            for (position, assignment) in member.assignments.enumerated() {
                let value = assignment.perhapsUnbegun
                guard value > 0, !assignment.isBeingTakenBack else { continue }
                if position == 0, value == 1 {
                    let moves = min(assignment.pieces.last?.moves ?? 0, 10)
                    let due = assignment.since.advanced(by: PoolRoster.patience * (1 << moves))
                    let reprieve = Reprieve(due: due, arrival: member.arrival)
                    reprieves.insert(reprieve, address, version: member.version, among: members)
                } else {
                    let spoil = Spoil(value: value, arrival: member.arrival, position: position)
                    spoils.insert(spoil, address, version: member.version, among: members)
                }
            }
        }
        unweighed.removeAll(keepingCapacity: true)
        isModest = true
    }
}
