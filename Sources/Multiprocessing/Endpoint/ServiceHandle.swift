internal import MessageCoding
internal import Synchronization

/// Where a service is, for everything that users hold: queues, locks, shared values.
///
/// It travels to other processes. The service lasts as long as `withProcesses`, or, if no other process was given the
/// handle, as long as the handle.
final class ServiceHandle: Codable, Sendable {
    let address: Address
    /// The `withProcesses` that the service belongs to: in a later one, another service may have its address.
    private let epoch: UInt32
    /// Whether another process may know the service.
    private let isShared: Mutex<Bool>

    /// Has the Host of this process's rank make a service; the purpose is for the text of an error: `a queue`.
    init(making order: ServiceOrder, for purpose: String) throws {
        let endpoint = try Endpoint.required(for: purpose)
        address = try endpoint.makeService(order, for: purpose)
        epoch = endpoint.epoch
        isShared = Mutex(false)
    }

    deinit {
        guard !isShared.withLock({ $0 }), let endpoint = Endpoint.current, endpoint.epoch == epoch else {
            return
        }
        // Nobody else can know it. If the Host is gone, so is the service.
        try? endpoint.notify(
            endpoint.makeFrame(
                .removeService,
                to: .host(ofRank: Int(address.rank)),
                argument: UInt64(address.serial)
            )
        )
    }

    private struct Ticket: Codable {
        var address: Address
        var epoch: UInt32
    }

    /// The handle as it arrives in another process.
    init(from decoder: any Decoder) throws {
        let ticket = try decoder.singleValueContainer().decode(Ticket.self)
        (address, epoch) = (ticket.address, ticket.epoch)
        isShared = Mutex(true)
    }

    /// The handle on its way to another process.
    func encode(to encoder: any Encoder) throws {
        isShared.withLock { $0 = true }
        var container = encoder.singleValueContainer()
        try container.encode(Ticket(address: address, epoch: epoch))
    }

    /// Begins a request to the service; the purpose is for the text of an error: `putting into a queue`.
    func makeFrame(
        _ operation: Operation,
        argument: UInt64 = 0,
        timeout: Duration? = nil,
        for purpose: String
    ) throws(ProcessingError) -> (endpoint: Endpoint, frame: Frame) {
        let endpoint = try Endpoint.required(for: purpose, epoch: epoch)
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
