internal import Synchronization

/// A message that is sent part by part, as the threads that make the parts get ready.
///
/// ```swift
/// let halo = try world.makePartitionedSend(partitions: 4, count: 1000, of: Double.self, to: right)
/// for step in 0..<steps {
///     try halo.start()
///     // Each from any thread.
///     for part in 0..<4 { try halo.fill(part) { compute(&$0) } }
///     try halo.wait()
/// }
/// ```
/// The receiver needs a ``PartitionedReceive``; the two find each other in the order in which they were made.
///
/// `MPI_Psend_init` (MPI 4.0 §4.2.1); the library must have it
public final class PartitionedSend<Element: BufferElement>: @unchecked Sendable {
    // A part of the memory is touched by who fills it, until it is ready, and by the library from then on: hence the unchecked conformance.
    private let operation: PersistentOperation
    private let memory: RequestMemory
    private let parts: Partition
    private let isReady: Mutex<[Bool]>

    init(_ operation: PersistentOperation, _ memory: RequestMemory, _ parts: Partition) {
        self.operation = operation
        self.memory = memory
        self.parts = parts
        // Nothing is to be filled before the start.
        isReady = Mutex([Bool](repeating: true, count: parts.count))
    }

    /// Begins to send; nothing goes before a part is ready.
    ///
    /// - Throws: `MPIError` of class `request` if it is under way already, or what the MPI library reports.
    ///
    /// `MPI_Start` (MPI 3.1 §3.9)
    public func start() throws(MPIError) {
        try operation.start()
        isReady.withLock { for part in $0.indices { $0[part] = false } }
    }

    /// Fills a part, and sends it; any thread may do so.
    ///
    /// - Parameters:
    ///   - partition: The number of the part, from 0.
    ///   - body: Writes the elements of the part.
    /// - Throws: `MPIError` of class `argument` if there is no such part, of class `request` if it is ready already, or nothing was started;
    ///   what the body throws, and then the part is not sent, and may be filled again.
    ///
    /// `MPI_Pready` (MPI 4.0 §4.2.2)
    public func fill(_ partition: Int, _ body: (inout MutableSpan<Element>) throws -> Void) throws {
        let range = try parts.range(of: partition)
        let wasReady = isReady.withLock { ready in
            defer { ready[partition] = true }
            return ready[partition]
        }
        guard !wasReady else {
            throw MPIError(
                .request,
                call: "MPI_Pready",
                text: "part \(partition) is on its way already, or nothing was started"
            )
        }
        do {
            var span = MutableSpan<Element>(_unsafeElements: memory.elements(range))
            try body(&span)
            try operation.withRequest { (request) throws(MPIError) in try request.ready(Int32(partition)) }
        } catch {
            isReady.withLock { $0[partition] = false }
            throw error
        }
    }

    /// Waits until all parts have gone.
    ///
    /// - Parameter timeout: How long to wait at most; for ever, if omitted.
    /// - Throws: `MPIError` of class `request` if a part was not filled, which would take for ever; of class `timedOut` if the time is up.
    ///
    /// Blocking · `MPI_Wait` (MPI 3.1 §3.7.3)
    public func wait(timeout: Duration? = nil) throws(MPIError) {
        if let missing = isReady.withLock({ $0.firstIndex(of: false) }) {
            throw MPIError(.request, call: "MPI_Wait", text: "part \(missing) has not been filled")
        }
        _ = try operation.wait(within: timeout)
    }

    deinit { operation.abandon() }
}

/// A message that arrives part by part.
///
/// `MPI_Precv_init` (MPI 4.0 §4.2.3); the library must have it
public final class PartitionedReceive<Element: BufferElement>: @unchecked Sendable {
    // A part of the memory is read when it has arrived only: hence the unchecked conformance.
    private let operation: PersistentOperation
    private let memory: RequestMemory
    private let parts: Partition

    init(_ operation: PersistentOperation, _ memory: RequestMemory, _ parts: Partition) {
        self.operation = operation
        self.memory = memory
        self.parts = parts
    }

    /// Begins to receive.
    ///
    /// - Throws: `MPIError` of class `request` if it is under way already, or what the MPI library reports.
    ///
    /// `MPI_Start` (MPI 3.1 §3.9)
    public func start() throws(MPIError) { try operation.start() }

    /// Whether a part has arrived; true if nothing is under way.
    ///
    /// - Parameter partition: The number of the part, from 0.
    /// - Returns: Whether it is there.
    /// - Throws: `MPIError` of class `argument` if there is no such part, or what the MPI library reports.
    ///
    /// `MPI_Parrived` (MPI 4.0 §4.2.4)
    public func hasArrived(_ partition: Int) throws(MPIError) -> Bool {
        _ = try parts.range(of: partition)
        if operation.advance() { return true }
        return try operation.withRequest { (request) throws(MPIError) in
            try request.hasArrived(Int32(partition))
        }
    }

    /// A copy of a part that has arrived.
    ///
    /// - Parameter partition: The number of the part, from 0.
    /// - Returns: Its elements.
    /// - Throws: `MPIError` of class `argument` if there is no such part, of class `request` if it has not arrived.
    public func elements(of partition: Int) throws(MPIError) -> [Element] {
        guard try hasArrived(partition) else {
            throw MPIError(.request, call: "MPI_Parrived", text: "part \(partition) has not arrived")
        }
        return Array(memory.elements(try parts.range(of: partition)))
    }

    /// Waits until all parts have arrived.
    ///
    /// - Parameter timeout: How long to wait at most; for ever, if omitted.
    /// - Returns: All elements.
    /// - Throws: `MPIError` of class `timedOut` if the time is up, or what the MPI library reports.
    ///
    /// Blocking · `MPI_Wait` (MPI 3.1 §3.7.3)
    @discardableResult
    public func wait(timeout: Duration? = nil) throws(MPIError) -> [Element] {
        _ = try operation.wait(within: timeout)
        return Array(memory.elements(0..<(parts.count * parts.length)))
    }

    deinit { operation.abandon() }
}

/// How a message is cut into parts of equal lengths.
struct Partition: Sendable, Hashable {
    let count: Int
    /// The number of elements of each.
    let length: Int

    /// Checks the numbers.
    init(count: Int, length: Int, stride: Int, _ name: StaticString) throws(MPIError) {
        guard count > 0, Int32(exactly: count) != nil, length >= 0,
            !count.multipliedReportingOverflow(by: length).overflow,
            !(count * length).multipliedReportingOverflow(by: stride).overflow
        else {
            throw MPIError(.count, call: name, text: "\(count) parts of \(length) elements make no message")
        }
        self.count = count
        self.length = length
    }

    /// Where a part lies.
    func range(of part: Int) throws(MPIError) -> Range<Int> {
        guard (0..<count).contains(part) else {
            throw MPIError(
                .argument,
                call: "MPI_Pready",
                text: "there is no part \(part) of \(count), which are counted from 0"
            )
        }
        return (part * length)..<((part + 1) * length)
    }
}

extension RequestMemory {
    fileprivate func elements<Element: BufferElement>(_ range: Range<Int>) -> UnsafeMutableBufferPointer<
        Element
    > {
        let elements = UnsafeMutableBufferPointer(
            rebasing: UnsafeMutableRawBufferPointer(start: address, count: byteCount)
                .assumingMemoryBound(to: Element.self)[range]
        )
        Element.settle(UnsafeMutableRawBufferPointer(elements))
        return elements
    }
}

extension Communicator {
    /// Describes a message that is sent part by part, again and again.
    ///
    /// - Parameters:
    ///   - partitions: The number of parts.
    ///   - count: The number of elements of each part.
    ///   - type: The type of the elements.
    ///   - rank: The rank to send to.
    ///   - tag: A number by which the receiver can tell messages apart.
    /// - Returns: The send, to be started.
    /// - Throws: `MPIError` of class `notSupported` if the library is older than MPI 4.0; of another one if there is no such rank.
    ///
    /// Point to point · `MPI_Psend_init` (MPI 4.0 §4.2.1)
    public final func makePartitionedSend<Element: BufferElement>(
        partitions: Int,
        count: Int,
        of type: Element.Type = Element.self,
        to rank: Int,
        tag: Int = 0
    ) throws(MPIError) -> PartitionedSend<Element> {
        let name: StaticString = "MPI_Psend_init"
        let parts = try Partition(
            count: partitions,
            length: count,
            stride: MemoryLayout<Element>.stride,
            name
        )
        let memory = RawRequestMemory(zeros: partitions * count * MemoryLayout<Element>.stride)
        let (rank, tag) = (try destination(rank, name), try Self.number(ofTag: tag, name))
        let operation = try partitioned("a send in parts", true, parts, Element.datatype, memory, rank, tag)
        return PartitionedSend(operation, memory, parts)
    }

    /// Describes a message that arrives part by part, again and again.
    ///
    /// - Parameters:
    ///   - partitions: The number of parts.
    ///   - count: The number of elements of each part.
    ///   - type: The type of the elements.
    ///   - rank: The rank that sends.
    ///   - tag: The tag that it gives the message.
    /// - Returns: The receive, to be started.
    /// - Throws: `MPIError` of class `notSupported` if the library is older than MPI 4.0; of another one if there is no such rank.
    ///
    /// Point to point · `MPI_Precv_init` (MPI 4.0 §4.2.3)
    public final func makePartitionedReceive<Element: BufferElement>(
        partitions: Int,
        count: Int,
        of type: Element.Type = Element.self,
        from rank: Int,
        tag: Int = 0
    ) throws(MPIError) -> PartitionedReceive<Element> {
        let name: StaticString = "MPI_Precv_init"
        let parts = try Partition(
            count: partitions,
            length: count,
            stride: MemoryLayout<Element>.stride,
            name
        )
        let memory = RawRequestMemory(zeros: partitions * count * MemoryLayout<Element>.stride)
        let (rank, tag) = (try destination(rank, name), try Self.number(ofTag: tag, name))
        let operation = try partitioned(
            "a receive in parts",
            false,
            parts,
            Element.datatype,
            memory,
            rank,
            tag
        )
        return PartitionedReceive(operation, memory, parts)
    }

    private func partitioned(
        _ title: StaticString,
        _ isSend: Bool,
        _ parts: Partition,
        _ datatype: Datatype,
        _ memory: RequestMemory,
        _ rank: Int32,
        _ tag: Int32
    ) throws(MPIError) -> PersistentOperation {
        let raw = try raw
        let make: @Sendable () throws(MPIError) -> RawRequest = { () throws(MPIError) in
            try raw.makePartitioned(
                isSend: isSend,
                memory.address,
                Int32(parts.count),
                parts.length * datatype.unitCount,
                datatype.raw,
                rank,
                tag
            )
        }
        return try PersistentOperation(1, title, keeping: [memory]) { (_) throws(MPIError) in try make() }
    }
}
