/// What a pool has handed to one of its workers and has not been told to be over.
struct PoolAssignment {
    let ticket: PoolTicket
    let job: UInt64
    /// In the order in which the worker does them; a task's offset counts through all of them.
    var pieces: [PoolPiece]
    /// Tasks from this offset on were taken back.
    var limit: Int
    /// How many tasks it had begun when it was asked last.
    var begun = 0
    /// How many results have come.
    var finished = 0
    var isBeingTakenBack = false
    let since: ContinuousClock.Instant

    /// How many tasks the worker has perhaps not begun.
    var perhapsUnbegun: Int { max(0, limit - max(begun, finished)) }

    func contains(_ task: Int) -> Bool { pieces.contains { $0.range.contains(task) } }

    /// Takes the tasks from an offset on out.
    mutating func cut(to newLimit: Int) -> [PoolPiece] {
        limit = newLimit
        var kept: [PoolPiece] = []
        var taken: [PoolPiece] = []
        var offset = 0
        for piece in pieces {
            let split = min(max(newLimit - offset, 0), piece.range.count) + piece.range.lowerBound
            offset += piece.range.count
            var (head, tail) = (piece, piece)
            head.range = piece.range.lowerBound..<split
            tail.range = split..<piece.range.upperBound
            tail.moves += 1
            if !head.range.isEmpty { kept.append(head) }
            if !tail.range.isEmpty { taken.append(tail) }
        }
        pieces = kept
        return taken
    }
}

/// A worker, as its pool knows it.
struct PoolMember {
    /// Its request for work, which every assignment answers.
    let waiter: Waiter
    /// Its number in the operating system, as it says itself.
    let pid: Int32
    /// In the order in which it does them.
    var assignments: [PoolAssignment] = []
    /// The job whose work it has.
    var knownJob: UInt64?
    /// How many chunks it was given and kept.
    var chunkCount = 0
    /// When it was given something last, in the pool's own count.
    var turn: UInt64 = 0
    /// Whether it was told that there is nothing more.
    var isDismissed = false
    private var generations = [UInt16](repeating: 0, count: PoolTicket.slotCount)

    init(_ waiter: Waiter, pid: Int32) {
        self.waiter = waiter
        self.pid = pid
    }

    var isIdle: Bool { assignments.isEmpty && !isDismissed }

    /// A ticket for one more assignment; there must be a free slot.
    mutating func takeTicket() -> PoolTicket? {
        let used = assignments.map { $0.ticket.slot }
        guard let slot = generations.indices.first(where: { !used.contains($0) }) else { return nil }
        generations[slot] &+= 1
        return PoolTicket(slot: slot, generation: generations[slot])
    }

    func position(of ticket: PoolTicket) -> Int? { assignments.firstIndex { $0.ticket == ticket } }
}

/// The workers of a pool that have asked for work, and whose turn it is.
struct PoolRoster {
    private(set) var members: [Address: PoolMember] = [:]
    /// In the order in which they came, so that equals are served in order.
    private var order: [Address] = []
    private var lastTurn: UInt64 = 0

    var isEmpty: Bool { members.isEmpty }
    var count: Int { members.count }
    var addresses: [Address] { order }

    subscript(address: Address) -> PoolMember? { members[address] }

    mutating func add(_ address: Address, _ member: PoolMember) {
        if members.updateValue(member, forKey: address) == nil { order.append(address) }
    }

    mutating func remove(_ address: Address) -> PoolMember? {
        guard let member = members.removeValue(forKey: address) else { return nil }
        order.removeAll { $0 == address }
        return member
    }

    /// Changes what is known of a worker, if there is such a worker.
    mutating func update<Result>(_ address: Address, _ change: (inout PoolMember) -> Result) -> Result? {
        guard let index = members.index(forKey: address) else { return nil }
        return change(&members.values[index])
    }

    /// Who should be given something next: one with the fewest assignments, and of these the one that has waited longest.
    ///
    /// Of those who have nothing to do it is the one that had something last: it may still be awake, and the others can sleep on.
    ///
    /// `chunkLimit` is how many chunks a worker does in its life, or `nil` for any number.
    func neediest(chunkLimit: Int?) -> Address? {
        var best: (address: Address, count: Int, turn: UInt64)?
        for address in order {
            guard let member = members[address], !member.isDismissed,
                member.assignments.count < PoolTicket.slotCount,
                chunkLimit.map({ member.chunkCount < $0 }) ?? true
            else { continue }
            let count = member.assignments.count
            if let known = best {
                guard count <= known.count else { continue }
                let isEarlier = count == 0 ? member.turn > known.turn : member.turn < known.turn
                guard count < known.count || isEarlier else { continue }
            }
            best = (address, count, member.turn)
        }
        return best?.address
    }

    /// The number of the next turn.
    mutating func nextTurn() -> UInt64 {
        lastTurn += 1
        return lastTurn
    }

    var idle: [Address] { order.filter { members[$0]?.isIdle ?? false } }

    // MARK: Taking back

    /// A worker that should give something back for those who have nothing to do.
    struct Straggler: Equatable {
        let worker: Address
        let ticket: PoolTicket
        let count: Int
        /// Whether it gives everything back that it has not begun, or the greater half.
        let takesAll: Bool
    }

    /// How long the first worker has to begin the last task of what it has, before another one gets it.
    static let patience = Duration.milliseconds(50)

    /// Who has most that is not begun, or when that may change although nothing happens.
    ///
    /// What waits behind something else can be taken at once. A last task that may just be beginning is left where it is for a
    /// while, and each time for longer: else two workers could pass it to each other for ever.
    func straggler(now: ContinuousClock.Instant) -> (Straggler?, next: ContinuousClock.Instant?) {
        var best: (straggler: Straggler, value: Int)?
        var next: ContinuousClock.Instant?
        for address in order {
            guard let member = members[address] else { continue }
            for (position, assignment) in member.assignments.enumerated() {
                let value = assignment.perhapsUnbegun
                guard value > 0, !assignment.isBeingTakenBack else { continue }
                if position == 0, value == 1 {
                    let moves = min(assignment.pieces.last?.moves ?? 0, 10)
                    let due = assignment.since.advanced(by: PoolRoster.patience * (1 << moves))
                    guard now >= due else {
                        next = earliest(next, due)
                        continue
                    }
                }
                guard value > best?.value ?? 0 else { continue }
                let straggler = Straggler(
                    worker: address,
                    ticket: assignment.ticket,
                    count: assignment.limit,
                    takesAll: position > 0
                )
                best = (straggler, value)
            }
        }
        return (best?.straggler, next)
    }
}
