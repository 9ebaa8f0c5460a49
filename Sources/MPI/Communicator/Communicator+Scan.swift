extension Communicator {
    // MARK: Buffers

    /// Combines the elements of ranks 0 to r, index by index, and gives the result to rank r.
    ///
    /// Every rank calls it with the same number of elements.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives; the result replaces it.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Scan` (MPI 3.1 §5.11.1)
    public final func scan<Element: BufferElement>(
        inPlace elements: inout [Element],
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) {
        try elements.withReceivingBuffer { (memory) throws(MPIError) in
            try scanBuffer(memory, operation, isExclusive: false)
        }
    }

    /// Combines the elements of ranks 0 to r, index by index, and gives the result to rank r.
    ///
    /// Every rank calls it with the same number of elements.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - operation: How two elements become one, the same on every rank.
    ///   - result: Where the result is stored; it has as many elements.
    /// - Throws: `MPIError` of class `count` if the result has another length, or what the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Scan` (MPI 3.1 §5.11.1)
    public final func scan<Element: BufferElement>(
        _ elements: Span<Element>,
        _ operation: ReduceOperation<Element>,
        into result: inout [Element]
    ) throws(MPIError) {
        try expect(result.count, toBe: elements.count, of: "elements", "MPI_Scan")
        for index in elements.indices { result[index] = elements[index] }
        try scan(inPlace: &result, operation)
    }

    /// Combines the numbers of ranks 0 to r, and gives the result to rank r.
    ///
    /// Every rank calls it.
    ///
    /// ```swift
    /// let end = try world.scan(count, .sum)     // where the part of this rank ends
    /// ```
    /// - Parameters:
    ///   - element: What this rank gives.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Returns: The result for this rank.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Scan` (MPI 3.1 §5.11.1)
    public final func scan<Element: BufferElement>(_ element: Element, _ operation: ReduceOperation<Element>)
        throws(MPIError) -> Element
    {
        var result = element
        try withUnsafeMutablePointer(to: &result) { (memory) throws(MPIError) in
            try scanBuffer(UnsafeMutableBufferPointer(start: memory, count: 1), operation, isExclusive: false)
        }
        return result
    }

    /// Combines the elements of the ranks before r, index by index, and gives the result to rank r.
    ///
    /// Every rank calls it with the same number of elements.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives; the result replaces it, except on rank 0, before which there is no other.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Exscan` (MPI 3.1 §5.11.2)
    public final func exclusiveScan<Element: BufferElement>(
        inPlace elements: inout [Element],
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) {
        let own = rank == 0 ? elements : []
        try elements.withReceivingBuffer { (memory) throws(MPIError) in
            try scanBuffer(memory, operation, isExclusive: true)
        }
        // What the library leaves there is not defined.
        if rank == 0 { elements = own }
    }

    /// Combines the elements of the ranks before r, index by index, and stores the result on rank r.
    ///
    /// Every rank calls it with the same number of elements.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - operation: How two elements become one, the same on every rank.
    ///   - result: Where the result is stored. On rank 0, before which there is no other, it stays as it is.
    /// - Throws: `MPIError` of class `count` if the result has another length, or what the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Exscan` (MPI 3.1 §5.11.2)
    public final func exclusiveScan<Element: BufferElement>(
        _ elements: Span<Element>,
        _ operation: ReduceOperation<Element>,
        into result: inout [Element]
    ) throws(MPIError) {
        try expect(result.count, toBe: elements.count, "MPI_Exscan")
        var own = [Element](unsafeUninitializedCapacity: elements.count) { memory, count in
            for index in elements.indices { memory.initializeElement(at: index, to: elements[index]) }
            count = elements.count
        }
        try exclusiveScan(inPlace: &own, operation)
        if rank > 0 { result = own }
    }

    /// Combines the numbers of the ranks before r, and gives the result to rank r.
    ///
    /// Every rank calls it.
    ///
    /// ```swift
    /// let start = try world.exclusiveScan(count, .sum) ?? 0     // where the part of this rank begins
    /// ```
    /// - Parameters:
    ///   - element: What this rank gives.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Returns: The result for this rank; `nil` on rank 0, before which there is no other.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Exscan` (MPI 3.1 §5.11.2)
    public final func exclusiveScan<Element: BufferElement>(
        _ element: Element,
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) -> Element? {
        var result = element
        try withUnsafeMutablePointer(to: &result) { (memory) throws(MPIError) in
            try scanBuffer(UnsafeMutableBufferPointer(start: memory, count: 1), operation, isExclusive: true)
        }
        return rank == 0 ? nil : result
    }

    private final func scanBuffer<Element: BufferElement>(
        _ memory: UnsafeMutableBufferPointer<Element>,
        _ operation: ReduceOperation<Element>,
        isExclusive: Bool
    ) throws(MPIError) {
        let library = try operation.library(forCount: memory.count)
        let raw = try raw
        try raw.inPieces(library, nil, UnsafeMutableRawPointer(memory.baseAddress)) {
            (count, _, target) throws(MPIError) in
            let source = UnsafeRawPointer(RawCommunicator.inPlace)
            _ =
                isExclusive
                ? try raw.exclusiveScan(source, target, count, library.type, library.operation, .blocking)
                : try raw.scan(source, target, count, library.type, library.operation, .blocking)
        }
    }
}
