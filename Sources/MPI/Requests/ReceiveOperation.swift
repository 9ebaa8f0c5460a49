internal import Synchronization

/// An immediate receive.
///
/// It looks for its message itself, so that it can provide memory of the right length; the library could only be given memory of some
/// length, and at least one of them writes beyond its end when the message is longer. From then on the library receives the message.
final class ReceiveOperation: RequestOperation {
    private enum State {
        case matching
        /// The message is on its way into the memory; it is dropped then if the receive has been given up.
        case receiving(RawRequest, RequestMemory, isGivenUp: Bool)
        case ended(Result<Completion, MPIError>)
        /// Given up before a message was received.
        case withdrawn
    }

    private let state = Mutex(State.matching)
    let pattern: Pattern
    private let communicator: Communicator
    private let makeMemory: @Sendable (Int) -> RequestMemory
    private let layout: ReceiveLayout?

    /// Begins a receive.
    ///
    /// The closure provides memory for a message of a number of bytes. A message that fits into a layout is received by that instead.
    init(
        _ pattern: Pattern,
        on communicator: Communicator,
        layout: ReceiveLayout? = nil,
        memory: @escaping @Sendable (Int) -> RequestMemory
    ) {
        self.pattern = pattern
        self.communicator = communicator
        self.layout = layout
        makeMemory = memory
        communicator.unmatchedReceives.add(self, of: communicator)
    }

    /// Takes a message that was found for it.
    func take(_ message: RawMessage) {
        state.withLock { state in
            do throws(MPIError) {
                if let layout, message.status.byteCount <= layout.capacity {
                    let request = try message.immediateReceive(
                        layout.memory.address.map { $0 + layout.start },
                        layout.count,
                        layout.datatype.raw
                    )
                    state = .receiving(request, layout.memory, isGivenUp: false)
                    return
                }
                let memory = makeMemory(message.status.byteCount)
                let request = try message.immediateReceive(memory.address, message.status.byteCount, .byte)
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
                    state =
                        isGivenUp ? .withdrawn : .ended(.success(Completion(status: status, memory: memory)))
                } catch {
                    state = isGivenUp ? .withdrawn : .ended(.failure(error))
                }
                return true
            }
        }
    }

    var title: StaticString { "a receive" }

    // A message that has not been found yet has to be looked for.
    func block() {
        state.withLock { state in
            guard case .receiving(var request, let memory, isGivenUp: false) = state else { return }
            do throws(MPIError) {
                let status = try request.wait()
                state = .ended(.success(Completion(status: status, memory: memory)))
            } catch {
                state = .ended(.failure(error))
            }
        }
    }

    func completion() throws(MPIError) -> Completion {
        let outcome: Result<Completion, MPIError> = state.withLock { state in
            if case .ended(let outcome) = state { return outcome }
            return .failure(MPIError(.request, call: "MPI_Wait", text: "the receive was given up"))
        }
        return try outcome.get()
    }

    var isAbandoned: Bool {
        state.withLock { state in
            switch state {
            case .withdrawn, .receiving(_, _, isGivenUp: true): true
            default: false
            }
        }
    }

    // A message that it has already found would be lost to the receives that come later.
    func withdraw() { _ = expire() }

    func expire() -> Bool {
        communicator.unmatchedReceives.remove(self, of: communicator)
        return state.withLock { state in
            switch state {
            case .ended, .receiving: return false
            case .matching:
                state = .withdrawn
                return true
            case .withdrawn: return true
            }
        }
    }

    func cancel() -> Bool { !advance() && expire() }

    // Nobody wants it any more: a message that it has already found is received and dropped.
    func abandon() {
        withdraw()
        let remains: Bool = state.withLock { state in
            guard case .receiving(let request, let memory, isGivenUp: false) = state else { return false }
            state = .receiving(request, memory, isGivenUp: true)
            return true
        }
        if remains, !advance() { ParkedRequests.park(self) }
    }
}

/// Where a pattern lies in an array that is received into.
struct ReceiveLayout: Sendable {
    let memory: RequestMemory
    /// Where it begins, in bytes.
    let start: Int
    let count: Int
    let datatype: DerivedDatatype
    /// How many bytes the longest message has that fits.
    let capacity: Int
}
