import MPI
import RankChecks
import Testing

@Suite("GraphCommunicator")
struct GraphCommunicatorTests {
    @Test("neighbours are those that were given, in their order", arguments: [1, 2, 3, 4])
    func graph(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let size = world.size
            let neighbors = (0..<size).map { [($0 + 1) % size, ($0 + size - 1) % size] }
            let ring = try #require(try world.makeGraph(neighbors: neighbors))
            #expect(try ring.topology == .graph)
            #expect(ring.neighbors == neighbors)
            for rank in 0..<size { #expect(try ring.neighbors(ofRank: rank) == neighbors[rank]) }
            #expect(try ring.sourceNeighbors == neighbors[ring.rank])
            #expect(try world.rankInGraph(neighbors: neighbors) != nil)
            try ring.free()
            #expect(throws: MPIError.self) { try world.makeGraph(neighbors: [[size]]) }
            #expect(throws: MPIError.self) { try world.makeGraph(neighbors: (0...size).map { _ in [] }) }
        }
    }

    @Test("every rank of a distributed graph knows its own neighbours and weights", arguments: [1, 2, 3, 4])
    func distributed(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let (left, right) = ((rank + size - 1) % size, (rank + 1) % size)
            let ring = try world.makeDistributedGraph(
                from: [left],
                to: [right],
                destinationWeights: [rank + 5]
            )
            #expect(try ring.topology == .distributedGraph)
            #expect(ring.sources == [left] && ring.destinations == [right])
            #expect(ring.sourceWeights == [1] && ring.destinationWeights == [rank + 5])
            #expect(try ring.sourceNeighbors == [left] && ring.destinationNeighbors == [right])
            try ring.free()

            // Rank 0 knows all edges: a star, whose centre gives to all.
            let edges = rank == 0 ? (0..<size).map { (source: 0, destination: $0) } : []
            let star = try world.makeDistributedGraph(edges: edges)
            #expect(star.sources == [0])
            #expect(star.destinations.sorted() == (rank == 0 ? Array(0..<size) : []))
            #expect(star.sourceWeights == nil)
            try star.free()

            let alone = try world.makeDistributedGraph(from: [], to: [], info: ["unknown": "hint"])
            #expect(alone.sources.isEmpty && alone.destinations.isEmpty)
            try alone.free()
            #expect(throws: MPIError.self) { try world.makeDistributedGraph(from: [size], to: []) }
            #expect(throws: MPIError.self) {
                try world.makeDistributedGraph(from: [0], to: [], sourceWeights: [])
            }
        }
    }
}
