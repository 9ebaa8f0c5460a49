internal import Synchronization

/// The states of coders that are not in use.
///
/// A state is never freed, only used again: so encoders and decoders refer to it without counting references, and one that was kept
/// beyond its time finds a state that belongs to nobody or to another message, which the state's numbers tell. There are as
/// many states as coders have ever been at work at once.
struct StatePool<Contents>: ~Copyable, Sendable {
    /// The address of the state that was given back last, or 0: most programs need no other.
    private let spare = Atomic<UInt>(0)
    private let others = Mutex<[UInt]>([])

    /// A state that nobody uses; `nil` if there is none.
    @inline(__always)
    func take() -> UnsafeMutablePointer<Contents>? {
        let address = spare.exchange(0, ordering: .acquiring)
        return UnsafeMutablePointer(bitPattern: address != 0 ? address : takeOther())
    }

    @inline(never)
    private func takeOther() -> UInt {
        others.withLock { $0.popLast() ?? 0 }
    }

    /// Takes a state that is not used any more.
    @inline(__always)
    func giveBack(_ state: UnsafeMutablePointer<Contents>) {
        let other = spare.exchange(UInt(bitPattern: state), ordering: .acquiringAndReleasing)
        if other != 0 {
            giveBackOther(other)
        }
    }

    @inline(never)
    private func giveBackOther(_ address: UInt) {
        others.withLock { $0.append(address) }
    }
}
