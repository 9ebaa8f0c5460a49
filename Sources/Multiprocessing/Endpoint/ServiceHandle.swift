internal import MessageCoding
internal import Synchronization

/// Where a service is, for everything that users hold: queues, locks, shared values.
///
/// It travels to other processes. The service lasts as long as `withProcesses`, or, if no other process was given the
/// handle, as long as the handle.
final class ServiceHandle: Codable, Sendable {
    let address: Address
    /// Whether another process may know the service.
    private let isShared: Mutex<Bool>

    /// Has the Host of this process's rank make a service; the purpose is for the text of an error: `a queue`.
    init(making order: ServiceOrder, for purpose: String) throws {
        let endpoint = try Endpoint.required(for: purpose)
        address = try endpoint.makeService(order, for: purpose)
        isShared = Mutex(false)
    }

    deinit {
        guard !isShared.withLock({ $0 }), let endpoint = Endpoint.current else { return }
        // Nobody else can know it. If the Host is gone, so is the service.
        try? endpoint.notify(
            endpoint.makeFrame(
                .removeService,
                to: .host(ofRank: Int(address.rank)),
                argument: UInt64(address.serial)
            )
        )
    }

    /// The handle as it arrives in another process.
    init(from decoder: any Decoder) throws {
        address = try decoder.singleValueContainer().decode(Address.self)
        isShared = Mutex(true)
    }

    /// The handle on its way to another process.
    func encode(to encoder: any Encoder) throws {
        isShared.withLock { $0 = true }
        var container = encoder.singleValueContainer()
        try container.encode(address)
    }

    /// Begins a request to the service; the purpose is for the text of an error: `putting into a queue`.
    func makeFrame(
        _ operation: Operation,
        argument: UInt64 = 0,
        timeout: Duration? = nil,
        for purpose: String
    ) throws(ProcessingError) -> (endpoint: Endpoint, frame: Frame) {
        let endpoint = try Endpoint.required(for: purpose)
        let frame = endpoint.makeFrame(operation, to: address, argument: argument, timeout: Timeout(timeout))
        return (endpoint, frame)
    }
}

extension Endpoint {
    /// Has the Host of this process's rank make a service, and returns where it is.
    func makeService(_ order: ServiceOrder, for purpose: String) throws -> Address {
        var frame = makeFrame(.createService, to: host)
        try MessageEncoder().encode(order, appendingTo: &frame.bytes)
        let reply = try call(frame)
        try reply.checkOutcome(of: "making \(purpose)")
        return Address(rank: reply.source.rank, serial: UInt32(truncatingIfNeeded: reply.argument))
    }
}
