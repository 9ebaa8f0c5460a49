/// A collective operation on buffers that is not called at once: the immediate and the persistent form are made of it.
struct BufferCollective<Element: BufferElement>: Sendable {
    /// What it is, for people: “a gather”.
    let title: StaticString

    /// How many elements this rank gives.
    let sourceCount: Int

    /// How many elements this rank gets; `nil` if they take the place of those that it gives.
    let targetCount: Int?

    /// What the library reads until the operation is complete.
    let kept: [any Sendable]

    /// How many calls it takes: one, unless there are more elements than C can count.
    let pieceCount: Int

    /// Calls the library for a piece.
    let begin: @Sendable (Int, Source, Target, CollectiveStyle) throws(MPIError) -> RawRequest

    init(
        _ title: StaticString,
        gives sourceCount: Int,
        gets targetCount: Int?,
        keeping kept: [any Sendable] = [],
        begin: @escaping @Sendable (Source, Target, CollectiveStyle) throws(MPIError) -> RawRequest
    ) {
        self.init(title, gives: sourceCount, gets: targetCount, keeping: kept, pieceCount: 1) {
            (_, source, target, style) throws(MPIError) in
            try begin(source, target, style)
        }
    }

    init(
        _ title: StaticString,
        gives sourceCount: Int,
        gets targetCount: Int?,
        keeping kept: [any Sendable] = [],
        pieceCount: Int,
        begin: @escaping @Sendable (Int, Source, Target, CollectiveStyle) throws(MPIError) -> RawRequest
    ) {
        self.title = title
        self.sourceCount = sourceCount
        self.targetCount = targetCount
        self.kept = kept
        self.pieceCount = pieceCount
        self.begin = begin
    }

    /// Begins all of it.
    private func begin(_ source: Source, _ target: RequestMemory, keeping others: [any Sendable])
        throws(MPIError) -> any RequestOperation
    {
        try PieceOperation.begin(pieceCount, title, memory: target, keeping: others) {
            (index) throws(MPIError) in
            try begin(index, source, target.address, .immediate)
        }
    }

    // MARK: Immediate

    /// Begins it, with a request for the elements that this rank gets.
    func immediate(_ elements: [Element]) throws(MPIError) -> Request<[Element], MPIError> {
        try Request(operation(elements)) { (outcome) throws(MPIError) in
            try outcome.get().elements(of: Element.self)
        }
    }

    /// Begins it, with a request for the elements, if this rank gets any.
    func immediate(_ elements: [Element], ifGiven isGiven: Bool) throws(MPIError) -> Request<
        [Element]?, MPIError
    > {
        try Request(operation(elements)) { (outcome) throws(MPIError) in
            let completion = try outcome.get()
            return isGiven ? completion.elements(of: Element.self) : nil
        }
    }

    /// Begins it, with a request for an array that what this rank gets is stored in, between what it has already.
    func immediate(_ elements: [Element], into result: consuming [Element]) throws(MPIError)
        -> Request<[Element], MPIError>
    {
        let source = ArrayRequestMemory(elements)
        let target = ArrayRequestMemory(changing: result)
        let operation = try begin(source.address, target, keeping: kept + [source])
        return Request(operation) { (outcome) throws(MPIError) in
            try outcome.get().elements(of: Element.self)
        }
    }

    /// Begins it, and nothing is wanted but that it is complete.
    func immediateWithoutResult(_ elements: [Element]) throws(MPIError) -> Request<Void, MPIError> {
        try Request(operation(elements))
    }

    private func operation(_ elements: [Element]) throws(MPIError) -> any RequestOperation {
        guard elements.count == sourceCount, targetCount ?? 0 >= 0 else {
            throw MPIError(
                .count,
                call: "MPI_Ibcast",
                text: "\(title) takes \(sourceCount) elements from this rank, and \(elements.count) are given"
            )
        }
        guard let targetCount else {
            let memory = ArrayRequestMemory(changing: elements)
            return try begin(memory.address, memory, keeping: kept)
        }
        let source = ArrayRequestMemory(elements)
        let target = ArrayRequestMemory<Element>(uninitializedCount: targetCount)
        return try begin(source.address, target, keeping: kept + [source])
    }

    // MARK: Persistent

    /// Describes it to the library.
    func persistent() throws(MPIError) -> PersistentRequest<Element> {
        let stride = MemoryLayout<Element>.stride
        guard sourceCount >= 0, targetCount ?? 0 >= 0 else {
            throw MPIError(.count, call: "MPI_Bcast_init", text: "a count cannot be negative")
        }
        let source = RawRequestMemory(zeros: sourceCount * stride)
        let target = targetCount.map { RawRequestMemory(zeros: $0 * stride) } ?? source
        let begin = begin
        let style = CollectiveStyle.startable
        return try PersistentRequest(
            title,
            input: source,
            output: target,
            keeping: kept,
            pieceCount: pieceCount,
            isBegunAnew: style == .immediate
        ) { (index) throws(MPIError) in
            try begin(index, source.address, target.address, style)
        }
    }
}
