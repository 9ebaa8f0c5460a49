internal import CProcessSupport

/// A word for each loan that a process can have at a time, in memory that it shares with its Host.
///
/// Either side may find anything there: the other one may have gone astray.
final class ClaimMemory: @unchecked Sendable {
    // Sendable because the words are read and written atomically, and nothing else changes but what has a lock.
    static let slotCount = 64
    private static let lineSize = 64
    static let size = slotCount * lineSize

    /// Which of the words are in use; for the process, which uses them.
    let slots = ClaimSlots()
    private let base: UnsafeMutableRawPointer
    // Keeps the memory, if it is a part of other memory.
    private let mapping: SharedMapping?

    /// Memory of its own, for a main program, which has all its memory in common with its Host.
    init() {
        base = .allocate(byteCount: ClaimMemory.size, alignment: ClaimMemory.lineSize)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: ClaimMemory.size)
        mapping = nil
    }

    /// The part of a mapping that begins at an offset.
    init(_ mapping: SharedMapping, from offset: Int) {
        base = mapping.base + offset
        self.mapping = mapping
    }

    deinit { if mapping == nil { base.deallocate() } }

    private func place(of slot: Int) -> UnsafeMutableRawPointer { base + slot * ClaimMemory.lineSize }

    /// The word of a slot, of which there are `slotCount`.
    func claim(_ slot: Int) -> LoanClaim { LoanClaim(rawValue: cps_load_acquire(place(of: slot))) }

    /// Changes the word of a slot in one step, unless `change` returns `nil`; returns what it was before.
    ///
    /// `change` is called again when the other side was faster.
    @discardableResult
    func change(_ slot: Int, _ change: (LoanClaim) -> LoanClaim?) -> LoanClaim? {
        while true {
            let old = claim(slot)
            guard let new = change(old) else { return nil }
            if cps_compare_exchange(place(of: slot), old.rawValue, new.rawValue) != 0 { return old }
        }
    }

    /// Takes the next item of a loan; returns false when it was taken back.
    func take(_ slot: Int, of generation: UInt16) -> Bool {
        change(slot) { $0.takingOne(of: generation) } != nil
    }
}
