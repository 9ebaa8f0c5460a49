internal import Synchronization

/// A send and a receive that are one operation: what came of it is what the receive has got.
final class PairOperation: RequestOperation {
    private let send: any RequestOperation
    private let receive: any RequestOperation

    let title: StaticString = "a send with a receive"

    init(_ send: any RequestOperation, _ receive: any RequestOperation) {
        self.send = send
        self.receive = receive
    }

    func advance() -> Bool {
        // Both, whether or not the first one has ended.
        let hasGone = send.advance()
        return receive.advance() && hasGone
    }

    func block() {
        receive.block()
        if receive.advance() { send.block() }
    }

    func completion() throws(MPIError) -> Completion {
        _ = try send.completion()
        return try receive.completion()
    }

    func withdraw() { receive.withdraw() }

    // A message that is arriving is waited for, unless the send does not come to an end either.
    func expire() -> Bool {
        if send.advance(), !receive.expire() { return false }
        abandon()
        return true
    }

    // The send goes on, since another rank counts on it.
    func cancel() throws(MPIError) -> Bool { try receive.cancel() }

    func abandon() {
        send.abandon()
        receive.abandon()
    }

    var isAbandoned: Bool { receive.isAbandoned }
}
