/// Which service a Host is asked to make.
///
/// A pool has an order of its own, since it starts processes.
enum ServiceOrder: Codable, Sendable {
    case queue(capacity: Int?)
    case pipe(isDuplex: Bool)
    case result

    /// The service, made for the process or main program at that address.
    func makeService(for maker: Address) -> any Service {
        switch self {
        case .queue(let capacity): QueueService(capacity: capacity)
        case .pipe(let isDuplex): PipeService(maker: maker, isDuplex: isDuplex)
        case .result: ResultService()
        }
    }
}
