internal import CProcessSupport
internal import Glibc

/// Memory that a process and its Host share: a file without a name, whose descriptor travels to the process.
final class SharedMapping {
    let base: UnsafeMutableRawPointer
    let size: Int
    /// Of memory that was made here, until it is given away; else -1.
    private(set) var descriptor: Int32

    /// New memory full of zeros, in the Host.
    init(size: Int) throws(ProcessingError) {
        descriptor = cps_make_memory_file("swift-mpi-link", size)
        guard descriptor >= 0 else {
            throw ProcessingError(.resources, "cannot make shared memory: \(SystemError())")
        }
        guard let base = SharedMapping.map(descriptor, size) else {
            let error = SystemError()
            close(descriptor)
            throw ProcessingError(.resources, "cannot map shared memory: \(error)")
        }
        self.size = size
        self.base = base
    }

    /// The memory behind a descriptor, in the process; the descriptor is closed.
    init(takingOver descriptor: Int32) throws(ProcessingError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0,
            let base = SharedMapping.map(descriptor, Int(status.st_size))
        else {
            let error = SystemError()
            close(descriptor)
            throw ProcessingError(.resources, "cannot map shared memory: \(error)")
        }
        close(descriptor)
        self.descriptor = -1
        self.base = base
        size = Int(status.st_size)
    }

    /// The memory that another process of this machine has under a descriptor; `nil` if it is not to be had.
    convenience init?(_ ticket: LaneTicket) {
        let descriptor = open(
            "/proc/\(ticket.pid)/fd/\(ticket.descriptor)",
            O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        )
        guard descriptor >= 0 else { return nil }
        try? self.init(takingOver: descriptor)
    }

    private static func map(_ descriptor: Int32, _ size: Int) -> UnsafeMutableRawPointer? {
        let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        return base == MAP_FAILED ? nil : base
    }

    deinit {
        munmap(base, size)
        if descriptor >= 0 { close(descriptor) }
    }

    /// Gives the descriptor away; the mapping stays.
    func takeDescriptor() -> Int32 {
        defer { descriptor = -1 }
        return descriptor
    }
}
