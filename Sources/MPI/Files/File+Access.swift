extension File {
    // MARK: Buffers

    /// Reads elements into an array.
    ///
    /// - Parameters:
    ///   - elements: Where they are stored, from the beginning.
    ///   - place: Where they are in the file.
    ///   - isCollective: Whether every rank does it now, so that the library can read for all together.
    /// - Returns: How many were read: fewer, if the file ends.
    /// - Throws: `MPIError` if that cannot be.
    ///
    /// Blocking · `MPI_File_read`, `…_at`, `…_shared`, `…_all`, `…_at_all`, `…_ordered` (MPI 3.1 §13.4)
    @discardableResult
    public func read<Element: BufferElement>(
        into elements: inout [Element],
        at place: FilePlace = .own,
        collectively isCollective: Bool = false
    ) throws(MPIError) -> Int {
        let (raw, datatype) = (try raw, Element.datatype)
        return try elements.withReceivingBuffer { (memory) throws(MPIError) in
            try raw.read(
                UnsafeMutableRawPointer(memory.baseAddress),
                memory.count * datatype.unitCount,
                datatype.raw,
                place,
                isCollective: isCollective
            ) / MemoryLayout<Element>.stride
        }
    }

    /// Reads elements.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - type: Their type.
    ///   - place: Where they are in the file.
    ///   - isCollective: Whether every rank does it now, so that the library can read for all together.
    /// - Returns: The elements: fewer, if the file ends.
    /// - Throws: `MPIError` if that cannot be.
    ///
    /// Blocking · `MPI_File_read`, `…_at`, `…_shared`, `…_all`, `…_at_all`, `…_ordered` (MPI 3.1 §13.4)
    public func read<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        at place: FilePlace = .own,
        collectively isCollective: Bool = false
    ) throws(MPIError) -> [Element] {
        try Communicator.expectCount(count, "MPI_File_read")
        let memory = ArrayRequestMemory<Element>(uninitializedCount: count)
        let datatype = Element.datatype
        let byteCount = try raw.read(
            memory.address,
            count * datatype.unitCount,
            datatype.raw,
            place,
            isCollective: isCollective
        )
        return memory.elements(byteCount: byteCount)
    }

    /// Writes elements.
    ///
    /// - Parameters:
    ///   - elements: The elements.
    ///   - place: Where they go in the file.
    ///   - isCollective: Whether every rank does it now, so that the library can write for all together.
    /// - Throws: `MPIError` of class `noSpace` or `quota` if the disk is full, `readOnly` if the file is, or what else the MPI library
    ///   reports; of class `inputOutput` if not all was written.
    ///
    /// Blocking · `MPI_File_write`, `…_at`, `…_shared`, `…_all`, `…_at_all`, `…_ordered` (MPI 3.1 §13.4)
    public func write<Element: BufferElement>(
        _ elements: Span<Element>,
        at place: FilePlace = .own,
        collectively isCollective: Bool = false
    ) throws(MPIError) {
        let (raw, datatype) = (try raw, Element.datatype)
        try elements.withUnsafeBytes { (memory) throws(MPIError) in
            let written = try raw.write(
                memory.baseAddress,
                elements.count * datatype.unitCount,
                datatype.raw,
                place,
                isCollective: isCollective
            )
            guard written == memory.count else {
                throw MPIError(
                    .inputOutput,
                    call: "MPI_File_write",
                    text: "\(path): only \(written) of \(memory.count) bytes were written; is the disk full?"
                )
            }
        }
    }

    // MARK: Immediate

    /// Begins to read elements, and returns at once.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - type: Their type.
    ///   - place: Where they are in the file.
    ///   - isCollective: Whether every rank does it now, so that the library can read for all together.
    /// - Returns: A request for the elements: fewer, if the file ends.
    /// - Throws: `MPIError` if that cannot be.
    ///
    /// `MPI_File_iread`, `…_at`, `…_shared`, `…_all`, `…_at_all`, in place of `MPI_File_read_all_begin` and `MPI_File_read_ordered_begin`
    /// (MPI 3.1 §13.4)
    public func immediateRead<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        at place: FilePlace = .own,
        collectively isCollective: Bool = false
    ) throws(MPIError) -> Request<[Element], MPIError> {
        try Communicator.expectCount(count, "MPI_File_iread")
        if isOrdered(place, isCollective) {
            return try inTurn("reading") { file throws(MPIError) in
                try file.read(count: count, of: type, at: .shared, collectively: true)
            }
        }
        let memory = ArrayRequestMemory<Element>(uninitializedCount: count)
        let datatype = Element.datatype
        let request = try raw.immediateRead(
            memory.address,
            count * datatype.unitCount,
            datatype.raw,
            place,
            isCollective: isCollective
        )
        return Request(LibraryOperation(request, "reading", memory: memory)) { (outcome) throws(MPIError) in
            let completion = try outcome.get()
            return memory.elements(byteCount: completion.status.byteCount)
        }
    }

    /// Begins to write elements, and returns at once.
    ///
    /// - Parameters:
    ///   - elements: The elements; they are kept, not copied.
    ///   - place: Where they go in the file.
    ///   - isCollective: Whether every rank does it now, so that the library can write for all together.
    /// - Returns: The request.
    /// - Throws: `MPIError` if that cannot be.
    ///
    /// `MPI_File_iwrite`, `…_at`, `…_shared`, `…_all`, `…_at_all`, in place of `MPI_File_write_all_begin` and `MPI_File_write_ordered_begin`
    /// (MPI 3.1 §13.4)
    public func immediateWrite<Element: BufferElement>(
        keeping elements: [Element],
        at place: FilePlace = .own,
        collectively isCollective: Bool = false
    ) throws(MPIError) -> Request<Void, MPIError> {
        if isOrdered(place, isCollective) {
            return try inTurn("writing") { file throws(MPIError) in
                try file.write(elements.span, at: .shared, collectively: true)
            }
        }
        let memory = ArrayRequestMemory(elements)
        let datatype = Element.datatype
        let request = try raw.immediateWrite(
            memory.address,
            elements.count * datatype.unitCount,
            datatype.raw,
            place,
            isCollective: isCollective
        )
        return Request(LibraryOperation(request, "writing", memory: memory))
    }

    private func isOrdered(_ place: FilePlace, _ isCollective: Bool) -> Bool {
        place == .shared && isCollective
    }

    /// Begins what all ranks do in their order, which MPI cannot test for its end: a thread waits for it.
    private func inTurn<Value: Sendable>(
        _ title: StaticString,
        _ steps: @escaping @Sendable (File) throws(MPIError) -> Value
    ) throws(MPIError) -> Request<Value, MPIError> {
        _ = try raw
        return Request(
            LaneOperation(title, on: communicator.lane) { () throws(MPIError) in try steps(self) }
        )
    }

    // MARK: Values

    /// Writes a value: its length in eight bytes, then the value as it is sent.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - place: Where it goes; the file has no view, or one of bytes.
    ///   - isCollective: Whether every rank does it now.
    /// - Returns: How many bytes it takes in the file.
    /// - Throws: What encoding throws, or what ``write(_:at:collectively:)-(Span<Element>,_,_)`` does. A rank that cannot encode takes part in
    ///   what all do together by writing nothing.
    ///
    /// Blocking · `MPI_File_write` and others (MPI 3.1 §13.4)
    @discardableResult
    public func write<Value: Encodable>(
        _ value: Value,
        at place: FilePlace = .own,
        collectively isCollective: Bool = false
    ) throws -> Int {
        var bytes = [UInt8](repeating: 0, count: 8)
        var failure: (any Error)?
        do {
            try ValueFormat.append(value, to: &bytes)
            withUnsafeBytes(of: UInt64(bytes.count - 8).littleEndian) {
                bytes.replaceSubrange(0..<8, with: $0)
            }
        } catch {
            failure = error
            bytes = []
        }
        if failure == nil || isCollective { try write(bytes.span, at: place, collectively: isCollective) }
        if let failure { throw failure }
        return bytes.count
    }

    /// Reads a value that was written as one.
    ///
    /// - Parameters:
    ///   - type: Its type.
    ///   - place: Where it is: at an offset, or at the pointer of this rank.
    /// - Returns: The value.
    /// - Throws: What decoding throws; `MPIError` of class `mismatch` if there is none of this type.
    ///
    /// Blocking · `MPI_File_read`, `MPI_File_read_at` (MPI 3.1 §13.4)
    public func read<Value: Decodable>(_ type: Value.Type = Value.self, at place: FilePlace = .own) throws
        -> Value
    {
        if place == .shared {
            throw MPIError(
                .notSupported,
                call: "MPI_File_read_shared",
                text: "a value is read in two steps, between which others would move the shared pointer"
            )
        }
        let header = try read(count: 8, of: UInt8.self, at: place)
        var length = UInt64(0)
        withUnsafeMutableBytes(of: &length) { $0.copyBytes(from: header) }
        length = UInt64(littleEndian: length)
        let size = try byteCount
        guard header.count == 8, length <= UInt64(size) else {
            throw MPIError(.mismatch, call: "MPI_File_read", text: "\(path): there is no value at \(place)")
        }
        let rest: FilePlace = if case .offset(let offset) = place { .offset(offset + 8) } else { .own }
        let bytes = try read(count: Int(length), of: UInt8.self, at: rest)
        return try bytes.withUnsafeBytes {
            try ValueFormat.read(type, from: $0, "MPI_File_read", rank: communicator.rank)
        }
    }
}
