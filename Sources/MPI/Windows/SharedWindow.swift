internal import Synchronization

/// Memory that all ranks of a node share: each has a part, and reads and writes the others' like its own.
///
/// ```swift
/// let node = try world.splitByNode()
/// let table = try node.makeSharedWindow(count: node.rank == 0 ? 1_000_000 : 0, of: Double.self)
/// if node.rank == 0 { try table.withElements(ofRank: 0) { fill(&$0) } }
/// try table.synchronize()
/// let sum = try table.withElements(ofRank: 0) { add($0) }
/// ```
/// What one rank writes, another may read after both have called ``synchronize()``.
///
/// MPI 3.1 §11.2.3
public final class SharedWindow<Element: BufferElement>: Sendable {
    /// The same memory as a window, for access by epochs.
    public let window: Window<Element>

    init(_ window: Window<Element>) {
        self.window = window
    }

    /// The number of elements of each rank.
    public var counts: [Int] { window.counts }

    /// Works on the part of a rank.
    ///
    /// Who reads and who writes when is a matter of the program: between two calls of ``synchronize()`` nobody may write what another one
    /// uses.
    ///
    /// - Parameters:
    ///   - rank: The rank; this one, if omitted.
    ///   - body: Gets the elements, to read and to change.
    /// - Returns: What the body returns.
    /// - Throws: `MPIError` if there is no such rank, or the window has been freed; what the body throws.
    ///
    /// Local · `MPI_Win_shared_query` (MPI 3.1 §11.2.3)
    public func withElements<Result>(
        ofRank rank: Int? = nil,
        _ body: (inout MutableSpan<Element>) throws -> Result
    ) throws -> Result {
        let raw = try window.raw
        let number = try window.communicator.destination(
            rank ?? window.communicator.rank,
            "MPI_Win_shared_query"
        )
        guard window.counts.indices.contains(Int(number)) else {
            throw MPIError(.rank, call: "MPI_Win_shared_query", text: "noRank has no memory")
        }
        let memory = try raw.shared(ofRank: number)
        window.users.add(1, ordering: .acquiringAndReleasing)
        defer { window.users.subtract(1, ordering: .acquiringAndReleasing) }
        let count = window.counts[Int(number)]
        var span = MutableSpan(
            _unsafeElements: UnsafeMutableBufferPointer(
                start: count == 0 ? nil : memory.baseAddress?.assumingMemoryBound(to: Element.self),
                count: count
            )
        )
        if let address = memory.baseAddress {
            Element.settle(
                UnsafeMutableRawBufferPointer(start: address, count: count * MemoryLayout<Element>.stride)
            )
        }
        return try body(&span)
    }

    /// Makes what every rank has written up to now visible to all.
    ///
    /// Every rank calls it.
    ///
    /// - Throws: `MPIError` if the window has been freed.
    ///
    /// Collective · blocking · `MPI_Win_sync`, `MPI_Barrier` (MPI 3.1 §11.5.4)
    public func synchronize() throws(MPIError) {
        try window.raw.sync()
        try window.communicator.barrier()
        try window.raw.sync()
    }

    /// Gives the memory back.
    ///
    /// Every rank calls it.
    ///
    /// - Throws: `MPIError` of class `window` if it has been freed.
    ///
    /// Collective · blocking · `MPI_Win_free` (MPI 3.1 §11.2.5)
    public func free() throws(MPIError) { try window.free() }
}

extension Communicator {
    /// Makes memory that all ranks share, of 0 bits.
    ///
    /// Every rank calls it, with a number of its own. All ranks have to be on one node, as those of ``splitByNode(key:)`` are.
    ///
    /// - Parameters:
    ///   - count: How many elements the part of this rank has.
    ///   - type: The type of the elements.
    ///   - info: Hints for the library; `alloc_shared_noncontig` lets every part begin on a page of its own.
    /// - Returns: The memory; ``SharedWindow/free()`` gives it back.
    /// - Throws: `MPIError` of class `accessSharing` if the ranks cannot share memory, of class `size` if a number is negative.
    ///
    /// Collective · blocking · `MPI_Win_allocate_shared` (MPI 3.1 §11.2.3)
    public final func makeSharedWindow<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        info: Info = [:]
    ) throws(MPIError) -> SharedWindow<Element> {
        try expectWindowSize(count)
        let (raw, stride) = (try raw, MemoryLayout<Element>.stride)
        let made = try info.withRaw { (info) throws(MPIError) in
            try RawWindow.allocate(byteCount: count * stride, unit: stride, isShared: true, info, raw)
        }
        if count > 0, let address = made.address {
            address.initializeMemory(as: UInt8.self, repeating: 0, count: count * stride)
        }
        let memory = UnsafeMutableRawBufferPointer(start: made.address, count: count * stride)
        return SharedWindow(try Window(made.window, memory, self))
    }
}
