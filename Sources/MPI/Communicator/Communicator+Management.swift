extension Communicator {
    /// Makes a communicator with the same ranks, whose messages are apart from those of this one.
    ///
    /// Every rank calls it. A library does it once, so that its messages never mix with those of the program.
    ///
    /// - Returns: The new communicator, of the same class, with the same topology; ``free()`` gives it back.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Comm_dup` (MPI 3.1 §6.4.2)
    public func duplicate() throws(MPIError) -> Communicator {
        try ofSameKind(raw.duplicate())
    }

    /// Splits the ranks into new communicators.
    ///
    /// Every rank calls it, and gets the communicator of those that gave the same color.
    ///
    /// ```swift
    /// let half = try world.split(color: world.rank % 2)
    /// ```
    /// - Parameters:
    ///   - color: The number of the new communicator that this rank wants to be in, from 0; `nil` for none.
    ///   - key: Ranks are numbered in the new communicator in the order of their keys, then of their ranks here.
    /// - Returns: The new communicator; `nil` if the color is.
    /// - Throws: `MPIError` if the MPI library fails, or the color is negative.
    ///
    /// Collective · blocking · `MPI_Comm_split` (MPI 3.1 §6.4.2)
    public func split(color: Int?, key: Int = 0) throws(MPIError) -> Communicator? {
        var number: Int32?
        if let color {
            guard color >= 0, let small = Int32(exactly: color) else {
                throw MPIError(
                    .argument,
                    call: "MPI_Comm_split",
                    text: "\(color) is no color: it must not be negative"
                )
            }
            number = small
        }
        guard let made = try raw.split(color: number, key: Self.number(ofKey: key)) else { return nil }
        return try Communicator(made, isOwned: true)
    }

    /// Splits the ranks by the node they run on: those that can share memory are together.
    ///
    /// Every rank calls it.
    ///
    /// - Parameter key: Ranks are numbered in the new communicator in the order of their keys, then of their ranks here.
    /// - Returns: The communicator of the ranks on this node.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Comm_split_type` with `MPI_COMM_TYPE_SHARED` (MPI 3.1 §6.4.2)
    public func splitByNode(key: Int = 0) throws(MPIError) -> Communicator {
        guard let made = try raw.splitByNode(key: Self.number(ofKey: key)) else {
            throw MPIError(
                .communicator,
                call: "MPI_Comm_split_type",
                text: "the library made no communicator"
            )
        }
        return try Communicator(made, isOwned: true)
    }

    private static func number(ofKey key: Int) throws(MPIError) -> Int32 {
        guard let number = Int32(exactly: key) else {
            throw MPIError(
                .argument,
                call: "MPI_Comm_split",
                text: "the key \(key) does not fit into 32 bits"
            )
        }
        return number
    }

    /// The name of the communicator, which shows in tools; empty if it has none.
    ///
    /// - Throws: `MPIError` if the communicator has been freed.
    ///
    /// Local · `MPI_Comm_get_name` (MPI 3.1 §6.8)
    public var name: String {
        get throws(MPIError) { try raw.name() }
    }

    /// Gives the communicator a name.
    ///
    /// - Parameter name: The name. What is too long for the library is cut off.
    /// - Throws: `MPIError` if the communicator has been freed.
    ///
    /// Local · `MPI_Comm_set_name` (MPI 3.1 §6.8)
    public func rename(to name: String) throws(MPIError) {
        try raw.rename(to: name)
    }
}
