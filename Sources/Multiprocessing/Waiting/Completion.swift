/// What comes to its end in this process, so that nobody can be asked to answer then: a job of a pool.
protocol Completion: AnyObject, Sendable {
    /// Whether it has ended.
    var isComplete: Bool { get }

    /// Has somebody called once when it ends, on the thread that ends it.
    ///
    /// Returns a number by which to take that back; `nil` when it has ended by now, and nobody will be called.
    func addWatcher(_ watcher: @escaping @Sendable () -> Void) -> UInt64?

    /// Takes it back that somebody wants to be called.
    func removeWatcher(_ number: UInt64)
}

extension Completion {
    /// Waits until it has ended, the time is up, or the task is cancelled: whoever wants to know which looks at it.
    func settle(until deadline: ContinuousClock.Instant?) async {
        let handle = ContinuationHandle<Void>()
        guard let number = addWatcher({ handle.resume(with: .success(())) }) else { return }
        defer { removeWatcher(number) }
        try? await handle.value(until: deadline)
    }
}
