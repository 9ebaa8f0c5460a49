internal import Synchronization

/// A look that is repeated until it finds something.
final class SearchOperation<Found: Sendable>: PendingOperation {
    private let look: @Sendable () -> Result<Found?, MPIError>
    private let outcome = Mutex<Result<Found, any Error>?>(nil)

    init(_ look: @escaping @Sendable () -> Result<Found?, MPIError>) {
        self.look = look
    }

    func advance() -> Bool {
        outcome.withLock { outcome in
            if outcome != nil { return true }
            switch look() {
            case .success(let found?): outcome = .success(found)
            case .success(nil): return false
            case .failure(let error): outcome = .failure(error)
            }
            return true
        }
    }

    /// Awaits what is looked for.
    func found(_ name: StaticString, timeout: Duration?) async throws -> Found {
        await withTaskCancellationHandler {
            await ProgressThread.shared.completion(of: self, deadline: Deadline(after: timeout))
        } onCancel: {
            outcome.withLock { $0 = $0 ?? .failure(CancellationError()) }
        }
        guard advance(), let outcome = outcome.withLock({ $0 }) else { throw Communicator.timedOut(name) }
        return try outcome.get()
    }
}
