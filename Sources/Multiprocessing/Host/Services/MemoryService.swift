internal import CProcessSupport
internal import Glibc

/// The name of a block of shared memory, which is taken away when the Host leaves, if nobody has done it before.
struct MemoryService: Service {
    private let block: Block

    /// - Parameters:
    ///   - name: The block's name.
    ///   - inode: By it, the block is known from a later one of that name.
    init(name: String, inode: UInt64) { block = Block(name, inode) }

    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox) {
        outbox.reply(to: request, .malformed)
    }

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) {}

    /// Unlinks when the service goes.
    private final class Block: Sendable {
        let name: String
        let inode: UInt64

        init(_ name: String, _ inode: UInt64) {
            self.name = name
            self.inode = inode
        }

        deinit {
            let descriptor = cps_open_shared_memory("/" + name, 0, 0)
            guard descriptor >= 0 else { return }
            defer { close(descriptor) }
            var status = stat()
            // Whoever unlinked the block may have made another one of its name since, and this is not that one's service.
            if fstat(descriptor, &status) == 0, UInt64(status.st_ino) == inode { shm_unlink("/" + name) }
        }
    }
}
