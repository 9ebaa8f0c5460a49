/// A communicator whose ranks have neighbours that every rank knows.
///
/// For more than a few ranks ``DistributedGraphCommunicator`` is better: there every rank knows its own neighbours only.
///
/// MPI 3.1 §7.5
public final class GraphCommunicator: Communicator, @unchecked Sendable {
    // Immutable, like what the superclass guards: hence the unchecked conformance.

    /// The neighbours of every rank.
    ///
    /// Local · `MPI_Graph_get` (MPI 3.1 §7.5.5)
    public let neighbors: [[Int]]

    override init(_ raw: RawCommunicator, isOwned: Bool) throws(MPIError) {
        let (index, edges) = try raw.graphShape()
        neighbors = index.indices.map { Array(edges[($0 == 0 ? 0 : index[$0 - 1])..<index[$0]]) }
        try super.init(raw, isOwned: isOwned)
    }

    override func ofSameKind(_ duplicate: RawCommunicator) throws(MPIError) -> Communicator {
        try GraphCommunicator(duplicate, isOwned: true)
    }

    /// The neighbours of a rank.
    ///
    /// - Parameter rank: The rank.
    /// - Returns: Their ranks, in the order in which they were given.
    /// - Throws: `MPIError` of class `rank` if there is no such rank.
    ///
    /// Local · `MPI_Graph_neighbors` (MPI 3.1 §7.5.5)
    public func neighbors(ofRank rank: Int) throws(MPIError) -> [Int] {
        try raw.graphNeighbors(ofRank: destination(rank, "MPI_Graph_neighbors"))
    }
}

extension Communicator {
    /// Makes a communicator whose ranks have neighbours that every rank knows.
    ///
    /// Every rank calls it with the same arguments.
    ///
    /// ```swift
    /// let ring = try world.makeGraph(neighbors: (0..<world.size).map { [($0 + 1) % world.size] })
    /// ```
    /// - Parameters:
    ///   - neighbors: The neighbours of rank 0, of rank 1, and so on. If there are fewer than there are ranks, some are left over.
    ///   - reorder: Whether ranks may be numbered anew, to suit the machine.
    /// - Returns: The communicator; `nil` on a rank that is left over.
    /// - Throws: `MPIError` of class `rank` if a neighbour does not exist, `topology` if there are not enough ranks.
    ///
    /// Collective · blocking · `MPI_Graph_create` (MPI 3.1 §7.5.3)
    public final func makeGraph(neighbors: [[Int]], reorder: Bool = false) throws(MPIError)
        -> GraphCommunicator?
    {
        let (index, edges) = try checkedGraph(neighbors, "MPI_Graph_create")
        guard let made = try raw.makeGraph(index, edges, reorder: reorder) else { return nil }
        return try GraphCommunicator(made, isOwned: true)
    }

    /// The rank that this process would best have in a graph, without making one.
    ///
    /// - Parameter neighbors: The neighbours of rank 0, of rank 1, and so on.
    /// - Returns: The rank; `nil` if this process would be left over.
    /// - Throws: `MPIError` of class `rank` if a neighbour does not exist, `topology` if there are not enough ranks.
    ///
    /// Local · `MPI_Graph_map` (MPI 3.1 §7.5.8)
    public final func rankInGraph(neighbors: [[Int]]) throws(MPIError) -> Int? {
        let (index, edges) = try checkedGraph(neighbors, "MPI_Graph_map")
        return try raw.graphMap(index, edges)
    }

    private func checkedGraph(_ neighbors: [[Int]], _ name: StaticString) throws(MPIError) -> (
        [Int32], [Int32]
    ) {
        guard !neighbors.isEmpty, neighbors.count <= size else {
            throw MPIError(
                .topology,
                call: name,
                text: "a graph of \(neighbors.count) ranks cannot be made of \(size)"
            )
        }
        var index: [Int] = []
        var edges: [Int] = []
        for list in neighbors {
            for rank in list where !neighbors.indices.contains(rank) {
                throw MPIError(
                    .rank,
                    call: name,
                    text: "there is no rank \(rank) in a graph of \(neighbors.count)"
                )
            }
            edges += list
            index.append(edges.count)
        }
        return (try libraryNumbers(index, name, "the number"), try libraryNumbers(edges, name, "the rank"))
    }
}
