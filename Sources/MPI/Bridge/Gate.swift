internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What every call of the C library passes through.
///
/// The gate is open when MPI is running with full thread support, which costs a call one load and one comparison. In every
/// other case (calls must be serialised or must not block, MPI has been finalised, or the program may not use MPI here) it takes the
/// slow way.
enum Gate {
    /// Why a call may not go straight through.
    struct Obstacle {
        static let serialized: UInt8 = 1
        static let singleThread: UInt8 = 2
        static let finalized: UInt8 = 4
        static let forbidden: UInt8 = 8
        /// There are immediate receives that have found no message, so no call may block in the library.
        static let unmatched: UInt8 = 16
        /// The process was forked from a rank, whose connections it must not use.
        static let forked: UInt8 = 32
    }

    private static let obstacles = Atomic<UInt8>(0)

    /// Held during a call if the library must not be called by two threads at a time.
    private static let turn = Mutex<Void>(())

    /// Whether a call may go straight through, and may block in the library.
    @inline(__always)
    static var isOpen: Bool { obstacles.load(ordering: .relaxed) == 0 }

    /// Puts an obstacle into the way of all calls.
    static func put(_ obstacle: UInt8) {
        obstacles.bitwiseOr(obstacle, ordering: .sequentiallyConsistent)
    }

    /// Takes an obstacle out of the way.
    static func take(_ obstacle: UInt8) {
        obstacles.bitwiseAnd(~obstacle, ordering: .sequentiallyConsistent)
    }

    /// Whether an obstacle is in the way.
    static func has(_ obstacle: UInt8) -> Bool {
        obstacles.load(ordering: .acquiring) & obstacle != 0
    }

    /// Does a call that is not allowed to go straight through: in turn, or not at all.
    @inline(never)
    static func pass(_ name: StaticString, _ body: () -> Int32) throws(MPIError) -> Int32 {
        let found = obstacles.load(ordering: .acquiring)
        if found & Obstacle.forbidden != 0 { Runtime.refuse() }
        if found & Obstacle.forked != 0 { throw Runtime.forkedError(name) }
        if found & Obstacle.finalized != 0 {
            throw MPIError(
                .notRunning,
                call: name,
                text: "MPI has been finalized; no communication is possible after that"
            )
        }
        if found & Obstacle.singleThread != 0 && !Runtime.isInitializingThread {
            throw MPIError(
                .wrongThread,
                call: name,
                text: """
                    the MPI library was initialized with a thread level at which only the thread that initialized it \
                    may communicate; ask for .serialized or .multiple
                    """
            )
        }
        guard found & (Obstacle.serialized | Obstacle.singleThread) != 0 else { return body() }
        return turn.withLock { _ in body() }
    }
}

/// Calls the C library.
///
/// Every call goes through here, so that no return code is lost.
@inline(__always)
func call(_ name: StaticString, _ body: () -> Int32) throws(MPIError) {
    let code = Gate.isOpen ? body() : try Gate.pass(name, body)
    // MPI_SUCCESS is 0 in every version of the standard.
    if code != 0 { throw MPIError(code: code, call: name) }
}

/// Calls the C library for a collective operation, which blocks.
@inline(__always)
func callCollective(_ name: StaticString, _ body: () -> Int32) throws(MPIError) {
    guard Gate.isOpen else { return try callCollectiveSlowly(name, body) }
    let code = body()
    if code != 0 { throw MPIError(code: code, call: name) }
}

/// Has another thread look for messages of immediate receives while this one blocks, if there are any.
@inline(never)
private func callCollectiveSlowly(_ name: StaticString, _ body: () -> Int32) throws(MPIError) {
    guard Gate.has(Gate.Obstacle.unmatched),
        !Gate.has(
            // In a forked process there is no other thread.
            Gate.Obstacle.serialized | Gate.Obstacle.singleThread | Gate.Obstacle.forked
        )
    else {
        return try call(name, body)
    }
    let lookout = Lookout()
    ProgressThread.shared.watch(lookout) {}
    defer { lookout.end() }
    try call(name, body)
}
