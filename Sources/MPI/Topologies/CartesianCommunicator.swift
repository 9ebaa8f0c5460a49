/// A communicator whose ranks form a grid.
///
/// Every rank has coordinates, the last of which changes fastest with the rank, as the index of an array in C or Swift.
///
/// ```swift
/// let dimensions = try CartesianCommunicator.balancedDimensions(ranks: world.size, count: 2)
/// if let grid = try world.makeCartesian(dimensions: dimensions, periodic: [true, false]) {
///     let (left, right) = try grid.shift(along: 1)      // whom a shift comes from, and goes to; nil at the edge
/// }
/// ```
/// MPI 3.1 §7.5
public final class CartesianCommunicator: Communicator, @unchecked Sendable {
    // Immutable, like what the superclass guards: hence the unchecked conformance.

    /// The number of ranks along each dimension.
    ///
    /// Local · `MPI_Cart_get` (MPI 3.1 §7.5.5)
    public let dimensions: [Int]

    /// Along which dimensions the last rank is a neighbour of the first.
    ///
    /// Local · `MPI_Cart_get` (MPI 3.1 §7.5.5)
    public let isPeriodic: [Bool]

    /// Where this rank is.
    ///
    /// Local · `MPI_Cart_get` (MPI 3.1 §7.5.5)
    public let coordinates: [Int]

    override init(_ raw: RawCommunicator, isOwned: Bool) throws(MPIError) {
        (dimensions, isPeriodic, coordinates) = try raw.cartesianShape()
        try super.init(raw, isOwned: isOwned)
    }

    override func ofSameKind(_ duplicate: RawCommunicator) throws(MPIError) -> Communicator {
        try CartesianCommunicator(duplicate, isOwned: true)
    }

    /// The rank at some coordinates.
    ///
    /// - Parameter coordinates: One for each dimension. Along a periodic dimension any number will do.
    /// - Returns: The rank.
    /// - Throws: `MPIError` of class `argument` if there are too few or too many, or one is outside.
    ///
    /// Local · `MPI_Cart_rank` (MPI 3.1 §7.5.5)
    public func rank(at coordinates: [Int]) throws(MPIError) -> Int {
        try expectDimensions(coordinates.count, "MPI_Cart_rank")
        for (index, coordinate) in coordinates.enumerated()
        where !isPeriodic[index] && !(0..<dimensions[index]).contains(coordinate) {
            throw MPIError(
                .argument,
                call: "MPI_Cart_rank",
                text: "\(coordinate) lies outside of dimension \(index), which has \(dimensions[index]) ranks"
            )
        }
        return try raw.cartesianRank(at: libraryNumbers(coordinates, "MPI_Cart_rank", "the coordinate"))
    }

    /// Where a rank is.
    ///
    /// - Parameter rank: The rank.
    /// - Returns: Its coordinates.
    /// - Throws: `MPIError` of class `rank` if there is no such rank.
    ///
    /// Local · `MPI_Cart_coords` (MPI 3.1 §7.5.5)
    public func coordinates(ofRank rank: Int) throws(MPIError) -> [Int] {
        try raw.cartesianCoordinates(ofRank: destination(rank, "MPI_Cart_coords"), count: dimensions.count)
    }

    /// Whom data comes from, and whom it goes to, when it is shifted through the grid.
    ///
    /// - Parameters:
    ///   - dimension: The dimension, from 0.
    ///   - distance: By how many ranks, upwards; downwards if negative.
    /// - Returns: The ranks; `nil` beyond the edge.
    /// - Throws: `MPIError` of class `dimensions` if there is no such dimension.
    ///
    /// Local · `MPI_Cart_shift` (MPI 3.1 §7.5.6)
    public func shift(along dimension: Int, by distance: Int = 1) throws(MPIError) -> (
        source: Int?, destination: Int?
    ) {
        guard dimensions.indices.contains(dimension) else {
            throw MPIError(
                .dimensions,
                call: "MPI_Cart_shift",
                text: "there is no dimension \(dimension) in a grid of \(dimensions.count)"
            )
        }
        let numbers = try libraryNumbers([dimension, distance], "MPI_Cart_shift", "the distance")
        return try raw.cartesianShift(numbers[0], numbers[1])
    }

    /// Splits the grid into grids of fewer dimensions: rows, columns, planes.
    ///
    /// Every rank calls it.
    ///
    /// ```swift
    /// let row = try grid.subgrid(keeping: [false, true])     // the ranks with the same first coordinate
    /// ```
    /// - Parameter kept: For each dimension whether the new grids have it.
    /// - Returns: The grid that this rank is in; ``Communicator/free()`` gives it back.
    /// - Throws: `MPIError` of class `argument` if there are too few or too many.
    ///
    /// Collective · blocking · `MPI_Cart_sub` (MPI 3.1 §7.5.7)
    public func subgrid(keeping kept: [Bool]) throws(MPIError) -> CartesianCommunicator {
        try expectDimensions(kept.count, "MPI_Cart_sub")
        return try CartesianCommunicator(raw.cartesianSubgrid(keeping: kept), isOwned: true)
    }

    private func expectDimensions(_ count: Int, _ name: StaticString) throws(MPIError) {
        guard count == dimensions.count else {
            throw MPIError(
                .argument,
                call: name,
                text: "\(count) given for a grid of \(dimensions.count) dimensions"
            )
        }
    }

    /// Distributes ranks over a grid as evenly as can be.
    ///
    /// - Parameters:
    ///   - ranks: The number of ranks.
    ///   - count: The number of dimensions.
    ///   - fixed: Dimensions that are given already, by their index.
    /// - Returns: The dimensions, whose product is the number of ranks.
    /// - Throws: `MPIError` of class `dimensions` if that cannot be.
    ///
    /// Local · `MPI_Dims_create` (MPI 3.1 §7.5.2)
    public static func balancedDimensions(ranks: Int, count: Int, fixed: [Int: Int] = [:]) throws(MPIError)
        -> [Int]
    {
        var dimensions = [Int](repeating: 0, count: max(0, count))
        for (index, value) in fixed {
            guard dimensions.indices.contains(index), value > 0 else {
                throw MPIError(
                    .dimensions,
                    call: "MPI_Dims_create",
                    text: "\(value) is no size for dimension \(index) of \(count)"
                )
            }
            dimensions[index] = value
        }
        let product = dimensions.filter { $0 > 0 }.reduce(1, *)
        guard count > 0, ranks > 0, ranks.isMultiple(of: product), dimensions.contains(0) || product == ranks
        else {
            throw MPIError(
                .dimensions,
                call: "MPI_Dims_create",
                text:
                    "\(ranks) ranks do not fill a grid of \(count) dimensions with \(product) times a whole number"
            )
        }
        try Runtime.initialize(.multiple)
        let numbers = try libraryNumbers(dimensions + [ranks], "MPI_Dims_create", "the number")
        return try RawCommunicator.balancedDimensions(numbers[count], Array(numbers[..<count]))
    }
}

extension Communicator {
    /// Makes a communicator whose ranks form a grid.
    ///
    /// Every rank calls it with the same arguments.
    ///
    /// - Parameters:
    ///   - dimensions: The number of ranks along each dimension. If their product is less than the number of ranks, some are left over.
    ///   - periodic: For each dimension whether the last rank is a neighbour of the first; none is, if omitted.
    ///   - reorder: Whether ranks may be numbered anew, to suit the machine.
    /// - Returns: The grid; `nil` on a rank that is left over.
    /// - Throws: `MPIError` of class `dimensions` or `topology` if there are not enough ranks.
    ///
    /// Collective · blocking · `MPI_Cart_create` (MPI 3.1 §7.5.1)
    public final func makeCartesian(
        dimensions: [Int],
        periodic: [Bool]? = nil,
        reorder: Bool = false
    ) throws(MPIError) -> CartesianCommunicator? {
        let (numbers, periods) = try checkedGrid(dimensions, periodic, "MPI_Cart_create")
        guard let made = try raw.makeCartesian(numbers, periods, reorder: reorder) else { return nil }
        return try CartesianCommunicator(made, isOwned: true)
    }

    /// The rank that this process would best have in a grid, without making one.
    ///
    /// - Parameters:
    ///   - dimensions: The number of ranks along each dimension.
    ///   - periodic: For each dimension whether the last rank is a neighbour of the first; none is, if omitted.
    /// - Returns: The rank; `nil` if this process would be left over.
    /// - Throws: `MPIError` of class `dimensions` or `topology` if there are not enough ranks.
    ///
    /// Local · `MPI_Cart_map` (MPI 3.1 §7.5.8)
    public final func rankInCartesian(dimensions: [Int], periodic: [Bool]? = nil) throws(MPIError) -> Int? {
        let (numbers, periods) = try checkedGrid(dimensions, periodic, "MPI_Cart_map")
        return try raw.cartesianMap(numbers, periods)
    }

    private func checkedGrid(_ dimensions: [Int], _ periodic: [Bool]?, _ name: StaticString) throws(MPIError)
        -> ([Int32], [Bool])
    {
        let periods = periodic ?? dimensions.map { _ in false }
        guard periods.count == dimensions.count, dimensions.allSatisfy({ $0 > 0 }) else {
            throw MPIError(
                .dimensions,
                call: name,
                text: "the dimensions \(dimensions) with periods \(periods) are no grid"
            )
        }
        var product = 1
        for dimension in dimensions where product <= size { product *= min(dimension, size + 1) }
        guard product <= size else {
            throw MPIError(
                .dimensions,
                call: name,
                text: "a grid of \(dimensions) needs more ranks than the \(size) that there are"
            )
        }
        return (try libraryNumbers(dimensions, name, "the dimension"), periods)
    }
}
