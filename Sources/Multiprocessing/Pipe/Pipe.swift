/// Two connected ends through which two processes send each other messages.
///
/// ```swift
/// let (left, right) = try Pipe<String>().ends
/// try Process { try right.send("hello") }.start()
/// print(try left.receive())
/// ```
/// As `multiprocessing.Pipe` in Python.
public struct Pipe<Message: Codable & Sendable>: Sendable {
    /// One end.
    ///
    /// Of a pipe that is not duplex, the one that receives.
    public let left: Connection<Message>
    /// The other end.
    ///
    /// Of a pipe that is not duplex, the one that sends.
    public let right: Connection<Message>

    /// Both ends.
    public var ends: (left: Connection<Message>, right: Connection<Message>) { (left, right) }

    /// Makes a pipe.
    ///
    /// - Parameter duplex: Whether both ends can send; else only the right one can, and only the left one can receive.
    /// - Throws: `ProcessingError` outside of `withProcesses`.
    public init(duplex: Bool = true) throws {
        let endpoint = try Endpoint.required(for: "a pipe")
        let address = try endpoint.makeService(.pipe(isDuplex: duplex), for: "a pipe")
        left = Connection(
            pipe: address,
            epoch: endpoint.epoch,
            end: 1,
            canSend: duplex,
            canReceive: true
        )
        right = Connection(
            pipe: address,
            epoch: endpoint.epoch,
            end: 0,
            canSend: true,
            canReceive: duplex
        )
    }
}
