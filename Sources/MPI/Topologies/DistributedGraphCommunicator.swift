/// A communicator whose ranks have neighbours, of which every rank knows its own.
///
/// ```swift
/// let ring = try world.makeDistributedGraph(from: [left], to: [right])
/// let fromLeft = try ring.neighborAllGather(value)
/// ```
/// MPI 3.1 §7.5.4
public final class DistributedGraphCommunicator: Communicator, @unchecked Sendable {
    // Immutable, like what the superclass guards: hence the unchecked conformance.

    /// The ranks from which this one gets something, in the order of neighbourhood operations.
    ///
    /// Local · `MPI_Dist_graph_neighbors` (MPI 3.1 §7.5.5)
    public let sources: [Int]

    /// The ranks to which this one gives something, in the order of neighbourhood operations.
    ///
    /// Local · `MPI_Dist_graph_neighbors` (MPI 3.1 §7.5.5)
    public let destinations: [Int]

    /// How much there is to get from each source; `nil` if that was not said.
    public let sourceWeights: [Int]?

    /// How much there is to give to each destination; `nil` if that was not said.
    public let destinationWeights: [Int]?

    override init(_ raw: RawCommunicator, isOwned: Bool) throws(MPIError) {
        let neighbors = try raw.neighbors("MPI_Dist_graph_neighbors")
        sources = neighbors.sources.compactMap { $0 }
        destinations = neighbors.destinations.compactMap { $0 }
        sourceWeights = neighbors.sourceWeights
        destinationWeights = neighbors.destinationWeights
        try super.init(raw, isOwned: isOwned)
    }

    override func ofSameKind(_ duplicate: RawCommunicator) throws(MPIError) -> Communicator {
        try DistributedGraphCommunicator(duplicate, isOwned: true)
    }
}

extension Communicator {
    /// Makes a communicator in which every rank says who its neighbours are.
    ///
    /// Every rank calls it. If one rank gives weights, all do.
    ///
    /// - Parameters:
    ///   - sources: The ranks from which this one gets something. They name this one as a destination.
    ///   - destinations: The ranks to which this one gives something.
    ///   - sourceWeights: How much there is to get from each source, so that the library can number the ranks well.
    ///   - destinationWeights: How much there is to give to each destination.
    ///   - info: Hints for the library.
    ///   - reorder: Whether ranks may be numbered anew, to suit the machine.
    /// - Returns: The communicator; ``free()`` gives it back.
    /// - Throws: `MPIError` of class `rank` if a neighbour does not exist, `count` if there are too few or too many weights.
    ///
    /// Collective · blocking · `MPI_Dist_graph_create_adjacent` (MPI 3.1 §7.5.4)
    public final func makeDistributedGraph(
        from sources: [Int],
        to destinations: [Int],
        sourceWeights: [Int]? = nil,
        destinationWeights: [Int]? = nil,
        info: Info = [:],
        reorder: Bool = false
    ) throws(MPIError) -> DistributedGraphCommunicator {
        let name: StaticString = "MPI_Dist_graph_create_adjacent"
        try expectRanks(sources + destinations, name)
        try expectWeights(sourceWeights, sources.count, name)
        try expectWeights(destinationWeights, destinations.count, name)
        let isWeighted = sourceWeights != nil || destinationWeights != nil
        let incoming = isWeighted ? sourceWeights ?? sources.map { _ in 1 } : []
        let outgoing = isWeighted ? destinationWeights ?? destinations.map { _ in 1 } : []
        let (numbers, targets) = (
            try libraryNumbers(sources, name, "the rank"), try libraryNumbers(destinations, name, "the rank")
        )
        let (into, out) = (
            try libraryNumbers(incoming, name, "the weight"), try libraryNumbers(outgoing, name, "the weight")
        )
        let raw = try raw
        let made = try info.withRaw { (info) throws(MPIError) in
            try raw.makeDistributedGraph(
                sources: numbers,
                sourceWeights: isWeighted ? into : nil,
                destinations: targets,
                destinationWeights: isWeighted ? out : nil,
                info: info,
                reorder: reorder
            )
        }
        return try DistributedGraphCommunicator(made, isOwned: true)
    }

    /// Makes a communicator of edges, each of which any rank may give.
    ///
    /// Every rank calls it, with edges of its own or with none. If one rank gives weights, all do.
    ///
    /// - Parameters:
    ///   - edges: For each edge the rank that gives and the rank that gets something.
    ///   - weights: How much goes along each edge.
    ///   - info: Hints for the library.
    ///   - reorder: Whether ranks may be numbered anew, to suit the machine.
    /// - Returns: The communicator; ``free()`` gives it back.
    /// - Throws: `MPIError` of class `rank` if a neighbour does not exist, `count` if there are too few or too many weights.
    ///
    /// Collective · blocking · `MPI_Dist_graph_create` (MPI 3.1 §7.5.4)
    public final func makeDistributedGraph(
        edges: [(source: Int, destination: Int)],
        weights: [Int]? = nil,
        info: Info = [:],
        reorder: Bool = false
    ) throws(MPIError) -> DistributedGraphCommunicator {
        let name: StaticString = "MPI_Dist_graph_create"
        try expectRanks(edges.flatMap { [$0.source, $0.destination] }, name)
        try expectWeights(weights, edges.count, name)
        let sources = try libraryNumbers(edges.map(\.source), name, "the rank")
        let destinations = try libraryNumbers(edges.map(\.destination), name, "the rank")
        let amounts = try libraryNumbers(weights ?? [], name, "the weight")
        let raw = try raw
        let made = try info.withRaw { (info) throws(MPIError) in
            try raw.makeDistributedGraph(
                sources: sources,
                degrees: sources.map { _ in 1 },
                destinations: destinations,
                weights: weights == nil ? nil : amounts,
                info: info,
                reorder: reorder
            )
        }
        return try DistributedGraphCommunicator(made, isOwned: true)
    }

    private func expectRanks(_ ranks: [Int], _ name: StaticString) throws(MPIError) {
        for rank in ranks { _ = try destination(rank, name) }
    }

    private func expectWeights(_ weights: [Int]?, _ count: Int, _ name: StaticString) throws(MPIError) {
        guard let weights, weights.count != count else { return }
        throw MPIError(.count, call: name, text: "\(weights.count) weights for \(count) neighbours")
    }
}
