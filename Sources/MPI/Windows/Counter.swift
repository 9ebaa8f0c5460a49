/// A number that all ranks count up together: each gets another value, without the doing of the rank that has it.
///
/// ```swift
/// let counter = try world.makeCounter()
/// while true {
///     let task = try counter.next()
///     guard task < tasks.count else { break }
///     perform(tasks[task])
/// }
/// try counter.free()
/// ```
/// As in mpi4py's `util.sync`.
public final class Counter: Sendable {
    private let window: Window<Int64>
    private let root: Int
    private let step: Int64

    init(_ window: Window<Int64>, root: Int, step: Int64) {
        self.window = window
        self.root = root
        self.step = step
    }

    /// Takes the next value.
    ///
    /// - Parameter step: By how much it is counted up; by the counter's own step, if omitted.
    /// - Returns: The value before.
    /// - Throws: `MPIError` if the counter has been freed.
    ///
    /// Local · `MPI_Fetch_and_op` (MPI 3.1 §11.3.4)
    public func next(by step: Int? = nil) throws -> Int {
        Int(try window.fetchAndOperate(step.map { Int64($0) } ?? self.step, .sum, on: root))
    }

    /// The value that the next call would get.
    ///
    /// - Throws: `MPIError` if the counter has been freed.
    public var value: Int {
        get throws { Int(try window.fetchAndOperate(0, .noOperation, on: root)) }
    }

    /// Gives the counter up.
    ///
    /// Every rank calls it.
    ///
    /// - Throws: `MPIError` if it has been freed.
    ///
    /// Collective · blocking · `MPI_Win_free` (MPI 3.1 §11.2.5)
    public func free() throws(MPIError) { try window.free() }
}

extension Communicator {
    /// Makes a number that all ranks count up together.
    ///
    /// Every rank calls it with the same arguments.
    ///
    /// - Parameters:
    ///   - start: The first value.
    ///   - step: By how much it is counted up.
    ///   - root: The rank that has it.
    /// - Returns: The counter; ``Counter/free()`` gives it back.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Win_allocate` (MPI 3.1 §11.2.2)
    public final func makeCounter(from start: Int = 0, step: Int = 1, on root: Int = 0) throws -> Counter {
        _ = try rootNumber(root, "MPI_Win_allocate")
        let window = try makeWindow(rank == root ? [Int64(start)] : [])
        return Counter(window, root: root, step: Int64(step))
    }
}
