internal import Synchronization

/// Requests that were dropped before they were complete.
///
/// The library still uses their memory, so they are kept until it no longer does.
@usableFromInline
enum ParkedRequests {
    /// A request without an operation of its own.
    private final class Orphan: PendingOperation, @unchecked Sendable {
        private let request: Mutex<RawRequest>
        // Kept, not used: hence the unchecked conformance.
        private let memory: Any

        init(_ request: RawRequest, _ memory: Any) {
            self.request = Mutex(request)
            self.memory = memory
        }

        func advance() -> Bool {
            request.withLock { request in
                do throws(MPIError) {
                    return try request.test() != nil
                } catch {
                    return true
                }
            }
        }
    }

    /// Keeps an operation until it ends.
    static func park(_ operation: any PendingOperation) {
        ProgressThread.shared.watch(operation) {}
    }

    /// Keeps a request and its memory until the request is complete.
    static func park(_ request: RawRequest, keeping memory: Any) {
        let orphan = Orphan(request, memory)
        if !orphan.advance() { park(orphan) }
    }

    /// Lets an operation go that nobody has waited for: with a warning, unless it has ended or was given up.
    @usableFromInline
    static func drop(_ operation: any RequestOperation) {
        guard !operation.isAbandoned, !operation.advance() else { return }
        warn(operation.title)
        operation.abandon()
    }

    /// Says that a request was dropped.
    static func warn(_ what: StaticString) {
        Runtime.report(
            "warning: \(what) was dropped before it was complete; wait for it, test it until it is, or await its value"
        )
    }
}
