internal import Synchronization

/// What a rank does with the memory of others during an epoch of a ``Window``.
///
/// It is of use in the body that it is given to, and not afterwards.
public final class WindowAccess<Element: BufferElement>: @unchecked Sendable {
    // What is kept is guarded by a lock; the rest is immutable: hence the unchecked conformance.
    let window: Window<Element>
    let raw: RawWindow
    private let ranks: [Int]?

    private struct State {
        var isOpen = true
        // The library reads and writes them until the epoch ends.
        var kept: [any Sendable] = []
        var fetched: [Synchronized] = []
    }

    private let state = Mutex(State())

    init(_ window: Window<Element>, _ raw: RawWindow, _ ranks: [Int]?) {
        self.window = window
        self.raw = raw
        self.ranks = ranks
    }

    func close() {
        let fetched = state.withLock { state in
            state.isOpen = false
            state.kept = []
            defer { state.fetched = [] }
            return state.fetched
        }
        for entry in fetched { entry.isComplete.store(true, ordering: .releasing) }
    }

    /// Ends the use after the end of the epoch has failed: what was got is not known, and the library may still use the memory.
    func abandon() {
        state.withLock { $0.isOpen = false }
        _ = Unmanaged.passRetained(self)
    }

    // MARK: Checks

    func target(_ rank: Int, _ offset: Int, _ count: Int, _ name: StaticString) throws(MPIError)
        -> Int32
    {
        guard state.withLock({ $0.isOpen }) else {
            throw MPIError(
                .accessSynchronization,
                call: name,
                text: "the epoch has ended, and with it the use of this access"
            )
        }
        guard count >= 0 else { throw MPIError(.count, call: name, text: "a count cannot be negative") }
        if rank == Communicator.noRank {
            throw MPIError(.rank, call: name, text: "noRank, which is nobody, has no memory")
        }
        let number = try window.communicator.destination(rank, name)
        if let ranks, !ranks.contains(rank) {
            throw MPIError(
                .accessSynchronization,
                call: name,
                text: "the epoch is about ranks \(ranks), not about rank \(rank)"
            )
        }
        let length = window.counts[rank]
        guard offset >= 0, count >= 0, offset <= length, count <= length - offset else {
            throw MPIError(
                .accessRange,
                call: name,
                text:
                    "\(count) elements from number \(offset) on lie outside of the \(length) of rank \(rank)"
            )
        }
        return number
    }

    private func operation(_ operation: ReduceOperation<Element>, _ name: StaticString) throws(MPIError)
        -> RawOperation
    {
        guard let raw = operation.predefined.rawForWindow(Element.datatype) else {
            throw MPIError(
                .operation,
                call: name,
                text: "the memory of another rank takes MPI's own operations on numbers only, no closure"
            )
        }
        return raw
    }

    func keep(_ memory: any Sendable) {
        state.withLock { $0.kept.append(memory) }
    }

    func fetched(_ memory: ArrayRequestMemory<Element>) -> Fetched<Element> {
        let synchronized = Synchronized()
        state.withLock { state in
            state.kept.append(memory)
            state.fetched.append(synchronized)
        }
        return Fetched(memory, synchronized)
    }

    // MARK: Putting and getting

    /// Stores elements in the memory of another rank.
    ///
    /// - Parameters:
    ///   - elements: The elements; they are kept, not copied.
    ///   - rank: The rank.
    ///   - offset: Where they are stored there, in elements.
    /// - Throws: `MPIError` of class `rank` or `accessRange` if there is no such place, `accessSynchronization` if the epoch has ended or is not
    ///   about that rank.
    ///
    /// `MPI_Put` (MPI 3.1 §11.3.1)
    public func put(_ elements: [Element], to rank: Int, at offset: Int = 0) throws(MPIError) {
        let number = try target(rank, offset, elements.count, "MPI_Put")
        let memory = ArrayRequestMemory(elements)
        keep(memory)
        let datatype = Element.datatype
        try raw.put(memory.address, elements.count * datatype.unitCount, datatype.raw, number, offset)
    }

    /// Gets elements from the memory of another rank.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - rank: The rank.
    ///   - offset: Where they begin there, in elements.
    /// - Returns: The elements, known when the epoch has ended, or after ``flush(_:)``.
    /// - Throws: As ``put(_:to:at:)`` does.
    ///
    /// `MPI_Get` (MPI 3.1 §11.3.2)
    public func get(count: Int, from rank: Int, at offset: Int = 0) throws(MPIError) -> Fetched<Element> {
        let number = try target(rank, offset, count, "MPI_Get")
        let memory = ArrayRequestMemory<Element>(uninitializedCount: count)
        let datatype = Element.datatype
        try raw.get(memory.address, count * datatype.unitCount, datatype.raw, number, offset)
        return fetched(memory)
    }

    // MARK: Combining

    /// What one call combines: from which element on, which is how many bytes, and how many elements of the library's.
    private typealias Piece = (first: Int, start: Int, count: Int32)

    private static func pieces(of count: Int) -> [Piece] {
        let unitCount = Element.datatype.unitCount
        return CountLimit.pieces(of: count, unitCount: unitCount).map { piece in
            (
                piece.lowerBound, piece.lowerBound * MemoryLayout<Element>.stride,
                Int32(piece.count * unitCount)
            )
        }
    }

    /// Combines elements with those in the memory of another rank, one by one, each at once.
    ///
    /// - Parameters:
    ///   - elements: The elements; they are kept, not copied.
    ///   - operation: How two become one: any of MPI's own, also ``ReduceOperation/replace``.
    ///   - rank: The rank.
    ///   - offset: Where the others begin there, in elements.
    /// - Throws: As ``put(_:to:at:)`` does; `MPIError` of class `operation` if it is a closure.
    ///
    /// `MPI_Accumulate` (MPI 3.1 §11.3.4)
    public func accumulate(
        _ elements: [Element],
        _ operation: ReduceOperation<Element>,
        to rank: Int,
        at offset: Int = 0
    ) throws(MPIError) {
        let number = try target(rank, offset, elements.count, "MPI_Accumulate")
        let rawOperation = try self.operation(operation, "MPI_Accumulate")
        let memory = ArrayRequestMemory(elements)
        keep(memory)
        for piece in Self.pieces(of: elements.count) {
            try raw.accumulate(
                memory.address.map { UnsafeRawPointer($0 + piece.start) },
                piece.count,
                Element.datatype.raw,
                rawOperation,
                number,
                offset + piece.first
            )
        }
    }

    /// Combines elements with those in the memory of another rank, and gets what was there before.
    ///
    /// - Parameters:
    ///   - elements: The elements.
    ///   - operation: How two become one; ``ReduceOperation/noOperation`` gets them only.
    ///   - rank: The rank.
    ///   - offset: Where the others begin there, in elements.
    /// - Returns: What was there, known when the epoch has ended, or after ``flush(_:)``.
    /// - Throws: As ``accumulate(_:_:to:at:)`` does.
    ///
    /// `MPI_Get_accumulate` (MPI 3.1 §11.3.4)
    public func getAccumulate(
        _ elements: [Element],
        _ operation: ReduceOperation<Element>,
        to rank: Int,
        at offset: Int = 0
    ) throws(MPIError) -> Fetched<Element> {
        let number = try target(rank, offset, elements.count, "MPI_Get_accumulate")
        let rawOperation = try self.operation(operation, "MPI_Get_accumulate")
        let source = ArrayRequestMemory(elements)
        keep(source)
        let memory = ArrayRequestMemory<Element>(uninitializedCount: elements.count)
        for piece in Self.pieces(of: elements.count) {
            try raw.getAccumulate(
                source.address.map { UnsafeRawPointer($0 + piece.start) },
                memory.address.map { $0 + piece.start },
                piece.count,
                Element.datatype.raw,
                rawOperation,
                number,
                offset + piece.first
            )
        }
        return fetched(memory)
    }

    /// Combines one element with one in the memory of another rank, and gets what was there before.
    ///
    /// - Parameters:
    ///   - element: The element.
    ///   - operation: How two become one.
    ///   - rank: The rank.
    ///   - offset: Where the other one is, in elements.
    /// - Returns: What was there, known when the epoch has ended, or after ``flush(_:)``.
    /// - Throws: As ``accumulate(_:_:to:at:)`` does.
    ///
    /// `MPI_Fetch_and_op` (MPI 3.1 §11.3.4)
    public func fetchAndOperate(
        _ element: Element,
        _ operation: ReduceOperation<Element>,
        on rank: Int,
        at offset: Int = 0
    ) throws(MPIError) -> Fetched<Element> {
        let number = try target(rank, offset, 1, "MPI_Fetch_and_op")
        let rawOperation = try self.operation(operation, "MPI_Fetch_and_op")
        try expectNumber("MPI_Fetch_and_op")
        let source = ArrayRequestMemory([element])
        keep(source)
        let memory = ArrayRequestMemory<Element>(uninitializedCount: 1)
        try raw.fetchAndOperate(
            source.address,
            memory.address,
            Element.datatype.raw,
            rawOperation,
            number,
            offset
        )
        return fetched(memory)
    }

    /// Stores an element in the memory of another rank if a certain other one is there, and gets what was there before.
    ///
    /// - Parameters:
    ///   - expected: What has to be there.
    ///   - desired: What is stored then.
    ///   - rank: The rank.
    ///   - offset: Where, in elements.
    /// - Returns: What was there, known when the epoch has ended, or after ``flush(_:)``.
    /// - Throws: As ``put(_:to:at:)`` does; `MPIError` of class `type` if the elements are no integers or truth values.
    ///
    /// `MPI_Compare_and_swap` (MPI 3.1 §11.3.4)
    public func compareAndSwap(
        expected: Element,
        desired: Element,
        on rank: Int,
        at offset: Int = 0
    ) throws(MPIError) -> Fetched<Element> {
        let number = try target(rank, offset, 1, "MPI_Compare_and_swap")
        try expectNumber("MPI_Compare_and_swap")
        let sources = ArrayRequestMemory([desired, expected])
        keep(sources)
        let memory = ArrayRequestMemory<Element>(uninitializedCount: 1)
        try raw.compareAndSwap(
            sources.address,
            sources.address.map { UnsafeRawPointer($0 + MemoryLayout<Element>.stride) },
            memory.address,
            Element.datatype.raw,
            number,
            offset
        )
        return fetched(memory)
    }

    private func expectNumber(_ name: StaticString) throws(MPIError) {
        guard Element.datatype.isNumber else {
            throw MPIError(.type, call: name, text: "\(Element.self) is no number of the MPI library's")
        }
    }

    // MARK: Requests

    /// Stores elements in the memory of another rank; the request is complete when they may be changed.
    ///
    /// Within ``Window/lock(_:isExclusive:_:)`` or ``Window/lockAll(_:)`` only.
    ///
    /// - Parameters:
    ///   - elements: The elements; they are kept, not copied.
    ///   - rank: The rank.
    ///   - offset: Where they are stored there, in elements.
    /// - Returns: The request. That they have arrived is sure after ``flush(_:)`` only.
    /// - Throws: As ``put(_:to:at:)`` does.
    ///
    /// `MPI_Rput` (MPI 3.1 §11.3.5)
    public func immediatePut(_ elements: [Element], to rank: Int, at offset: Int = 0) throws(MPIError)
        -> Request<
            Void, MPIError
        >
    {
        let number = try target(rank, offset, elements.count, "MPI_Rput")
        let memory = ArrayRequestMemory(elements)
        let datatype = Element.datatype
        let request = try raw.requestPut(
            memory.address,
            elements.count * datatype.unitCount,
            datatype.raw,
            number,
            offset
        )
        return Request(LibraryOperation(request, "a put", memory: memory))
    }

    /// Gets elements from the memory of another rank.
    ///
    /// Within ``Window/lock(_:isExclusive:_:)`` or ``Window/lockAll(_:)`` only.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - rank: The rank.
    ///   - offset: Where they begin there, in elements.
    /// - Returns: A request for the elements.
    /// - Throws: As ``put(_:to:at:)`` does.
    ///
    /// `MPI_Rget` (MPI 3.1 §11.3.5)
    public func immediateGet(count: Int, from rank: Int, at offset: Int = 0) throws(MPIError) -> Request<
        [Element], MPIError
    > {
        let number = try target(rank, offset, count, "MPI_Rget")
        let memory = ArrayRequestMemory<Element>(uninitializedCount: count)
        let datatype = Element.datatype
        let request = try raw.requestGet(
            memory.address,
            count * datatype.unitCount,
            datatype.raw,
            number,
            offset
        )
        return Request(LibraryOperation(request, "a get", memory: memory)) { (outcome) throws(MPIError) in
            try outcome.get().elements(of: Element.self)
        }
    }

    /// Combines elements with those in the memory of another rank.
    ///
    /// Within ``Window/lock(_:isExclusive:_:)`` or ``Window/lockAll(_:)`` only.
    ///
    /// - Parameters:
    ///   - elements: The elements; they are kept, not copied.
    ///   - operation: How two become one.
    ///   - rank: The rank.
    ///   - offset: Where the others begin there, in elements.
    /// - Returns: The request; that it has been done is sure after ``flush(_:)`` only.
    /// - Throws: As ``accumulate(_:_:to:at:)`` does.
    ///
    /// `MPI_Raccumulate` (MPI 3.1 §11.3.5)
    public func immediateAccumulate(
        _ elements: [Element],
        _ operation: ReduceOperation<Element>,
        to rank: Int,
        at offset: Int = 0
    ) throws(MPIError) -> Request<Void, MPIError> {
        let number = try target(rank, offset, elements.count, "MPI_Raccumulate")
        let rawOperation = try self.operation(operation, "MPI_Raccumulate")
        let memory = ArrayRequestMemory(elements)
        let (raw, pieces) = (raw, Self.pieces(of: elements.count))
        let request = try PieceOperation.begin(pieces.count, "an accumulation", memory: memory) {
            (index) throws(MPIError) in
            try raw.requestAccumulate(
                memory.address.map { UnsafeRawPointer($0 + pieces[index].start) },
                pieces[index].count,
                Element.datatype.raw,
                rawOperation,
                number,
                offset + pieces[index].first
            )
        }
        return Request(request)
    }

    /// Combines elements with those in the memory of another rank, and gets what was there before.
    ///
    /// Within ``Window/lock(_:isExclusive:_:)`` or ``Window/lockAll(_:)`` only.
    ///
    /// - Parameters:
    ///   - elements: The elements; they are kept, not copied.
    ///   - operation: How two become one.
    ///   - rank: The rank.
    ///   - offset: Where the others begin there, in elements.
    /// - Returns: A request for what was there.
    /// - Throws: As ``accumulate(_:_:to:at:)`` does.
    ///
    /// `MPI_Rget_accumulate` (MPI 3.1 §11.3.5)
    public func immediateGetAccumulate(
        _ elements: [Element],
        _ operation: ReduceOperation<Element>,
        to rank: Int,
        at offset: Int = 0
    ) throws(MPIError) -> Request<[Element], MPIError> {
        let number = try target(rank, offset, elements.count, "MPI_Rget_accumulate")
        let rawOperation = try self.operation(operation, "MPI_Rget_accumulate")
        let source = ArrayRequestMemory(elements)
        let memory = ArrayRequestMemory<Element>(uninitializedCount: elements.count)
        let (raw, pieces) = (raw, Self.pieces(of: elements.count))
        let request = try PieceOperation.begin(
            pieces.count,
            "an accumulation",
            memory: memory,
            keeping: [source]
        ) { (index) throws(MPIError) in
            try raw.requestGetAccumulate(
                source.address.map { UnsafeRawPointer($0 + pieces[index].start) },
                memory.address.map { $0 + pieces[index].start },
                pieces[index].count,
                Element.datatype.raw,
                rawOperation,
                number,
                offset + pieces[index].first
            )
        }
        return Request(request) { (outcome) throws(MPIError) in
            try outcome.get().elements(of: Element.self)
        }
    }

    // MARK: Synchronizing within an epoch

    /// Completes all accesses up to now, here and at the other rank, within a lock.
    ///
    /// - Parameter rank: The rank whose memory was accessed; all, if omitted.
    /// - Throws: `MPIError` if there is no such rank, or it is no lock.
    ///
    /// Blocking · `MPI_Win_flush`, `MPI_Win_flush_all` (MPI 3.1 §11.5.4)
    public func flush(_ rank: Int? = nil) throws(MPIError) {
        if let rank {
            try raw.flush(target(rank, 0, 0, "MPI_Win_flush"))
        } else {
            try raw.flushAll()
            markFetched()
        }
    }

    /// Completes all accesses up to now as far as this rank is concerned, within a lock: what was got is known.
    ///
    /// - Parameter rank: The rank whose memory was accessed; all, if omitted.
    /// - Throws: `MPIError` if there is no such rank, or it is no lock.
    ///
    /// Blocking · `MPI_Win_flush_local`, `MPI_Win_flush_local_all` (MPI 3.1 §11.5.4)
    public func flushLocal(_ rank: Int? = nil) throws(MPIError) {
        if let rank {
            try raw.flushLocal(target(rank, 0, 0, "MPI_Win_flush_local"))
        } else {
            try raw.flushLocalAll()
            markFetched()
        }
    }

    private func markFetched() {
        let fetched = state.withLock { state in
            defer { state.fetched = [] }
            return state.fetched
        }
        for entry in fetched { entry.isComplete.store(true, ordering: .releasing) }
    }
}

/// Whether an access is complete.
final class Synchronized: Sendable {
    let isComplete = Atomic(false)
}

/// Elements that are being got from the memory of another rank.
public struct Fetched<Element: BufferElement>: Sendable {
    private let memory: ArrayRequestMemory<Element>
    private let synchronized: Synchronized

    init(_ memory: ArrayRequestMemory<Element>, _ synchronized: Synchronized) {
        self.memory = memory
        self.synchronized = synchronized
    }

    /// The elements.
    ///
    /// - Throws: `MPIError` of class `accessSynchronization` as long as they are on their way: until the epoch has ended, or
    ///   ``WindowAccess/flush(_:)`` for all ranks was called.
    public var elements: [Element] {
        get throws(MPIError) {
            guard synchronized.isComplete.load(ordering: .acquiring) else {
                throw MPIError(
                    .accessSynchronization,
                    call: "MPI_Get",
                    text: "the elements are on their way until the epoch has ended, or all has been flushed"
                )
            }
            return memory.elements(byteCount: memory.byteCount)
        }
    }
}
