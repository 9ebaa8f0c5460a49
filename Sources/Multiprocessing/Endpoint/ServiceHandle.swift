internal import MessageCoding
internal import Synchronization

/// Where a service is, for everything that users hold: queues, locks, shared values.
///
/// It travels to other processes. The service lasts as long as the process that made it holds the handle, or a process or a job of a pool
/// runs that was given it; if it was sent in any other way, through a queue, a pipe or as a result, as long as `withProcesses`. See
/// `ServiceTenure`.
final class ServiceHandle: Codable, Sendable {
    let address: Address
    /// The `withProcesses` that the service belongs to: in a later one, another service may have its address.
    private let epoch: UInt32
    private let origin: Origin
    /// Whether the service is known to be kept for good.
    private let isKept: Atomic<Bool>

    private enum Origin {
        case made
        /// It came in what this process, or a job that it does, was given.
        case lent
        /// It came in some other way.
        case received
    }

    /// Has the Host of this process's rank make a service; the purpose is for the text of an error: `a queue`.
    init(making order: ServiceOrder, for purpose: String) throws {
        let endpoint = try Endpoint.required(for: purpose)
        address = try endpoint.makeService(order, hasTenure: true, for: purpose)
        epoch = endpoint.epoch
        origin = .made
        isKept = Atomic(false)
    }

    deinit {
        guard origin == .made, !isKept.load(ordering: .relaxed), let endpoint else { return }
        // If the Host is gone, so is the service.
        try? endpoint.notify(endpoint.makeFrame(.letGo, to: address))
    }

    /// The calling process's endpoint, if the service belongs to its `withProcesses`.
    private var endpoint: Endpoint? {
        guard let endpoint = Endpoint.current, endpoint.epoch == epoch else { return nil }
        return endpoint
    }

    /// Whether the `withProcesses` that the service belongs to is the current one.
    var isCurrent: Bool { endpoint != nil }

    // MARK: Travelling

    private struct Ticket: Codable {
        var address: Address
        var epoch: UInt32
        /// Whether the service lasts only as long as what the handle travels in is used.
        var isLent: Bool
    }

    /// The handle as it arrives in another process.
    init(from decoder: any Decoder) throws {
        let ticket = try decoder.singleValueContainer().decode(Ticket.self)
        (address, epoch) = (ticket.address, ticket.epoch)
        origin = ticket.isLent ? .lent : .received
        isKept = Atomic(!ticket.isLent)
    }

    /// The handle on its way to another process.
    func encode(to encoder: any Encoder) throws {
        let isLent = try lend()
        var container = encoder.singleValueContainer()
        try container.encode(Ticket(address: address, epoch: epoch, isLent: isLent))
    }

    /// Makes sure that the service is there when the handle arrives; returns whether for a while only.
    private func lend() throws -> Bool {
        // After the end of its `withProcesses` there is nothing to see to.
        guard !isKept.load(ordering: .relaxed), let endpoint else { return false }
        switch Departures.carriage(of: address) {
        case .unknown:
            try keep(endpoint)
            return false
        case .first:
            let passage = ServicePassage(
                service: address,
                token: ReservationToken.next(of: endpoint.address)
            )
            Departures.note(passage) {
                // If the Host is gone, so is the service.
                try? endpoint.notify(
                    endpoint.makeFrame(.closePassage, to: passage.service, argument: passage.token)
                )
            }
            try endpoint.notify(endpoint.makeFrame(.openPassage, to: address, argument: passage.token))
            return true
        case .further: return true
        }
    }

    /// Has the service kept for good.
    private func keep(_ endpoint: Endpoint) throws {
        let frame = endpoint.makeFrame(.keep, to: address)
        if origin == .made {
            try endpoint.notify(frame)
        } else {
            // What a job was lent is let go by its pool, which hears of the job's end on a way of its own: so it has to be certain
            // before. That the service is gone is for the one to find out who uses it.
            _ = try endpoint.call(frame)
        }
        isKept.store(true, ordering: .relaxed)
    }

    // MARK: Using

    /// Begins a request to the service; the purpose is for the text of an error: `putting into a queue`.
    func makeFrame(
        _ operation: Operation,
        argument: UInt64 = 0,
        timeout: Duration? = nil,
        reserving capacity: Int = 0,
        reusing memory: consuming [UInt8] = [],
        for purpose: String
    ) throws(ProcessingError) -> (endpoint: Endpoint, frame: Frame) {
        let endpoint = try Endpoint.required(for: purpose, epoch: epoch)
        let frame = endpoint.makeFrame(
            operation,
            to: address,
            argument: argument,
            timeout: Timeout(timeout),
            reserving: capacity,
            reusing: memory
        )
        return (endpoint, frame)
    }
}

extension Endpoint {
    /// Has the Host of this process's rank make a service, and returns where it is.
    ///
    /// It lasts as long as its handles say, if it has a tenure, or else until it ends by itself or is removed.
    func makeService(_ order: ServiceOrder, hasTenure: Bool = false, for purpose: String) throws -> Address {
        var frame = makeFrame(.createService, to: host, argument: hasTenure ? 1 : 0)
        try MessageEncoder().encode(order, appendingTo: &frame.bytes)
        let reply = try call(frame)
        try reply.checkOutcome(of: "making \(purpose)")
        return Address(rank: reply.source.rank, serial: UInt32(truncatingIfNeeded: reply.argument))
    }
}
