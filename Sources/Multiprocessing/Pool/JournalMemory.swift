internal import CProcessSupport

/// Memory that a process and its Host share, in which the process notes what it is doing: the Host reads it when the
/// process has ended, however that came about.
///
/// Layout: job 8 · ticket 8 · running index + 1 (0: none) 8 · number of bytes that count 8 · how often they were forgotten 8 ·
/// a claim for each slot 8 · these bytes.
final class JournalMemory {
    static let headerSize = 40 + 8 * PoolTicket.slotCount
    private static let firstClaim = 5
    // Keeps the memory.
    private let mapping: SharedMapping
    private let base: UnsafeMutableRawPointer
    let size: Int

    /// The memory that follows an offset; `nil` if there is too little of it.
    init?(_ mapping: SharedMapping, from offset: Int = 0) {
        guard mapping.size - offset > JournalMemory.headerSize else { return nil }
        self.mapping = mapping
        base = mapping.base + offset
        size = mapping.size - offset
    }

    private func load(_ field: Int) -> UInt64 { cps_load_acquire(base.advanced(by: field * 8)) }
    private func store(_ value: UInt64, _ field: Int) {
        cps_store_release(base.advanced(by: field * 8), value)
    }

    var job: UInt64 { load(0) }
    var ticket: UInt64 { load(1) }
    /// The task that is running, if one is.
    var runningIndex: UInt64? {
        let value = load(2)
        return value == 0 ? nil : value - 1
    }

    /// What was noted since the last time it was sent.
    var entries: [UInt8] {
        // A process could write anything here, also by mistake.
        let count = Int(clamping: load(3))
        return Array(
            UnsafeRawBufferPointer(start: base + JournalMemory.headerSize, count: min(count, capacity))
        )
    }

    /// What the process has noted of an assignment so far, if it can be had while the process goes on.
    func snapshot(of ticket: PoolTicket) -> (job: UInt64, entries: [UInt8])? {
        let version = load(4)
        let (job, entries) = (job, entries)
        guard self.ticket == ticket.rawValue, !entries.isEmpty,
            // The bytes change only after this number has changed.
            cps_compare_exchange(base.advanced(by: 4 * 8), version, version) != 0
        else { return nil }
        return (job, entries)
    }

    /// How many bytes fit.
    var capacity: Int { size - JournalMemory.headerSize }

    // MARK: Claims, which the process and its Host change

    /// Changes the claim of a ticket's slot in one step, and returns what it is then.
    ///
    /// `change` is called again when the other side was faster.
    @discardableResult
    func changeClaim(of ticket: PoolTicket, _ change: (PoolClaim) -> PoolClaim) -> PoolClaim {
        let field = JournalMemory.firstClaim + ticket.slot
        while true {
            let old = load(field)
            let new = change(PoolClaim(rawValue: old))
            if new.rawValue == old
                || cps_compare_exchange(base.advanced(by: field * 8), old, new.rawValue) != 0
            {
                return new
            }
        }
    }

    /// Claims the next task of an assignment; returns false when it was taken back.
    func claim(_ offset: Int, of ticket: PoolTicket) -> Bool {
        var isMine = false
        changeClaim(of: ticket) { claim in
            isMine = claim.belongs(to: ticket) && offset < claim.limit
            return isMine ? claim.begun(offset + 1) : claim
        }
        return isMine
    }

    // MARK: In the process

    func beginAssignment(job: UInt64, ticket: PoolTicket) {
        clear()
        store(0, 2)
        store(job, 0)
        store(ticket.rawValue, 1)
    }

    func beginTask(_ index: Int) { store(UInt64(index) + 1, 2) }

    /// Notes bytes at the given position, after which they count, and the running task is done with.
    func note(_ bytes: UnsafeRawBufferPointer, at position: Int) {
        write(bytes, at: position)
        store(UInt64(position + bytes.count), 3)
        store(0, 2)
    }

    /// Puts bytes where they do not count yet, or changes some in one go.
    func write(_ bytes: UnsafeRawBufferPointer, at position: Int) {
        guard let source = bytes.baseAddress else { return }
        (base + JournalMemory.headerSize + position).copyMemory(from: source, byteCount: bytes.count)
    }

    /// What was noted at these positions.
    func noted(_ positions: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: base + JournalMemory.headerSize + positions.lowerBound,
            count: positions.count
        )
    }

    /// Forgets what has been sent.
    func clear() {
        _ = cps_compare_exchange(base.advanced(by: 4 * 8), load(4), load(4) &+ 1)
        store(0, 3)
    }

    /// No task is running.
    func endTask() { store(0, 2) }
}

/// The journal of the calling process.
enum Journal {
    nonisolated(unsafe) private(set) static var current: JournalMemory?

    /// Called once, before the process's work begins: after that it is only read.
    static func begin(_ journal: JournalMemory?) { current = journal }
}
