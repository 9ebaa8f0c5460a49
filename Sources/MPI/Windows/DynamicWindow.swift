internal import Synchronization

/// A window to which memory is attached when it is needed: for structures that grow.
///
/// A piece of memory is known by its ``Piece/address``, which a rank tells the others, by a message or in another piece.
///
/// ```swift
/// let window = try world.makeDynamicWindow(of: Int.self)
/// let piece = try window.attach([1, 2, 3])
/// let addresses = try world.allGather(piece.address)
/// let values = try window.get(count: 3, from: 1, at: addresses[1])
/// ```
/// MPI 3.1 §11.2.4
public final class DynamicWindow<Element: BufferElement>: Sendable {
    /// Memory that is attached.
    public struct Piece: Sendable {
        /// Where it is, for other ranks.
        public let address: Int

        /// The number of elements.
        public let count: Int

        let memory: RequestMemory
    }

    private let holder: Mutex<RawWindow?>
    private let pieces = Mutex<[Int: Piece]>([:])
    private let communicator: Communicator

    init(_ raw: RawWindow, _ communicator: Communicator) {
        holder = Mutex(raw)
        self.communicator = communicator
    }

    private var raw: RawWindow {
        get throws(MPIError) {
            guard let raw = holder.withLock({ $0 }) else {
                throw MPIError(.window, call: "MPI_Win_free", text: "the window has been freed")
            }
            return raw
        }
    }

    /// Attaches memory that begins with some elements.
    ///
    /// - Parameter elements: The elements.
    /// - Returns: The memory, which belongs to the window until it is detached.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Win_attach` (MPI 3.1 §11.2.4)
    public func attach(_ elements: [Element]) throws(MPIError) -> Piece {
        let memory = elements.withUnsafeBytes { RawRequestMemory(copying: $0) }
        try raw.attach(memory)
        let piece = Piece(address: try RawWindow.address(of: memory), count: elements.count, memory: memory)
        pieces.withLock { $0[piece.address] = piece }
        return piece
    }

    /// Detaches memory, after the last access to it.
    ///
    /// - Parameter piece: The memory.
    /// - Throws: `MPIError` of class `accessAttachment` if it is not attached.
    ///
    /// Local · `MPI_Win_detach` (MPI 3.1 §11.2.4)
    public func detach(_ piece: Piece) throws(MPIError) {
        guard pieces.withLock({ $0.removeValue(forKey: piece.address) }) != nil else {
            throw MPIError(.accessAttachment, call: "MPI_Win_detach", text: "this memory is not attached")
        }
        try raw.detach(piece.memory)
    }

    /// What is in attached memory of this rank now.
    ///
    /// - Parameter piece: The memory.
    /// - Returns: Its elements.
    /// - Throws: `MPIError` if the window has been freed.
    ///
    /// Local · `MPI_Win_sync` (MPI 3.1 §11.5.4)
    public func elements(of piece: Piece) throws(MPIError) -> [Element] {
        try raw.sync()
        let bytes = UnsafeMutableRawBufferPointer(start: piece.memory.address, count: piece.memory.byteCount)
        Element.settle(bytes)
        return Array(bytes.assumingMemoryBound(to: Element.self))
    }

    /// Stores elements in attached memory of another rank, and waits until they are there.
    ///
    /// - Parameters:
    ///   - elements: The elements.
    ///   - rank: The rank.
    ///   - address: Where: the address of a piece, and as many elements' bytes beyond it as the program wants.
    /// - Throws: `MPIError` if there is no such rank, or what the MPI library reports. Whether memory is attached there is not always checked.
    ///
    /// Blocking · `MPI_Put` (MPI 3.1 §11.3.1)
    public func put(_ elements: [Element], to rank: Int, at address: Int) throws(MPIError) {
        let raw = try raw
        let number = try communicator.destination(rank, "MPI_Put")
        let datatype = Element.datatype
        let memory = ArrayRequestMemory(elements)
        try raw.lock(number, isExclusive: false)
        let failure = Communicator.failure { () throws(MPIError) in
            try raw.put(memory.address, elements.count * datatype.unitCount, datatype.raw, number, address)
        }
        try raw.unlock(number)
        if let failure { throw failure }
    }

    /// Gets elements from attached memory of another rank.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - rank: The rank.
    ///   - address: Where.
    /// - Returns: The elements.
    /// - Throws: As ``put(_:to:at:)`` does.
    ///
    /// Blocking · `MPI_Get` (MPI 3.1 §11.3.2)
    public func get(count: Int, from rank: Int, at address: Int) throws(MPIError) -> [Element] {
        try Communicator.expectCount(count, "MPI_Get")
        let raw = try raw
        let number = try communicator.destination(rank, "MPI_Get")
        let datatype = Element.datatype
        let memory = ArrayRequestMemory<Element>(uninitializedCount: count)
        try raw.lock(number, isExclusive: false)
        let failure = Communicator.failure { () throws(MPIError) in
            try raw.get(memory.address, count * datatype.unitCount, datatype.raw, number, address)
        }
        try raw.unlock(number)
        if let failure { throw failure }
        return memory.elements(byteCount: memory.byteCount)
    }

    /// Gives the window up, and all memory that is attached.
    ///
    /// Every rank calls it.
    ///
    /// - Throws: `MPIError` of class `window` if it has been freed.
    ///
    /// Collective · blocking · `MPI_Win_free` (MPI 3.1 §11.2.5)
    public func free() throws(MPIError) {
        let raw = try raw
        for piece in pieces.withLock({ Array($0.values) }) { try detach(piece) }
        holder.withLock { $0 = nil }
        try raw.free()
    }
}

extension Communicator {
    /// Makes a window without memory.
    ///
    /// Every rank calls it.
    ///
    /// - Parameters:
    ///   - type: The type of the elements.
    ///   - info: Hints for the library.
    /// - Returns: The window; ``DynamicWindow/free()`` gives it back.
    /// - Throws: `MPIError` if the MPI library has none.
    ///
    /// Collective · blocking · `MPI_Win_create_dynamic` (MPI 3.1 §11.2.4)
    public final func makeDynamicWindow<Element: BufferElement>(
        of type: Element.Type = Element.self,
        info: Info = [:]
    ) throws(MPIError) -> DynamicWindow<Element> {
        let raw = try raw
        let made = try info.withRaw { (info) throws(MPIError) in try RawWindow.createDynamic(info, raw) }
        return DynamicWindow(made, self)
    }
}
