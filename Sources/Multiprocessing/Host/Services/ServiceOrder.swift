/// Which service a Host is asked to make.
///
/// A pool has an order of its own, since it starts processes.
enum ServiceOrder: Codable, Sendable {
    case queue(capacity: Int?)
    case pipe(isDuplex: Bool)
    /// A store of encoded elements in order, or of values by keys.
    case list([[UInt8]])
    case dictionary(keys: [[UInt8]], values: [[UInt8]])
    case memory(name: String, inode: UInt64)
    case socketFile(SocketFile)
    case lock(isReentrant: Bool)
    case semaphore(value: Int, isBounded: Bool)
    case event
    case barrier(parties: Int)
    case result

    /// The service, made for the process or main program at that address.
    func makeService(for maker: Address, lendingAt desk: LoanDesk, _ lanes: LaneSupply) -> any Service {
        switch self {
        case .queue(let capacity): QueueService(capacity: capacity, desk: desk, lanes: lanes)
        case .pipe(let isDuplex): PipeService(maker: maker, isDuplex: isDuplex, desk: desk, lanes: lanes)
        case .list(let elements): StoreService(.list(ListStore(elements)))
        case .dictionary(let keys, let values):
            StoreService(.dictionary(DictionaryStore(keys: keys, values: values)))
        case .memory(let name, let inode): MemoryService(name: name, inode: inode)
        case .socketFile(let file): SocketFileService(owner: maker, file: file)
        case .lock(let isReentrant): LockService(isReentrant: isReentrant)
        case .semaphore(let value, let isBounded): SemaphoreService(value: value, isBounded: isBounded)
        case .event: EventService()
        case .barrier(let parties): BarrierService(parties: parties)
        case .result: ResultService()
        }
    }

    /// What would stay behind in the system if the rank were killed.
    var leftover: Leftover? {
        switch self {
        case .memory(let name, _): .memory(name: name)
        case .socketFile(let file): .socketFile(file)
        default: nil
        }
    }
}
