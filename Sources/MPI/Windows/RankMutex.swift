internal import Synchronization

/// A lock that one rank at a time holds; the others wait for it in the order in which they came.
///
/// ```swift
/// let mutex = try world.makeMutex()
/// try mutex.withLock { try append(line, to: file) }
/// try mutex.free()
/// ```
/// Each rank waits by looking at its own memory, less and less often. One thread of a rank uses it at a time. If a rank ends while it holds the
/// lock, the others wait for ever, unless that ends the job, as it usually does.
///
/// As in mpi4py's `util.sync`.
public final class RankMutex: Sendable {
    // A queue as by Mellor-Crummey and Scott: the first cell of rank 0 names the last who came; each rank has a cell that says whether it still waits,
    // and one that names who comes after it. Ranks are counted from 1, so that 0 is nobody.
    private static let tail = 0
    private static let waiting = 1
    private static let next = 2

    private let window: Window<Int64>
    private let isHeld = Mutex(false)

    init(_ window: Window<Int64>) {
        self.window = window
    }

    private var own: Int { window.communicator.rank }

    private func exchange(_ value: Int64, on rank: Int, at cell: Int) throws -> Int64 {
        try window.fetchAndOperate(value, .replace, on: rank, at: cell)
    }

    private func look(at cell: Int) throws -> Int64 {
        try window.fetchAndOperate(0, .noOperation, on: own, at: cell)
    }

    /// Waits for the lock, and takes it.
    ///
    /// - Throws: `MPIError` of class `accessSynchronization` if this rank holds it already.
    ///
    /// Blocking · `MPI_Fetch_and_op` (MPI 3.1 §11.3.4)
    public func lock() throws {
        try expectHeld(false)
        _ = try exchange(0, on: own, at: Self.next)
        _ = try exchange(1, on: own, at: Self.waiting)
        let before = try exchange(Int64(own + 1), on: 0, at: Self.tail)
        if before != 0 {
            _ = try exchange(Int64(own + 1), on: Int(before) - 1, at: Self.next)
            var backoff = Backoff()
            while try look(at: Self.waiting) != 0 { backoff.pause() }
        }
        isHeld.withLock { $0 = true }
    }

    /// Takes the lock if nobody holds it or waits for it.
    ///
    /// - Returns: Whether this rank holds it now.
    /// - Throws: `MPIError` of class `accessSynchronization` if this rank holds it already.
    ///
    /// Local · `MPI_Compare_and_swap` (MPI 3.1 §11.3.4)
    public func tryLock() throws -> Bool {
        try expectHeld(false)
        _ = try exchange(0, on: own, at: Self.next)
        _ = try exchange(0, on: own, at: Self.waiting)
        let isTaken =
            try window.compareAndSwap(expected: 0, desired: Int64(own + 1), on: 0, at: Self.tail) == 0
        isHeld.withLock { $0 = isTaken }
        return isTaken
    }

    /// Gives the lock to the rank that has waited longest.
    ///
    /// - Throws: `MPIError` of class `accessSynchronization` if this rank does not hold it.
    ///
    /// Local · `MPI_Compare_and_swap` (MPI 3.1 §11.3.4)
    public func unlock() throws {
        try expectHeld(true)
        isHeld.withLock { $0 = false }
        var successor = try look(at: Self.next)
        if successor == 0 {
            let last = try window.compareAndSwap(expected: Int64(own + 1), desired: 0, on: 0, at: Self.tail)
            if last == Int64(own + 1) { return }
            // Somebody has come, and is about to say so.
            var backoff = Backoff()
            while successor == 0 {
                successor = try look(at: Self.next)
                if successor == 0 { backoff.pause() }
            }
        }
        _ = try exchange(0, on: Int(successor) - 1, at: Self.waiting)
    }

    /// Does something while no other rank does.
    ///
    /// - Parameter body: What is done.
    /// - Returns: What the body returns.
    /// - Throws: `MPIError` of class `accessSynchronization` if this rank holds the lock already; what the body throws, after it was given
    ///   back.
    public func withLock<Result>(_ body: () throws -> Result) throws -> Result {
        try lock()
        let result = Swift.Result { try body() }
        try unlock()
        return try result.get()
    }

    /// Whether this rank holds the lock.
    public var isLocked: Bool { isHeld.withLock { $0 } }

    private func expectHeld(_ wanted: Bool) throws(MPIError) {
        guard isLocked == wanted else {
            throw MPIError(
                .accessSynchronization,
                call: "MPI_Compare_and_swap",
                text: wanted ? "this rank does not hold the lock" : "this rank holds the lock already"
            )
        }
    }

    /// Gives the lock up for good.
    ///
    /// Every rank calls it, and none holds it.
    ///
    /// - Throws: `MPIError` if it has been freed.
    ///
    /// Collective · blocking · `MPI_Win_free` (MPI 3.1 §11.2.5)
    public func free() throws(MPIError) { try window.free() }
}

extension Communicator {
    /// Makes a lock that one rank at a time holds.
    ///
    /// Every rank calls it.
    ///
    /// - Returns: The lock; ``RankMutex/free()`` gives it back.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Win_allocate` (MPI 3.1 §11.2.2)
    public final func makeMutex() throws(MPIError) -> RankMutex {
        RankMutex(try makeWindow([0, 0, 0]))
    }
}
