internal import Synchronization

/// The immediate receives on one communicator that have found no message yet, in the order they were begun.
///
/// MPI gives a message to the receive that was begun first. To keep to that, whoever looks for a message for one of these looks for all
/// of them. And MPI matches messages whenever the program is inside any of its calls; to keep to that, calls that would block in the
/// library look for messages between short steps while there are any of these.
final class UnmatchedReceives: Sendable {
    private let list = Mutex<[ReceiveOperation]>([])
    private let count = Atomic<Int>(0)

    /// The communicators that have any.
    private static let communicators = Mutex<[Communicator]>([])

    /// Whether there are any on this communicator.
    @inline(__always)
    var isEmpty: Bool { count.load(ordering: .relaxed) == 0 }

    func add(_ operation: ReceiveOperation, of communicator: Communicator) {
        list.withLock { list in
            list.append(operation)
            note(list.count, of: communicator)
        }
    }

    func remove(_ operation: ReceiveOperation, of communicator: Communicator) {
        list.withLock { list in
            list.removeAll { $0 === operation }
            note(list.count, of: communicator)
        }
    }

    private func note(_ newCount: Int, of communicator: Communicator) {
        let oldCount = count.exchange(newCount, ordering: .relaxed)
        guard (oldCount == 0) != (newCount == 0) else { return }
        Self.communicators.withLock { communicators in
            if newCount > 0 {
                communicators.append(communicator)
                Gate.put(Gate.Obstacle.unmatched)
            } else {
                communicators.removeAll { $0 === communicator }
                if communicators.isEmpty { Gate.take(Gate.Obstacle.unmatched) }
            }
        }
    }

    /// Looks for messages for the receives of all communicators.
    static func lookEverywhere() {
        guard Gate.has(Gate.Obstacle.unmatched) else { return }
        for communicator in communicators.withLock({ $0 }) {
            communicator.unmatchedReceives.look(on: communicator)
        }
    }

    /// Looks for messages for all of them.
    func look(on communicator: Communicator) {
        list.withLock { list in
            var index = 0
            // Receives that were begun in a row accept the same, mostly: when there is nothing for one there is nothing for the next.
            var missed: Pattern?
            while index < list.count {
                let operation = list[index]
                if operation.pattern == missed {
                    index += 1
                    continue
                }
                do throws(MPIError) {
                    guard let message = try communicator.raw.immediateMatchedProbe(operation.pattern) else {
                        missed = operation.pattern
                        index += 1
                        continue
                    }
                    // It may have arrived after an earlier receive that accepts it was looked at.
                    let first = list.firstIndex { $0.pattern.accepts(message.status) } ?? index
                    list.remove(at: first).take(message)
                } catch {
                    list.remove(at: index).fail(error)
                }
            }
            note(list.count, of: communicator)
        }
    }

    /// Looks for a message for a receive that blocks, after those that were begun before it.
    func match(_ pattern: Pattern, on communicator: Communicator) throws(MPIError) -> RawMessage? {
        look(on: communicator)
        let result: Result<RawMessage?, MPIError> = list.withLock { list in
            do throws(MPIError) {
                guard let message = try communicator.raw.immediateMatchedProbe(pattern) else {
                    return .success(nil)
                }
                guard let first = list.firstIndex(where: { $0.pattern.accepts(message.status) }) else {
                    return .success(message)
                }
                list.remove(at: first).take(message)
                note(list.count, of: communicator)
                return .success(nil)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

/// Looks for messages of immediate receives for as long as somebody is occupied otherwise.
final class Lookout: PendingOperation {
    private let hasEnded = Atomic(false)

    func advance() -> Bool {
        if hasEnded.load(ordering: .acquiring) { return true }
        UnmatchedReceives.lookEverywhere()
        return false
    }

    func end() { hasEnded.store(true, ordering: .releasing) }
}
