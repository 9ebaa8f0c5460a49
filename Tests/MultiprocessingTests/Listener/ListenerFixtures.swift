import MessageCoding
import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// After which a wait has failed: long, since many tests share the few threads that run tasks.
let limit = Duration.seconds(240)
let sharedKey = AuthenticationKey("the key of the tests")

/// A path for a socket that nothing has used before.
func freshSocketPath() -> String { "/tmp/swift-mpi-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).socket" }

/// The addresses that a test tries, each of another kind.
func addressesOfEveryKind() -> [SocketAddress] {
    var addresses: [SocketAddress] = [
        .tcp(host: "127.0.0.1", port: 0), .tcp(host: "localhost", port: 0), .unix(path: freshSocketPath()),
        .abstract(name: "swift-mpi-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"),
    ]
    // Containers are often without IPv6.
    if let listener = try? Listener<Int>(at: .tcp(host: "::1", port: 0), key: nil) {
        listener.close()
        addresses.append(.tcp(host: "::1", port: 0))
    } else {
        print("no IPv6 here: not tested")
    }
    return addresses
}

/// Runs what blocks on a thread of its own, so that the few threads that run tasks stay free.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try NativeThread(name: "blocking") {
                continuation.resume(with: Swift.Result { try body() })
            }.detach()
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

/// Both ends of a connection.
func makeConnection<Message>(
    of type: Message.Type = Message.self,
    at address: SocketAddress = .tcp(host: "127.0.0.1", port: 0),
    maximumMessageSize: Int = 1 << 30
) throws -> (client: SocketConnection<Message>, server: SocketConnection<Message>) {
    let listener = try Listener<Message>(at: address, key: sharedKey, maximumMessageSize: maximumMessageSize)
    defer { listener.close() }
    let client = try Client<Message>.connect(to: listener.address, key: sharedKey, timeout: limit)
    return (client, try listener.accept(timeout: limit))
}

/// A peer without manners: it writes to the socket what it likes.
final class RawPeer: Sendable {
    let socket: SocketDescriptor

    /// Connects, and says nothing.
    init(to address: SocketAddress) throws {
        socket = try SocketConnector.connect(to: address, until: .now + limit)
    }

    /// Connects, and does the handshake of a client for messages of a type.
    convenience init<Message>(to address: SocketAddress, type: Message.Type) throws {
        try self.init(to: address)
        var exchange = HandshakeExchange(
            Handshake(
                role: .client,
                key: sharedKey,
                type: TypeFingerprint.of(type),
                maximumMessageSize: 1 << 30
            )
        )
        try socket.use { (descriptor) throws(ProcessingError) in
            while true {
                switch exchange.advance(over: descriptor) {
                case .waits(let readiness): _ = readiness.wait(for: descriptor, until: .now + limit)
                case .agreed: return
                default: throw ProcessingError(.transport, "the handshake failed")
                }
            }
        }
    }

    func write(_ bytes: [UInt8]) throws {
        try socket.use { _ = send($0, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Reads until the other end has closed the connection; returns false if it does not.
    func waitForEnd() throws -> Bool {
        try socket.use { descriptor in
            while SocketReadiness.input.wait(for: descriptor, until: .now + limit) {
                var bytes = [UInt8](repeating: 0, count: 1000)
                let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
                if count == 0 || (count < 0 && errno == ECONNRESET) { return true }
            }
            return false
        }
    }
}
