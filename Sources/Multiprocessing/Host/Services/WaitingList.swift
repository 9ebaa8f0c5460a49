internal import DequeModule

/// Those who wait for the same thing, first come, first served, each with what it brought along.
struct WaitingList<Item> {
    private var entries: Deque<(waiter: Waiter, item: Item)> = []

    var isEmpty: Bool { entries.isEmpty }
    /// Who they are, in order; one may be there more than once.
    var addresses: [Address] { entries.map { $0.waiter.address } }

    mutating func append(_ waiter: Waiter, _ item: Item) { entries.append((waiter, item)) }

    /// Puts somebody back in the first place.
    mutating func prepend(_ waiter: Waiter, _ item: Item) { entries.prepend((waiter, item)) }

    mutating func popFirst() -> (waiter: Waiter, item: Item)? { entries.popFirst() }

    /// Removes and returns those whose time is up.
    mutating func popExpired(at now: ContinuousClock.Instant) -> [Waiter] {
        remove { waiter in
            guard let deadline = waiter.deadline else { return false }
            return deadline <= now
        }
    }

    /// Removes and returns the wait of one request.
    mutating func pop(_ correlation: UInt64, of address: Address) -> Waiter? {
        remove { $0.correlation == correlation && $0.address == address }.first
    }

    /// Forgets a process that has ended.
    mutating func forget(_ address: Address) { _ = remove { $0.address == address } }

    /// Removes and returns everybody.
    mutating func popAll() -> [Waiter] { remove { _ in true } }

    /// When the first of them has waited long enough.
    var nextDeadline: ContinuousClock.Instant? {
        // Asked for after every request. A key path in a generic type would be looked up anew each time.
        var next: ContinuousClock.Instant?
        for entry in entries {
            if let deadline = entry.waiter.deadline, next.map({ deadline < $0 }) ?? true { next = deadline }
        }
        return next
    }

    /// Removes and returns those to whom something applies.
    mutating func remove(where isOver: (Waiter) -> Bool) -> [Waiter] {
        var removed: [Waiter] = []
        entries.removeAll { entry in
            let matches = isOver(entry.waiter)
            if matches { removed.append(entry.waiter) }
            return matches
        }
        return removed
    }
}

extension WaitingList where Item == Void {
    mutating func append(_ waiter: Waiter) { append(waiter, ()) }
}

/// The earlier of two moments that may not exist.
func earliest(
    _ first: ContinuousClock.Instant?,
    _ second: ContinuousClock.Instant?
) -> ContinuousClock.Instant? {
    guard let first else { return second }
    guard let second else { return first }
    return min(first, second)
}
