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
    /// What the worker reads of its own accord must stay where it is, even if nobody wants the results any more.
    var lots: [InputLot] = []

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
///
/// An object, since what is looked at and changed for each assignment would be copied otherwise; its roster alone has it.
final class PoolMember {
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
    /// Whether it cannot take inputs where they were left.
    var needsInputs = false
    /// Whether it was told that there is nothing more.
    var isDismissed = false
    /// When it came, in its roster's own count.
    var arrival: UInt64 = 0
    /// Which change in its roster was the last one of it.
    var version: UInt64 = 0
    /// Whether its roster has still to see what others could take from it.
    var isUnweighed = false
    /// Whether it had nothing, or one task, when its roster looked last.
    var wasModest = true
    /// How often each slot was used: 16 bits for each.
    private var generations: UInt64 = 0

    init(_ waiter: Waiter, pid: Int32) {
        self.waiter = waiter
        self.pid = pid
    }

    var isIdle: Bool { assignments.isEmpty && !isDismissed }

    /// Whether it has nothing, or one task that was one from the beginning: others can take nothing from it until its time comes.
    var isModest: Bool {
        assignments.isEmpty
            || assignments.count == 1 && assignments[0].limit == 1 && assignments[0].pieces.count == 1
                && !assignments[0].isBeingTakenBack
    }

    /// A ticket for one more assignment; there must be a free slot.
    func takeTicket() -> PoolTicket? {
        guard
            let slot = (0..<PoolTicket.slotCount).first(where: { slot in
                !assignments.contains { $0.ticket.slot == slot }
            })
        else { return nil }
        let shift = UInt64(16 * slot)
        let generation = UInt16(truncatingIfNeeded: generations >> shift) &+ 1
        generations = generations & ~(0xffff << shift) | UInt64(generation) << shift
        return PoolTicket(slot: slot, generation: generation)
    }

    func position(of ticket: PoolTicket) -> Int? { assignments.firstIndex { $0.ticket == ticket } }
}
