internal import Synchronization

/// Which words of a process's claims are in use.
final class ClaimSlots: Sendable {
    private let free = Mutex(UInt64.max)

    /// A word that is not in use; `nil` when all are.
    func take() -> Int? {
        free.withLock { free in
            guard free != 0 else { return nil }
            let slot = free.trailingZeroBitCount
            free &= free - 1
            return slot
        }
    }

    /// A word is not used any more.
    func giveBack(_ slot: Int) { free.withLock { $0 |= 1 << UInt64(slot) } }
}
