internal import Glibc

/// A handshake over a socket, as far as it comes without waiting.
struct HandshakeExchange {
    /// How far it has come.
    enum Step {
        case waits(SocketReadiness)
        case agreed(peerMaximum: Int)
        case refused(Handshake.Refusal)
        /// The other end went away.
        case ended
    }

    private var handshake: Handshake
    private var output: [UInt8] = []

    init(_ handshake: Handshake) { self.handshake = handshake }

    /// Goes on as far as the socket allows.
    mutating func advance(over descriptor: Int32) -> Step {
        while true {
            output += handshake.takeOutput()
            if let obstacle = flush(to: descriptor) {
                // Whom it is refused may go without the reason.
                if case .refused(let refusal) = handshake.progress { return .refused(refusal) }
                return obstacle
            }
            switch handshake.progress {
            case .agreed(let peerMaximum): return .agreed(peerMaximum: peerMaximum)
            case .refused(let refusal): return .refused(refusal)
            case .needs(let count):
                // No more than is asked for: what follows are messages.
                var bytes = [UInt8](repeating: 0, count: count)
                let received = recv(descriptor, &bytes, count, Int32(MSG_DONTWAIT))
                if received < 0, errno == EINTR { continue }
                if received < 0, errno == EAGAIN { return .waits(.input) }
                guard received > 0 else { return .ended }
                handshake.receive(bytes.prefix(received))
            }
        }
    }

    /// Sends the output; returns what is in the way.
    private mutating func flush(to descriptor: Int32) -> Step? {
        while !output.isEmpty {
            let count = send(descriptor, output, output.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return .waits(.room) }
            guard count > 0 else { return .ended }
            output.removeFirst(count)
        }
        return nil
    }
}
