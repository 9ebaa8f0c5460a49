/// By what a pool and a worker know an assignment: one of the worker's few slots, and how often the slot was used.
struct PoolTicket: Hashable, Sendable {
    let slot: Int
    let generation: UInt16

    /// How many assignments a worker has at a time: one at work, and one so that it need not wait for the next.
    static let slotCount = 2

    init(slot: Int, generation: UInt16) {
        self.slot = slot
        self.generation = generation
    }

    /// As it travels; `nil` when there is no such slot.
    init?(rawValue: UInt64) {
        guard rawValue & 0xffff < UInt64(PoolTicket.slotCount), rawValue >> 32 == 0 else { return nil }
        slot = Int(rawValue & 0xffff)
        generation = UInt16(truncatingIfNeeded: rawValue >> 16)
    }

    var rawValue: UInt64 { UInt64(generation) << 16 | UInt64(slot) }
}

/// What has become of an assignment when its worker sends results.
enum AssignmentProgress: UInt64 {
    case underWay = 0
    case finished = 1
    /// The worker cannot take the inputs where they were left, and has done nothing.
    case outOfReach = 2
}

/// Which tasks of an assignment are the worker's, in one word, so that a worker that begins a task and a Host that takes
/// back what was not begun cannot both have the same one.
///
/// Layout: generation 16 · number of tasks begun 24 · number of tasks that may be begun 24.
struct PoolClaim: Equatable, Sendable {
    let rawValue: UInt64

    /// How many tasks an assignment has at most.
    static let maximumCount = 1 << 24 - 1

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(_ ticket: PoolTicket, begun: Int, limit: Int) {
        rawValue =
            UInt64(ticket.generation) << 48 | UInt64(truncatingIfNeeded: begun & 0xff_ffff) << 24
            | UInt64(truncatingIfNeeded: limit & 0xff_ffff)
    }

    private var generation: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 48) }
    var begun: Int { Int(rawValue >> 24 & 0xff_ffff) }
    var limit: Int { Int(rawValue & 0xff_ffff) }

    func belongs(to ticket: PoolTicket) -> Bool { generation == ticket.generation }

    /// The same with so many tasks begun.
    func begun(_ count: Int) -> PoolClaim {
        PoolClaim(PoolTicket(slot: 0, generation: generation), begun: count, limit: limit)
    }

    /// The claim at the beginning of an assignment, of which something may have been taken back already.
    func opened(for ticket: PoolTicket, count: Int) -> PoolClaim {
        belongs(to: ticket) ? self : PoolClaim(ticket, begun: 0, limit: count)
    }

    /// The claim without everything that was not begun, or without the greater half of it.
    func reduced(for ticket: PoolTicket, count: Int, toBegun takesAll: Bool) -> PoolClaim {
        let current = opened(for: ticket, count: count)
        let rest = max(0, current.limit - current.begun)
        return PoolClaim(
            ticket,
            begun: current.begun,
            limit: min(current.limit, current.begun + (takesAll ? 0 : rest / 2))
        )
    }
}

/// How a pool asks for tasks back.
///
/// Layout: worker 4 · 4 unused · ticket 8 · number of tasks 8 · whether all that were not begun, or the greater half, 8.
struct PoolTakeBack {
    let worker: UInt32
    let ticket: PoolTicket
    let count: Int
    let takesAll: Bool

    init(worker: UInt32, ticket: PoolTicket, count: Int, takesAll: Bool) {
        self.worker = worker
        self.ticket = ticket
        self.count = count
        self.takesAll = takesAll
    }

    init?(_ body: UnsafeRawBufferPointer) {
        var reader = PoolWire.Reader(body)
        guard let worker = try? reader.number(UInt64.self), let ticket = try? reader.number(UInt64.self),
            let count = try? reader.count(), let takesAll = try? reader.number(UInt64.self),
            let ticket = PoolTicket(rawValue: ticket), count <= PoolClaim.maximumCount
        else { return nil }
        self.init(
            worker: UInt32(truncatingIfNeeded: worker),
            ticket: ticket,
            count: count,
            takesAll: takesAll != 0
        )
    }

    func append(to bytes: inout [UInt8]) {
        for number in [UInt64(worker), ticket.rawValue, UInt64(count), takesAll ? 1 : 0] {
            PoolWire.append(number, to: &bytes)
        }
    }
}
