/// The kinds of neighbourhood that a communicator can have.
public enum Topology: Sendable, Hashable {
    /// None.
    case none

    /// A grid: ``CartesianCommunicator``.
    ///
    /// The corresponding C constant is `MPI_CART`.
    case cartesian

    /// A graph that every rank knows as a whole: ``GraphCommunicator``.
    ///
    /// The corresponding C constant is `MPI_GRAPH`.
    case graph

    /// A graph of which every rank knows its own edges: ``DistributedGraphCommunicator``.
    ///
    /// The corresponding C constant is `MPI_DIST_GRAPH`.
    case distributedGraph
}

extension Communicator {
    /// What kind of neighbourhood the communicator has.
    ///
    /// - Throws: `MPIError` if it has been freed.
    ///
    /// Local · `MPI_Topo_test` (MPI 3.1 §7.5.5)
    public final var topology: Topology {
        get throws(MPIError) { try raw.topology() }
    }

    /// The ranks from which neighbourhood operations get something, in their order; `nil` at the edge of a grid.
    ///
    /// In a grid there are two per dimension: before and after.
    ///
    /// - Throws: `MPIError` of class `topology` if the communicator has none.
    ///
    /// Local · `MPI_Dist_graph_neighbors` and others (MPI 3.1 §7.5.5)
    public final var sourceNeighbors: [Int?] {
        get throws(MPIError) { try raw.neighbors("MPI_Dist_graph_neighbors").sources }
    }

    /// The ranks to which neighbourhood operations give something, in their order; `nil` at the edge of a grid.
    ///
    /// In a grid there are two per dimension: before and after.
    ///
    /// - Throws: `MPIError` of class `topology` if the communicator has none.
    ///
    /// Local · `MPI_Dist_graph_neighbors` and others (MPI 3.1 §7.5.5)
    public final var destinationNeighbors: [Int?] {
        get throws(MPIError) { try raw.neighbors("MPI_Dist_graph_neighbors").destinations }
    }
}

/// The C library's numbers for Swift's.
func libraryNumbers(_ numbers: [Int], _ name: StaticString, _ what: String) throws(MPIError) -> [Int32] {
    var small: [Int32] = []
    small.reserveCapacity(numbers.count)
    for number in numbers {
        guard let fitting = Int32(exactly: number) else {
            throw MPIError(.argument, call: name, text: "\(what) \(number) does not fit into 32 bits")
        }
        small.append(fitting)
    }
    return small
}
