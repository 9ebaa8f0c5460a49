internal import Synchronization

/// The drawers of a process: to which one belongs what a service brings without having been asked.
final class Drawers: Sendable {
    private struct Entry { weak var drawer: LoanDrawer? }
    private let entries = Mutex<[Int: Entry]>([:])

    /// Gives a drawer one of the words of the process; returns `nil` when all are in use.
    func add(_ drawer: LoanDrawer, at endpoint: Endpoint) -> Int? {
        guard let slot = endpoint.claims?.slots.take() else { return nil }
        entries.withLock { $0[slot] = Entry(drawer: drawer) }
        return slot
    }

    /// A drawer does not use its word any more.
    func remove(_ slot: Int, at endpoint: Endpoint) {
        _ = entries.withLock { $0.removeValue(forKey: slot) }
        endpoint.claims?.slots.giveBack(slot)
    }

    /// Puts what was brought where it belongs.
    func keep(_ delivery: Frame) {
        let (generation, slot) = Lending.Delivery.parts(of: delivery.argument)
        guard let slot = Int(exactly: slot) else { return }
        entries.withLock { $0[slot]?.drawer }?.keep(delivery, generation)
    }
}
