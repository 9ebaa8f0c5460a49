import Multiprocessing

/// What a function says in a process of its own.
private func inProcess(_ body: @escaping @Sendable () throws -> String) throws -> String {
    let answers = try Queue<String>()
    let process = try startProcess { try answers.put(try body()) }
    let answer = try answers.get()
    try process.join()
    return answer
}

private func tryToAcquire(_ lock: some Acquirable) throws -> String {
    try inProcess { words(try lock.acquire(timeout: .milliseconds(10))) }
}

private func tryToRelease(_ lock: some Acquirable) throws -> String {
    try inProcess { outcome { try lock.release() } }
}

private func acquireAndRelease(_ lock: some Acquirable) throws -> String {
    try inProcess { words([try lock.acquire(timeout: nil), outcome { try lock.release() }] as [Any?]) }
}

private func startWaiting(at condition: Condition, _ told: Queue<String>, count: Int) throws -> [Process] {
    let processes = try (0..<count).map { _ in
        try startProcess {
            try condition.withLock {
                try told.put("waits")
                try told.put(words(try condition.wait()))
            }
        }
    }
    say(try processes.map { _ in try told.get() })
    return processes
}

extension OracleScenario {
    /// See `Python/synchronization.py`.
    static let synchronization: [OracleScenario] = locks + semaphoresAndEvents + conditions

    private static let locks: [OracleScenario] = [
        OracleScenario("lock") {
            let lock = try Lock()
            say(
                try lock.acquire(),
                try lock.acquire(timeout: .zero),
                try lock.acquire(timeout: .milliseconds(10)),
                try lock.acquire(timeout: .seconds(-1))
            )
            say(outcome { try lock.release() }, outcome { try lock.release() })
            say(try lock.acquire(timeout: .zero), outcome { try lock.release() })
        },
        OracleScenario("lock_in_two_processes") {
            let lock = try Lock()
            try lock.acquire()
            say(try tryToAcquire(lock))
            try lock.release()
            say(try acquireAndRelease(lock))
        },
        OracleScenario("lock_released_by_another_process") {
            let lock = try Lock()
            try lock.acquire()
            say(try tryToRelease(lock))
            say(try lock.acquire(timeout: .zero), outcome { try lock.release() })
        },
        OracleScenario("lock_excludes") {
            let (lock, counter) = (try Lock(), try Queue<Int>())
            try counter.put(0)
            let processes = try (0..<3).map { _ in
                try startProcess {
                    for _ in 0..<10 { try lock.withLock { try counter.put(try counter.get() + 1) } }
                }
            }
            try joinAll(processes)
            say(try counter.get())
        },
        OracleScenario(
            "lock_of_a_process_that_was_killed",
            differs: Difference(
                "the next one gets the lock of a process that has ended, and can ask who lost it",
                python: ["held false", "false"],
                swift: ["held false", "true"]
            )
        ) {
            let (lock, told) = (try Lock(), try Queue<String>())
            let process = try startProcess {
                try lock.acquire()
                try told.put("held")
                waitForTheEnd()
            }
            say(try told.get(), try lock.acquire(timeout: .zero))
            process.kill()
            try process.join()
            say(try lock.acquire())
            try lock.release()
        },
        OracleScenario("lock_as_a_block") {
            let lock = try Lock()
            try lock.withLock { say(try lock.acquire(timeout: .zero)) }
            say(try lock.acquire(timeout: .zero))
            try lock.release()
        },
        OracleScenario("reentrant_lock") {
            let lock = try RLock()
            say(try lock.acquire(), try lock.acquire(), try lock.acquire(timeout: .zero))
            say(try tryToAcquire(lock))
            try lock.release()
            try lock.release()
            say(try tryToAcquire(lock))
            try lock.release()
            say(outcome { try lock.release() })
            say(try acquireAndRelease(lock))
        },
        OracleScenario("reentrant_lock_released_by_another_process") {
            let lock = try RLock()
            say(try tryToRelease(lock))
            try lock.acquire()
            say(try tryToRelease(lock))
            say(outcome { try lock.release() })
        },
    ]

    private static let semaphoresAndEvents: [OracleScenario] = [
        OracleScenario("semaphore") {
            let semaphore = try Semaphore(value: 2)
            say(try semaphore.value, try semaphore.acquire(), try semaphore.acquire(), try semaphore.value)
            say(
                try semaphore.acquire(timeout: .zero),
                try semaphore.acquire(timeout: .milliseconds(10)),
                try semaphore.acquire(timeout: .seconds(-1))
            )
            try semaphore.release()
            say(try semaphore.value, try semaphore.acquire(timeout: .zero))
            for _ in 0..<4 { try semaphore.release() }
            say(try semaphore.value)
        },
        OracleScenario("semaphore_of_nothing") {
            let semaphore = try Semaphore(value: 0)
            say(try semaphore.acquire(timeout: .zero))
            say(try tryToRelease(semaphore))
            say(try semaphore.acquire(), try semaphore.value)
            say(outcome { _ = try Semaphore(value: -1) })
        },
        OracleScenario("bounded_semaphore") {
            let semaphore = try BoundedSemaphore(value: 2)
            say(outcome { try semaphore.release() })
            say(try semaphore.acquire(), try semaphore.value, try tryToRelease(semaphore))
            say(outcome { try semaphore.release() }, try semaphore.value)
        },
        OracleScenario("semaphore_by_default") { say(try Semaphore().value, try BoundedSemaphore().value) },
        OracleScenario("event") {
            let event = try Event()
            say(
                try event.isSet,
                try event.wait(timeout: .milliseconds(10)),
                try event.wait(timeout: .zero),
                try event.wait(timeout: .seconds(-1))
            )
            try event.set()
            say(try event.isSet, try event.wait(), try event.wait(timeout: .zero))
            try event.set()
            try event.clear()
            say(try event.isSet, try event.wait(timeout: .zero))
            try event.clear()
            say(try event.isSet)
        },
        OracleScenario("event_for_several") {
            let (event, told) = (try Event(), try Queue<String>())
            let processes = try (0..<3).map { _ in
                try startProcess {
                    try told.put("waits")
                    try told.put(words(try event.wait()))
                }
            }
            say(try processes.map { _ in try told.get() })
            try event.set()
            say(try processes.map { _ in try told.get() })
            try joinAll(processes)
            say(try inProcess { words(try event.isSet) })
        },
    ]

    private static let conditions: [OracleScenario] = [
        OracleScenario("condition_without_its_lock") {
            let condition = try Condition()
            say(
                outcome { try condition.wait(timeout: .zero) },
                outcome { try condition.notify() },
                outcome { try condition.notifyAll() }
            )
            say(outcome { try condition.release() })
        },
        OracleScenario("condition_whose_time_is_up") {
            let condition = try Condition()
            try condition.withLock {
                say(try condition.wait(timeout: .milliseconds(10)), try condition.wait(timeout: .zero))
                say(
                    try condition.wait(for: { false }, timeout: .milliseconds(10)),
                    try condition.wait(for: { true }, timeout: .zero),
                    try condition.wait(for: { true })
                )
            }
            say(try acquireAndRelease(condition))
        },
        OracleScenario("condition_with_nobody_waiting") {
            let condition = try Condition(lock: Lock())
            try condition.withLock {
                say(
                    outcome { try condition.notify() },
                    outcome { try condition.notifyAll() },
                    outcome { try condition.notify(5) }
                )
                say(try condition.wait(timeout: .milliseconds(10)))
            }
        },
        OracleScenario("condition_notifies_as_many_as_it_says") {
            let (condition, told) = (try Condition(), try Queue<String>())
            let processes = try startWaiting(at: condition, told, count: 4)
            try condition.withLock { try condition.notify(2) }
            say(try (0..<2).map { _ in try told.get() })
            try condition.withLock { try condition.notify() }
            say(try told.get())
            try condition.withLock {
                say(processes.contains { $0.isAlive })
                try condition.notifyAll()
            }
            say(try told.get())
            try joinAll(processes)
            say(processes.map(\.exitCode))
        },
        OracleScenario("condition_notifies_all") {
            let (condition, told) = (try Condition(lock: Lock()), try Queue<String>())
            let processes = try startWaiting(at: condition, told, count: 3)
            try condition.withLock { try condition.notifyAll() }
            say(try processes.map { _ in try told.get() })
            try joinAll(processes)
        },
        OracleScenario("condition_notifies_more_than_there_are") {
            let (condition, told) = (try Condition(), try Queue<String>())
            let processes = try startWaiting(at: condition, told, count: 2)
            try condition.withLock { try condition.notify(10) }
            say(try processes.map { _ in try told.get() })
            try joinAll(processes)
        },
        OracleScenario("condition_waits_for_something") {
            let (condition, items, told) = (try Condition(), try Queue<Int>(), try Queue<Bool>())
            try items.put(1)
            let process = try startProcess {
                try condition.withLock { try told.put(try condition.wait(for: { try items.isEmpty })) }
            }
            try condition.withLock {
                _ = try items.get()
                try condition.notifyAll()
            }
            say(try told.get())
            try process.join()
        },
        OracleScenario("condition_in_a_reentrant_lock") {
            let condition = try Condition(lock: RLock())
            try condition.acquire()
            try condition.acquire()
            let process = try startProcess { try condition.withLock { try condition.notify() } }
            say(try condition.wait())
            try condition.release()
            say(try tryToAcquire(condition))
            try condition.release()
            try process.join()
            say(outcome { try condition.release() })
        },
    ]
}
