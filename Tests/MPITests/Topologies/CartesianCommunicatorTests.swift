import MPI
import RankChecks
import Testing

@Suite("CartesianCommunicator")
struct CartesianCommunicatorTests {
    @Test(
        "coordinates, ranks and neighbours are those of a grid whose last index is fastest",
        arguments: [1, 2, 3, 4, 7]
    )
    func geometry(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let dimensions = try CartesianCommunicator.balancedDimensions(ranks: world.size, count: 2)
            #expect(dimensions.reduce(1, *) == world.size && dimensions[0] >= dimensions[1])
            let grid = try #require(try world.makeCartesian(dimensions: dimensions, periodic: [true, false]))
            #expect(try grid.topology == .cartesian && world.topology == .none)
            #expect(grid.dimensions == dimensions && grid.isPeriodic == [true, false])
            let (rows, columns) = (dimensions[0], dimensions[1])
            #expect(grid.coordinates == [grid.rank / columns, grid.rank % columns])
            for rank in 0..<grid.size {
                let place = try grid.coordinates(ofRank: rank)
                #expect(place == [rank / columns, rank % columns])
                #expect(try grid.rank(at: place) == rank)
                #expect(try grid.rank(at: [place[0] - rows, place[1]]) == rank)
            }
            let (row, column) = (grid.coordinates[0], grid.coordinates[1])
            let (above, below) = try grid.shift(along: 0)
            #expect(above == (row + rows - 1) % rows * columns + column)
            #expect(below == (row + 1) % rows * columns + column)
            let (left, right) = try grid.shift(along: 1)
            #expect(left == (column > 0 ? grid.rank - 1 : nil))
            #expect(right == (column < columns - 1 ? grid.rank + 1 : nil))
            #expect(try grid.sourceNeighbors == [above, below, left, right])
            #expect(try grid.destinationNeighbors == [above, below, left, right])

            let line = try grid.subgrid(keeping: [false, true])
            #expect(line.dimensions == [columns] && line.isPeriodic == [false] && line.rank == column)
            #expect(try line.allGather(grid.rank) == (0..<columns).map { row * columns + $0 })
            try line.free()
            let point = try grid.subgrid(keeping: [false, false])
            #expect(point.size == 1 && point.dimensions == [])
            try point.free()
            try grid.free()
        }
    }

    @Test("ranks that are left over get no grid, and what fits no grid is refused on every rank")
    func misuse() async throws {
        try await onRanks(3) { () throws in
            let world = Communicator.world
            let pair = try world.makeCartesian(dimensions: [2])
            #expect((pair == nil) == (world.rank == 2))
            #expect(try (world.rankInCartesian(dimensions: [2]) == nil) == (world.rank == 2))
            func refuses(_ errorClass: ErrorClass, _ body: () throws -> Void) {
                let error = #expect(throws: MPIError.self) { try body() }
                #expect(error?.errorClass == errorClass, "\(error as Any)")
            }
            refuses(.dimensions) { _ = try world.makeCartesian(dimensions: [2, 2]) }
            refuses(.dimensions) { _ = try world.makeCartesian(dimensions: [0]) }
            refuses(.dimensions) { _ = try world.makeCartesian(dimensions: [3], periodic: []) }
            refuses(.dimensions) {
                _ = try CartesianCommunicator.balancedDimensions(ranks: 6, count: 2, fixed: [0: 4])
            }
            refuses(.dimensions) {
                _ = try CartesianCommunicator.balancedDimensions(ranks: 6, count: 1, fixed: [2: 1])
            }
            #expect(
                try CartesianCommunicator.balancedDimensions(ranks: 6, count: 2, fixed: [1: 1]) == [6, 1]
            )
            refuses(.topology) { _ = try world.sourceNeighbors }
            if let pair {
                refuses(.argument) { _ = try pair.rank(at: [2]) }
                refuses(.argument) { _ = try pair.rank(at: []) }
                refuses(.rank) { _ = try pair.coordinates(ofRank: 2) }
                refuses(.dimensions) { _ = try pair.shift(along: 1) }
                refuses(.argument) { _ = try pair.subgrid(keeping: []) }
                try pair.free()
            }
            try world.barrier()
        }
    }
}
