/// An operation that takes several calls of the library, since there are more elements than C can count: it has ended when all have.
final class PieceOperation: RequestOperation {
    private let pieces: [LibraryOperation]

    let title: StaticString

    private init(_ pieces: [LibraryOperation], _ title: StaticString) {
        self.pieces = pieces
        self.title = title
    }

    /// Begins so many pieces, each with a call.
    ///
    /// If one cannot be begun, those before it go on without anybody who waits for them.
    static func begin(
        _ count: Int,
        _ title: StaticString,
        memory: RequestMemory,
        keeping others: [any Sendable] = [],
        _ begin: (Int) throws(MPIError) -> RawRequest
    ) throws(MPIError) -> any RequestOperation {
        if count == 1 { return LibraryOperation(try begin(0), title, memory: memory, keeping: others) }
        var pieces: [LibraryOperation] = []
        do throws(MPIError) {
            for index in 0..<count {
                pieces.append(LibraryOperation(try begin(index), title, memory: memory, keeping: others))
            }
        } catch {
            for piece in pieces { piece.abandon() }
            throw error
        }
        return PieceOperation(pieces, title)
    }

    func advance() -> Bool {
        // All of them, whether or not the first one has ended.
        pieces.reduce(true) { hasEnded, piece in piece.advance() && hasEnded }
    }

    func block() {
        for piece in pieces { piece.block() }
    }

    func completion() throws(MPIError) -> Completion {
        var last = Completion(status: .empty, memory: nil)
        for piece in pieces { last = try piece.completion() }
        return last
    }

    // Other ranks count on it.
    func withdraw() {}

    func cancel() throws(MPIError) -> Bool {
        throw MPIError(
            .request,
            call: "MPI_Cancel",
            text: "\(title) cannot be cancelled, since other ranks count on it"
        )
    }

    func abandon() {
        for piece in pieces { piece.abandon() }
    }

    var isAbandoned: Bool { pieces.contains { $0.isAbandoned } }
}
