import Multiprocessing

private func startPassing(_ barrier: Barrier, _ told: Queue<String>, times: Int = 1, count: Int) throws
    -> [Process]
{
    try (0..<count).map { _ in
        try startProcess { for _ in 0..<times { try told.put(returned { try barrier.wait() }) } }
    }
}

private func awaitWaiting(at barrier: Barrier, count: Int) throws {
    while try barrier.waitingCount < count {}
}

extension OracleScenario {
    /// See `Python/barriers.py`.
    static let barriers: [OracleScenario] = [
        OracleScenario("barrier") {
            let (barrier, told) = (try Barrier(parties: 3), try Queue<String>())
            say(barrier.parties, try barrier.waitingCount, try barrier.isBroken)
            let processes = try startPassing(barrier, told, count: 3)
            say(try (0..<3).map { _ in try told.get() }.sorted())
            try joinAll(processes)
            say(try barrier.waitingCount, try barrier.isBroken)
        },
        OracleScenario("barrier_again_and_again") {
            let (barrier, told) = (try Barrier(parties: 2), try Queue<String>())
            let processes = try startPassing(barrier, told, times: 10, count: 2)
            say(try (0..<20).map { _ in try told.get() }.sorted())
            try joinAll(processes)
        },
        OracleScenario("barrier_for_one") {
            let barrier = try Barrier(parties: 1)
            say(try barrier.wait(), try barrier.wait(timeout: .zero))
        },
        OracleScenario("barrier_with_an_action") {
            let (actions, told) = (try Queue<String>(), try Queue<String>())
            let barrier = try Barrier(parties: 2, action: { try actions.put("acted") })
            let processes = try startPassing(barrier, told, times: 2, count: 2)
            say(try (0..<4).map { _ in try told.get() }.sorted(), try actions.get(), try actions.get())
            try joinAll(processes)
            say(outcome { _ = try actions.getWithoutWaiting() })
        },
        OracleScenario("barrier_with_an_action_that_fails") {
            let told = try Queue<String>()
            let barrier = try Barrier(parties: 2, action: { throw OracleOddity(number: 3) })
            let processes = try startPassing(barrier, told, count: 2)
            say(try (0..<2).map { _ in try told.get() }.sorted())
            try joinAll(processes)
            say(try barrier.isBroken, outcome { try barrier.wait() })
        },
        OracleScenario("barrier_aborted") {
            let (barrier, told) = (try Barrier(parties: 3), try Queue<String>())
            let processes = try startPassing(barrier, told, count: 2)
            try awaitWaiting(at: barrier, count: 2)
            say(try barrier.waitingCount, try barrier.isBroken)
            try barrier.abort()
            say(try (0..<2).map { _ in try told.get() })
            try joinAll(processes)
            say(
                try barrier.isBroken,
                outcome { try barrier.wait() },
                outcome { try barrier.wait(timeout: .zero) }
            )
        },
        OracleScenario("barrier_reset") {
            let (barrier, told) = (try Barrier(parties: 2), try Queue<String>())
            let waiting = try startPassing(barrier, told, count: 1)
            try awaitWaiting(at: barrier, count: 1)
            try barrier.reset()
            say(try told.get())
            try joinAll(waiting)
            say(try barrier.isBroken, try barrier.waitingCount)
            let processes = try startPassing(barrier, told, count: 2)
            say(try (0..<2).map { _ in try told.get() }.sorted())
            try joinAll(processes)
        },
        OracleScenario("barrier_mended") {
            let (barrier, told) = (try Barrier(parties: 2), try Queue<String>())
            try barrier.abort()
            try barrier.abort()
            say(try barrier.isBroken)
            try barrier.reset()
            say(try barrier.isBroken)
            let processes = try startPassing(barrier, told, count: 2)
            say(try (0..<2).map { _ in try told.get() }.sorted())
            try joinAll(processes)
        },
        OracleScenario("barrier_whose_time_is_up") {
            let (barrier, told) = (try Barrier(parties: 3), try Queue<String>())
            let processes = try startPassing(barrier, told, count: 1)
            try awaitWaiting(at: barrier, count: 1)
            say(outcome { try barrier.wait(timeout: .milliseconds(10)) })
            say(try told.get(), try barrier.isBroken)
            try joinAll(processes)
            say(outcome { try Barrier(parties: 2, timeout: .milliseconds(10)).wait() })
        },
        OracleScenario(
            "barrier_of_a_process_that_was_killed",
            differs: Difference(
                "the end of one that waits breaks the barrier; in Python the others wait for ever",
                python: ["empty"],
                swift: ["broken barrier"]
            )
        ) {
            let (barrier, told) = (try Barrier(parties: 2), try Queue<String>())
            let process = try startProcess { try barrier.wait() }
            try awaitWaiting(at: barrier, count: 1)
            process.kill()
            try process.join()
            let others = try startPassing(barrier, told, count: 1)
            say(try told.get())
            try joinAll(others)
        },
    ]
}
