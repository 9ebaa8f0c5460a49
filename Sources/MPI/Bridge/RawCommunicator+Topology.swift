internal import CMPI

/// The neighbours of a rank, in the order in which neighbourhood operations take them; `nil` where there is none, at the edge of a grid.
struct RawNeighbors: Sendable {
    let sources: [Int?]
    let destinations: [Int?]
    let sourceWeights: [Int]?
    let destinationWeights: [Int]?
}

extension RawCommunicator {
    /// The kind of topology, as the library's number.
    private func topologyNumber() throws(MPIError) -> Int32 {
        var kind: Int32 = 0
        try call("MPI_Topo_test") { MPI_Topo_test(handle, &kind) }
        return kind
    }

    func topology() throws(MPIError) -> Topology {
        let kind = try topologyNumber()
        if kind == cmpi_cart() { return .cartesian }
        if kind == cmpi_graph() { return .graph }
        if kind == cmpi_dist_graph() { return .distributedGraph }
        return .none
    }

    // MARK: Cartesian

    /// Every rank calls it; those that are left over get none.
    func makeCartesian(_ dimensions: [Int32], _ periodic: [Bool], reorder: Bool) throws(MPIError)
        -> RawCommunicator?
    {
        let periods = periodic.map { Int32($0 ? 1 : 0) }
        var made: CommunicatorHandle = cmpi_comm_null()
        try callCollective("MPI_Cart_create") {
            MPI_Cart_create(handle, Int32(dimensions.count), dimensions, periods, reorder ? 1 : 0, &made)
        }
        return try checked(RawCommunicator(made))
    }

    func cartesianShape() throws(MPIError) -> (dimensions: [Int], periodic: [Bool], coordinates: [Int]) {
        var count: Int32 = 0
        try call("MPI_Cartdim_get") { MPI_Cartdim_get(handle, &count) }
        // One more than there are: an array of nothing has no address.
        var dimensions = [Int32](repeating: 0, count: Int(count) + 1)
        var periods = dimensions
        var coordinates = dimensions
        try call("MPI_Cart_get") { MPI_Cart_get(handle, count, &dimensions, &periods, &coordinates) }
        let range = 0..<Int(count)
        return (
            dimensions[range].map { Int($0) }, periods[range].map { $0 != 0 },
            coordinates[range].map { Int($0) }
        )
    }

    func cartesianRank(at coordinates: [Int32]) throws(MPIError) -> Int {
        var rank: Int32 = 0
        let coordinates = coordinates + [0]
        try call("MPI_Cart_rank") { MPI_Cart_rank(handle, coordinates, &rank) }
        return Int(rank)
    }

    func cartesianCoordinates(ofRank rank: Int32, count: Int) throws(MPIError) -> [Int] {
        var coordinates = [Int32](repeating: 0, count: count + 1)
        try call("MPI_Cart_coords") { MPI_Cart_coords(handle, rank, Int32(count), &coordinates) }
        return coordinates[..<count].map { Int($0) }
    }

    func cartesianShift(_ dimension: Int32, _ distance: Int32) throws(MPIError) -> (
        source: Int?, destination: Int?
    ) {
        var source: Int32 = 0
        var destination: Int32 = 0
        try call("MPI_Cart_shift") { MPI_Cart_shift(handle, dimension, distance, &source, &destination) }
        return (Self.neighbor(source), Self.neighbor(destination))
    }

    func cartesianSubgrid(keeping kept: [Bool]) throws(MPIError) -> RawCommunicator {
        let flags = kept.map { Int32($0 ? 1 : 0) } + [0]
        var made: CommunicatorHandle = cmpi_comm_null()
        try callCollective("MPI_Cart_sub") { MPI_Cart_sub(handle, flags, &made) }
        #if MPI_INTEGER_HANDLES
        // Of a grid without dimensions MPICH 4.0 gives rank 0 its point, and the others nothing.
        if made == cmpi_comm_null() {
            try callCollective("MPI_Cart_create") {
                MPI_Cart_create(cmpi_comm_self(), 0, flags, flags, 0, &made)
            }
        }
        #endif
        let communicator = RawCommunicator(made)
        try communicator.returnErrors()
        return communicator
    }

    /// The rank that this process had in a grid; `nil` if it were left over.
    func cartesianMap(_ dimensions: [Int32], _ periodic: [Bool]) throws(MPIError) -> Int? {
        let periods = periodic.map { Int32($0 ? 1 : 0) }
        var rank: Int32 = 0
        try call("MPI_Cart_map") {
            MPI_Cart_map(handle, Int32(dimensions.count), dimensions, periods, &rank)
        }
        // Open MPI gives those that are left over a rank beyond the end.
        return rank == cmpi_undefined() || rank >= dimensions.reduce(1, *) ? nil : Int(rank)
    }

    /// Chooses the dimensions that are 0.
    static func balancedDimensions(_ ranks: Int32, _ fixed: [Int32]) throws(MPIError) -> [Int] {
        var dimensions = fixed
        try call("MPI_Dims_create") { MPI_Dims_create(ranks, Int32(dimensions.count), &dimensions) }
        return dimensions.map { Int($0) }
    }

    // MARK: Graphs

    func makeGraph(_ index: [Int32], _ edges: [Int32], reorder: Bool) throws(MPIError) -> RawCommunicator? {
        var made: CommunicatorHandle = cmpi_comm_null()
        let edges = edges + [0]
        try callCollective("MPI_Graph_create") {
            MPI_Graph_create(handle, Int32(index.count), index, edges, reorder ? 1 : 0, &made)
        }
        return try checked(RawCommunicator(made))
    }

    /// For each rank the end of its part of the edges, and the edges.
    func graphShape() throws(MPIError) -> (index: [Int], edges: [Int]) {
        var nodeCount: Int32 = 0
        var edgeCount: Int32 = 0
        try call("MPI_Graphdims_get") { MPI_Graphdims_get(handle, &nodeCount, &edgeCount) }
        var index = [Int32](repeating: 0, count: Int(nodeCount) + 1)
        var edges = [Int32](repeating: 0, count: Int(edgeCount) + 1)
        try call("MPI_Graph_get") { MPI_Graph_get(handle, nodeCount, edgeCount, &index, &edges) }
        return (index.dropLast().map { Int($0) }, edges.dropLast().map { Int($0) })
    }

    func graphNeighbors(ofRank rank: Int32) throws(MPIError) -> [Int] {
        var count: Int32 = 0
        try call("MPI_Graph_neighbors_count") { MPI_Graph_neighbors_count(handle, rank, &count) }
        var neighbors = [Int32](repeating: 0, count: Int(count) + 1)
        try call("MPI_Graph_neighbors") { MPI_Graph_neighbors(handle, rank, count, &neighbors) }
        return neighbors.dropLast().map { Int($0) }
    }

    func graphMap(_ index: [Int32], _ edges: [Int32]) throws(MPIError) -> Int? {
        var rank: Int32 = 0
        let edges = edges + [0]
        try call("MPI_Graph_map") { MPI_Graph_map(handle, Int32(index.count), index, edges, &rank) }
        return rank == cmpi_undefined() || rank >= Int32(index.count) ? nil : Int(rank)
    }

    // MARK: Distributed graphs

    func makeDistributedGraph(
        sources: [Int32],
        sourceWeights: [Int32]?,
        destinations: [Int32],
        destinationWeights: [Int32]?,
        info: RawInfo,
        reorder: Bool
    ) throws(MPIError) -> RawCommunicator {
        var made: CommunicatorHandle = cmpi_comm_null()
        let isWeighted = sourceWeights != nil || destinationWeights != nil
        let (sourceCount, destinationCount) = (Int32(sources.count), Int32(destinations.count))
        // An array of nothing has no address, and a null address is an error.
        let (sources, destinations) = (sources + [0], destinations + [0])
        var incoming = (sourceWeights ?? []) + [0]
        var outgoing = (destinationWeights ?? []) + [0]
        try callCollective("MPI_Dist_graph_create_adjacent") {
            incoming.withUnsafeMutableBufferPointer { incoming in
                outgoing.withUnsafeMutableBufferPointer { outgoing in
                    MPI_Dist_graph_create_adjacent(
                        handle,
                        sourceCount,
                        sources,
                        isWeighted ? incoming.baseAddress : cmpi_unweighted(),
                        destinationCount,
                        destinations,
                        isWeighted ? outgoing.baseAddress : cmpi_unweighted(),
                        info.handle,
                        reorder ? 1 : 0,
                        &made
                    )
                }
            }
        }
        let communicator = RawCommunicator(made)
        try communicator.returnErrors()
        return communicator
    }

    /// From edges that any rank may give: for each source how many destinations follow, the destinations, and their weights.
    func makeDistributedGraph(
        sources: [Int32],
        degrees: [Int32],
        destinations: [Int32],
        weights: [Int32]?,
        info: RawInfo,
        reorder: Bool
    ) throws(MPIError) -> RawCommunicator {
        var made: CommunicatorHandle = cmpi_comm_null()
        let count = Int32(sources.count)
        let (sources, degrees, destinations) = (sources + [0], degrees + [0], destinations + [0])
        var given = (weights ?? []) + [0]
        try callCollective("MPI_Dist_graph_create") {
            given.withUnsafeMutableBufferPointer { given in
                MPI_Dist_graph_create(
                    handle,
                    count,
                    sources,
                    degrees,
                    destinations,
                    weights == nil ? cmpi_unweighted() : given.baseAddress,
                    info.handle,
                    reorder ? 1 : 0,
                    &made
                )
            }
        }
        let communicator = RawCommunicator(made)
        try communicator.returnErrors()
        return communicator
    }

    private func distributedNeighbors() throws(MPIError) -> RawNeighbors {
        var sourceCount: Int32 = 0
        var destinationCount: Int32 = 0
        var isWeighted: Int32 = 0
        try call("MPI_Dist_graph_neighbors_count") {
            MPI_Dist_graph_neighbors_count(handle, &sourceCount, &destinationCount, &isWeighted)
        }
        var sources = [Int32](repeating: 0, count: Int(sourceCount) + 1)
        var sourceWeights = sources
        var destinations = [Int32](repeating: 0, count: Int(destinationCount) + 1)
        var destinationWeights = destinations
        try call("MPI_Dist_graph_neighbors") {
            sourceWeights.withUnsafeMutableBufferPointer { incoming in
                destinationWeights.withUnsafeMutableBufferPointer { outgoing in
                    MPI_Dist_graph_neighbors(
                        handle,
                        sourceCount,
                        &sources,
                        isWeighted != 0 ? incoming.baseAddress : cmpi_unweighted(),
                        destinationCount,
                        &destinations,
                        isWeighted != 0 ? outgoing.baseAddress : cmpi_unweighted()
                    )
                }
            }
        }
        return RawNeighbors(
            sources: sources.dropLast().map { Self.neighbor($0) },
            destinations: destinations.dropLast().map { Self.neighbor($0) },
            sourceWeights: isWeighted != 0 ? sourceWeights.dropLast().map { Int($0) } : nil,
            destinationWeights: isWeighted != 0 ? destinationWeights.dropLast().map { Int($0) } : nil
        )
    }

    // MARK: Any of them

    /// Whom neighbourhood operations have to do with.
    func neighbors(_ name: StaticString) throws(MPIError) -> RawNeighbors {
        switch try topology() {
        case .cartesian:
            var sources: [Int?] = []
            let count = try cartesianShape().dimensions.count
            for dimension in 0..<count {
                let (before, after) = try cartesianShift(Int32(dimension), 1)
                sources += [before, after]
            }
            return RawNeighbors(
                sources: sources,
                destinations: sources,
                sourceWeights: nil,
                destinationWeights: nil
            )
        case .graph:
            let neighbors: [Int?] = try graphNeighbors(ofRank: rank())
            return RawNeighbors(
                sources: neighbors,
                destinations: neighbors,
                sourceWeights: nil,
                destinationWeights: nil
            )
        case .distributedGraph: return try distributedNeighbors()
        case .none:
            throw MPIError(
                .topology,
                call: name,
                text:
                    "the communicator has no topology; make one with makeCartesian, makeGraph or makeDistributedGraph"
            )
        }
    }

    private static func neighbor(_ rank: Int32) -> Int? { rank == cmpi_proc_null() ? nil : Int(rank) }
}
