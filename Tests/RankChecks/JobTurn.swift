/// Runs a closure while no other job of this test program runs: a few cores cannot take several jobs at once, and
/// their time limits would count what they wait for one another.
///
/// - Parameter body: What starts a job and waits for it.
/// - Returns: What the closure returns.
/// - Throws: What the closure throws.
public func oneJobAtATime<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    await JobTurn.shared.begin()
    let outcome: Result<Value, any Error>
    do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
    await JobTurn.shared.end()
    return try outcome.get()
}

/// A lock that is held across suspensions; whoever asks first gets it first.
private actor JobTurn {
    static let shared = JobTurn()

    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func begin() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func end() {
        if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
}
