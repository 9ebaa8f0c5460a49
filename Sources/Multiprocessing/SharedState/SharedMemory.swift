internal import CProcessSupport
internal import Glibc
internal import Synchronization

/// A named block of memory that the processes of one machine share.
///
/// ```swift
/// let block = try SharedMemory(count: 1_000_000, of: Double.self)
/// let process = Process {
///     try block.withElements(of: Double.self) { numbers in numbers[0] = 3.14 }
/// }
/// ```
/// This is the one place where memory really is shared, and nothing keeps two processes from using it at the same time: guard it with a
/// `Lock`, or let each process have a part of its own. What other processes are given is the name; a process on another machine gets an
/// error when it takes it up. The memory is zero at first. It lasts until it is unlinked, or `withProcesses` ends,
/// also if the program is killed.
///
/// As `multiprocessing.shared_memory.SharedMemory` in Python, whose blocks can be attached to by name as well.
public final class SharedMemory: Codable, Sendable {
    /// The name by which other programs of this machine can attach to it, without the slash that it begins with in the system.
    public let name: String
    /// The size in bytes.
    public let byteCount: Int
    private let host: String
    /// What takes the name away at the end; `nil` for a block that was found by its name.
    private let keeper: Keeper?
    private let mapping: Mutex<UInt?>

    // MARK: Making and finding

    /// Makes a block.
    ///
    /// - Parameters:
    ///   - name: A name that no other block of this machine has; by default one that is unique.
    ///   - byteCount: Its size in bytes, more than zero.
    /// - Throws: `ProcessingError` of kind `misuse` for a size or a name that cannot be, `resources` when the name is taken
    ///   or the system gives no memory, `noScope` outside of `withProcesses`.
    public init(name: String? = nil, byteCount: Int) throws {
        guard byteCount > 0 else {
            throw ProcessingError(.misuse, "a block of shared memory cannot have \(byteCount) bytes")
        }
        let endpoint = try Endpoint.required(for: "shared memory")
        let name = name ?? SharedMemory.makeUniqueName()
        try SharedMemory.check(name)
        let descriptor = cps_open_shared_memory("/" + name, byteCount, 1)
        guard descriptor >= 0 else {
            throw ProcessingError(.resources, "cannot make shared memory '\(name)': \(SystemError())")
        }
        defer { Glibc.close(descriptor) }
        do {
            mapping = Mutex(try SharedMemory.map(descriptor, byteCount))
            var status = stat()
            guard fstat(descriptor, &status) == 0 else {
                throw ProcessingError(.resources, "cannot look at shared memory '\(name)': \(SystemError())")
            }
            // From now on the Host sees to it that the block does not outlive the program.
            let order = ServiceOrder.memory(name: name, inode: UInt64(status.st_ino))
            keeper = Keeper(
                address: try endpoint.makeService(order, for: "shared memory"),
                epoch: endpoint.epoch
            )
        } catch {
            shm_unlink("/" + name)
            throw error
        }
        self.name = name
        self.byteCount = byteCount
        host = HostName.current
    }

    /// Makes a block that has room for elements.
    ///
    /// - Parameters:
    ///   - name: A name that no other block of this machine has; by default one that is unique.
    ///   - count: How many elements, more than zero.
    ///   - type: Their type, without references.
    /// - Throws: As `init(name:byteCount:)` does.
    public convenience init<Element: BitwiseCopyable>(name: String? = nil, count: Int, of type: Element.Type)
        throws
    {
        let (byteCount, hasOverflowed) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        try self.init(name: name, byteCount: hasOverflowed ? -1 : byteCount)
    }

    /// Attaches to a block that exists, perhaps one of another program.
    ///
    /// It is not unlinked when `withProcesses` ends.
    ///
    /// - Parameter name: Its name.
    /// - Throws: `ProcessingError` of kind `notFound` when there is none of that name on this machine, `resources` when it
    ///   cannot be mapped.
    public init(attachingTo name: String) throws {
        let (address, byteCount) = try SharedMemory.attach(name)
        mapping = Mutex(address)
        self.byteCount = byteCount
        self.name = name
        host = HostName.current
        keeper = nil
    }

    private static func attach(_ name: String) throws -> (address: UInt, byteCount: Int) {
        try check(name)
        let descriptor = cps_open_shared_memory("/" + name, 0, 0)
        guard descriptor >= 0 else {
            throw ProcessingError(.notFound, "there is no shared memory '\(name)' here: \(SystemError())")
        }
        defer { Glibc.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else {
            throw ProcessingError(.resources, "the shared memory '\(name)' has no size")
        }
        return (try map(descriptor, Int(status.st_size)), Int(status.st_size))
    }

    private static func check(_ name: String) throws {
        guard !name.isEmpty, name.utf8.count < 250, !name.utf8.contains(UInt8(ascii: "/")),
            !name.utf8.contains(0)
        else { throw ProcessingError(.misuse, "'\(name)' cannot be the name of shared memory") }
    }

    private static func map(_ descriptor: Int32, _ byteCount: Int) throws -> UInt {
        let address = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let address, address != MAP_FAILED else {
            throw ProcessingError(.resources, "cannot map shared memory: \(SystemError())")
        }
        return UInt(bitPattern: address)
    }

    private static let lastNumber = Mutex(0)

    private static func makeUniqueName() -> String {
        let number = lastNumber.withLock { number in
            number += 1
            return number
        }
        return "swift-mpi.\(getpid()).\(number)"
    }

    deinit { close() }

    // MARK: Travelling

    private enum CodingKeys: CodingKey { case name, host, keeper }

    /// The service that takes the name away at the end of the `withProcesses` that it belongs to.
    private struct Keeper: Codable {
        var address: Address
        var epoch: UInt32
    }

    /// The block as it arrives in another process of the same machine.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        host = try container.decode(String.self, forKey: .host)
        keeper = try container.decodeIfPresent(Keeper.self, forKey: .keeper)
        guard host == HostName.current else {
            throw ProcessingError(
                .notFound,
                "the shared memory '\(name)' is on \(host), and this process on \(HostName.current): start the process on a rank of \(host), or send the contents"
            )
        }
        let (address, byteCount) = try SharedMemory.attach(name)
        mapping = Mutex(address)
        self.byteCount = byteCount
    }

    /// The block on its way to another process.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(host, forKey: .host)
        try container.encodeIfPresent(keeper, forKey: .keeper)
    }

    // MARK: Access

    /// Calls a closure with the memory.
    ///
    /// - Parameter body: What to do with it. Other processes can change it meanwhile.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws; `ProcessingError` of kind `closed` after `close`.
    public func withBytes<Result>(_ body: (inout MutableRawSpan) throws -> Result) throws -> Result {
        try withMemory { memory in
            var span = MutableRawSpan(_unsafeBytes: memory)
            return try body(&span)
        }
    }

    /// Calls a closure with the memory as elements of one type, as many as fit.
    ///
    /// - Parameters:
    ///   - type: A type without references, whose every bit pattern is a value, as numbers are.
    ///   - body: What to do with them. Other processes can change them meanwhile.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws; `ProcessingError` of kind `closed` after `close`.
    public func withElements<Element: BitwiseCopyable, Result>(
        of type: Element.Type,
        _ body: (inout MutableSpan<Element>) throws -> Result
    ) throws -> Result {
        try withMemory { memory in
            let elements = UnsafeMutableRawBufferPointer(
                rebasing: memory[..<(memory.count - memory.count % MemoryLayout<Element>.stride)]
            ).bindMemory(to: type)
            var span = MutableSpan(_unsafeElements: elements)
            return try body(&span)
        }
    }

    private func withMemory<Result>(_ body: (UnsafeMutableRawBufferPointer) throws -> Result) throws -> Result
    {
        let address = mapping.withLock { $0 }
        guard let address, let base = UnsafeMutableRawPointer(bitPattern: address) else {
            throw ProcessingError(.closed, "using shared memory: it is closed")
        }
        // Not unmapped meanwhile: that happens only when nobody holds this object, or by `close`.
        return try withExtendedLifetime(self) {
            try body(UnsafeMutableRawBufferPointer(start: base, count: byteCount))
        }
    }

    // MARK: The end

    /// Lets go of the memory in this process.
    ///
    /// The block stays. It must not be called while another thread of this process uses the memory.
    ///
    /// As `SharedMemory.close` in Python.
    public func close() {
        let address = mapping.withLock { $0.take() }
        if let address { munmap(UnsafeMutableRawPointer(bitPattern: address), byteCount) }
    }

    /// Takes the name away: nobody can attach to the block any more, and its memory is given back when the last process
    /// has let go of it.
    ///
    /// As `SharedMemory.unlink` in Python.
    public func unlink() {
        shm_unlink("/" + name)
        guard let keeper, let endpoint = Endpoint.current, endpoint.epoch == keeper.epoch else { return }
        // There is nothing left to be done at the end. If the Host is gone, so is the service.
        try? endpoint.notify(
            endpoint.makeFrame(
                .removeService,
                to: .host(ofRank: Int(keeper.address.rank)),
                argument: UInt64(keeper.address.serial)
            )
        )
    }
}
