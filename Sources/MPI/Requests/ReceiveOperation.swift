internal import Synchronization

/// An immediate receive.
///
/// A receive of a value looks for its message itself, since the length is not known before; it then receives the message into
/// memory of that length. A receive of a buffer leaves both to the library.
final class ReceiveOperation: PendingOperation {
    enum State {
        case matching
        /// The message is on its way into the memory; it is dropped then if the receive has been given up.
        case receiving(RawRequest, RequestMemory, isGivenUp: Bool)
        case ended(Result<Received, MPIError>)
        /// Given up before a message was received.
        case withdrawn
    }

    /// A message that has arrived.
    struct Received: Sendable {
        let status: Status
        let memory: RequestMemory

        /// The bytes of the message.
        var bytes: UnsafeMutableRawBufferPointer {
            UnsafeMutableRawBufferPointer(start: memory.address, count: status.byteCount)
        }
    }

    private let state: Mutex<State>
    let pattern: Pattern
    private let communicator: Communicator

    /// Makes a receive of a message of any length.
    init(matching pattern: Pattern, on communicator: Communicator) {
        state = Mutex(.matching)
        self.pattern = pattern
        self.communicator = communicator
    }

    /// Makes a receive that the library has begun.
    init(_ request: RawRequest, into memory: RequestMemory, _ pattern: Pattern, on communicator: Communicator)
    {
        state = Mutex(.receiving(request, memory, isGivenUp: false))
        self.pattern = pattern
        self.communicator = communicator
    }

    /// Takes a message that was found for it.
    func take(_ message: RawMessage) {
        state.withLock { state in
            let memory = RawRequestMemory(byteCount: message.status.byteCount)
            do throws(MPIError) {
                let request = try message.immediateReceive(memory.address, memory.byteCount, .byte)
                state = .receiving(request, memory, isGivenUp: false)
            } catch {
                state = .ended(.failure(error))
            }
        }
    }

    /// Ends a receive that no message has been found for.
    func fail(_ error: MPIError) {
        state.withLock { $0 = .ended(.failure(error)) }
    }

    private var isMatching: Bool {
        state.withLock { if case .matching = $0 { true } else { false } }
    }

    func advance() -> Bool {
        if isMatching { communicator.unmatchedReceives.look(on: communicator) }
        return state.withLock { state in
            switch state {
            case .matching: return false
            case .ended, .withdrawn: return true
            case .receiving(var request, let memory, let isGivenUp):
                do throws(MPIError) {
                    guard let status = try request.test() else {
                        state = .receiving(request, memory, isGivenUp: isGivenUp)
                        return false
                    }
                    state = isGivenUp ? .withdrawn : .ended(.success(Received(status: status, memory: memory)))
                } catch {
                    state = isGivenUp ? .withdrawn : .ended(.failure(error))
                }
                return true
            }
        }
    }

    /// Waits in the library for a message that is on its way. A message that has not been found yet has to be looked for.
    func waitForArrival() {
        state.withLock { state in
            guard case .receiving(var request, let memory, isGivenUp: false) = state else { return }
            do throws(MPIError) {
                let status = try request.wait()
                state = .ended(.success(Received(status: status, memory: memory)))
            } catch {
                state = .ended(.failure(error))
            }
        }
    }

    /// What was received. To be asked for when it has ended.
    func result() throws(MPIError) -> Received {
        let outcome: Result<Received, MPIError> = state.withLock { state in
            if case .ended(let outcome) = state { return outcome }
            return .failure(MPIError(.request, call: "MPI_Wait", text: "the receive was given up"))
        }
        return try outcome.get()
    }

    /// Whether the receive was given up before a message was received.
    var isGivenUp: Bool {
        state.withLock { state in
            switch state {
            case .withdrawn, .receiving(_, _, isGivenUp: true): true
            default: false
            }
        }
    }

    /// Gives the receive up.
    ///
    /// A message that it has already found is received and dropped.
    func withdraw() {
        communicator.unmatchedReceives.remove(self)
        let remains: Bool = state.withLock { state in
            switch state {
            case .ended, .withdrawn: return false
            case .matching:
                state = .ended(
                    .failure(MPIError(.timedOut, call: "MPI_Cancel", text: "the receive was given up"))
                )
                return false
            case .receiving(_, _, isGivenUp: true): return false
            case .receiving(var request, let memory, _):
                // The library ends the request soon, one way or the other; until then it needs the memory.
                _ = try? { () throws(MPIError) in try request.cancel() }()
                state = .receiving(request, memory, isGivenUp: true)
                return true
            }
        }
        if remains, !advance() { ParkedRequests.park(self) }
    }
}

/// The immediate receives of values on one communicator that have found no message yet, in the order they were begun.
///
/// MPI gives a message to the receive that was begun first. To keep to that, whoever looks for a message for one of these
/// looks for all of them.
final class UnmatchedReceives: Sendable {
    private let list = Mutex<[ReceiveOperation]>([])
    private let count = Atomic<Int>(0)

    /// Whether there are any.
    @inline(__always)
    var isEmpty: Bool { count.load(ordering: .relaxed) == 0 }

    func add(_ operation: ReceiveOperation) {
        list.withLock { list in
            list.append(operation)
            count.store(list.count, ordering: .relaxed)
        }
    }

    func remove(_ operation: ReceiveOperation) {
        list.withLock { list in
            list.removeAll { $0 === operation }
            count.store(list.count, ordering: .relaxed)
        }
    }

    /// Looks for messages for all of them.
    func look(on communicator: Communicator) {
        list.withLock { list in
            var index = 0
            while index < list.count {
                let operation = list[index]
                do throws(MPIError) {
                    guard let message = try communicator.raw.immediateMatchedProbe(operation.pattern) else {
                        index += 1
                        continue
                    }
                    // It may have arrived after an earlier receive that accepts it was looked at.
                    let first = list.firstIndex { $0.pattern.accepts(message.status) } ?? index
                    list.remove(at: first).take(message)
                    if first == index { continue }
                } catch {
                    list.remove(at: index).fail(error)
                }
            }
            count.store(list.count, ordering: .relaxed)
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
                count.store(list.count, ordering: .relaxed)
                return .success(nil)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
