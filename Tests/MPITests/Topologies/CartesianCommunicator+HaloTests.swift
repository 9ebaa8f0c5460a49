import MPI
import RankChecks
import Testing

/// The global array as one process would have it, to compare with: the value at every place is its own.
private func value(at place: [Int], of extent: [Int], periodic: [Bool]) -> Double? {
    var number = 0
    for (dimension, index) in place.enumerated() {
        let size = extent[dimension]
        guard periodic[dimension] || (0..<size).contains(index) else { return nil }
        number = number * size + (index + 10 * size) % size
    }
    return Double(number)
}

/// All places of a box, the last index fastest.
private func places(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { places, size in places.flatMap { place in (0..<size).map { place + [$0] } } }
}

@Suite("CartesianCommunicator+Halo")
struct CartesianCommunicatorHaloTests {
    @Test(
        "margins hold what the neighbours have at their edges, corners included",
        arguments: [1, 2, 3, 4, 6]
    )
    func margins(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            for (count, inner) in [(1, [5]), (2, [3, 4]), (3, [2, 3, 2])] {
                for periodic in [Bool](repeating: false, count: count).alternatives {
                    for width in [1, 2] {
                        let dimensions = try CartesianCommunicator.balancedDimensions(
                            ranks: world.size,
                            count: count
                        )
                        let grid = try #require(
                            try world.makeCartesian(dimensions: dimensions, periodic: periodic)
                        )
                        let extent = zip(dimensions, inner).map { $0 * $1 }
                        let shape = inner.map { $0 + 2 * width }
                        func global(_ place: [Int]) -> [Int] {
                            place.indices.map { grid.coordinates[$0] * inner[$0] + place[$0] - width }
                        }
                        func isInner(_ place: [Int]) -> Bool {
                            place.indices.allSatisfy { (width..<(width + inner[$0])).contains(place[$0]) }
                        }
                        let all = places(shape)
                        var block = all.map { place in
                            isInner(place)
                                ? value(at: global(place), of: extent, periodic: periodic) ?? -2 : -1
                        }
                        try grid.exchangeHalo(of: &block, shape: shape, width: width)
                        let expected = all.map { value(at: global($0), of: extent, periodic: periodic) ?? -1 }
                        #expect(
                            block == expected,
                            "dimensions \(dimensions), periodic \(periodic), width \(width)"
                        )
                        try grid.free()
                    }
                }
            }
        }
    }

    @Test(
        "dimensions that the grid does not divide go along as a whole; a shape that does not fit is refused"
    )
    func undivided() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let grid = try #require(try world.makeCartesian(dimensions: [2]))
            var block = [Int32](repeating: Int32(grid.rank), count: 4 * 3)
            try grid.exchangeHalo(of: &block, shape: [4, 3])
            let other = [Int32](repeating: Int32(1 - grid.rank), count: 3)
            let own = [Int32](repeating: Int32(grid.rank), count: 9)
            #expect(block == (grid.rank == 0 ? own + other : other + own))
            for (shape, width) in [([4, 4], 1), ([12], 5), ([], 1), ([-4, -3], 1)] {
                let error = #expect(throws: MPIError.self) {
                    try grid.exchangeHalo(of: &block, shape: shape, width: width)
                }
                #expect(error?.errorClass == .argument)
            }
            // Another extent along the edge.
            var wrong = [Int32](repeating: 0, count: 4 * (3 + grid.rank))
            let error = #expect(throws: MPIError.self) {
                try grid.exchangeHalo(of: &wrong, shape: [4, 3 + grid.rank])
            }
            #expect(error?.errorClass == (grid.rank == 0 ? .truncation : .mismatch))
            try grid.free()
        }
    }
}

extension [Bool] {
    /// All arrays of truth values of this length.
    fileprivate var alternatives: [[Bool]] {
        indices.reduce([[]]) { lists, _ in lists.flatMap { [$0 + [false], $0 + [true]] } }
    }
}
