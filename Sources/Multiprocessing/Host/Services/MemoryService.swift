internal import Glibc

/// The name of a block of shared memory, which is taken away when the Host leaves, if nobody has done it before.
struct MemoryService: Service {
    private let name: BlockName

    init(name: String) { self.name = BlockName(name) }

    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox) {
        outbox.reply(to: request, .malformed)
    }

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) {}

    /// Unlinks when the service goes.
    private final class BlockName: Sendable {
        let name: String
        init(_ name: String) { self.name = name }
        deinit { shm_unlink("/" + name) }
    }
}
