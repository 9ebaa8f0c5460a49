import Glibc
import Multiprocessing

private func square(_ number: Int) -> Int { number * number }
private func fail() throws -> Int { throw OracleOddity(number: 9) }

/// Calls that tell when they have begun, and then wait at a gate.
private struct Gate {
    let told: Queue<String>
    let gate: Queue<String>

    init() throws {
        told = try Queue()
        gate = try Queue()
    }

    func submit(to executor: Executor) throws -> Future<String> {
        let (told, gate) = (told, gate)
        return try executor.submit {
            try told.put("begun")
            return try gate.get()
        }
    }

    func open(_ count: Int = 1) throws { for _ in 0..<count { try gate.put("open") } }
}

private func withExecutor(_ workers: Int, _ body: (Executor) throws -> Void) throws {
    let executor = try Executor(maxWorkers: workers)
    try body(executor)
    try executor.shutdown()
}

extension OracleScenario {
    /// See `Python/futures.py`.
    static let futures: [OracleScenario] = futuresAlone + executors + severalFutures

    private static let futuresAlone: [OracleScenario] = [
        OracleScenario("results") {
            try withExecutor(2) { executor in
                let futures = try (0..<5).map { number in try executor.submit { square(number) } }
                say(try futures.map { try $0.result() })
                say(futures.map(\.isDone), futures[0].isCancelled, futures[0].isRunning, futures[0].cancel())
                say(try futures[0].exception().map(errorWord))
            }
        },
        OracleScenario("error_of_a_future") {
            try withExecutor(1) { executor in
                let future = try executor.submit(fail)
                say(
                    try future.exception().map(errorWord),
                    returned { try future.result() },
                    future.isDone,
                    future.isCancelled
                )
                say(try executor.submit { square(3) }.result())
            }
        },
        OracleScenario("future_whose_time_is_up") {
            let gate = try Gate()
            try withExecutor(1) { executor in
                let future = try gate.submit(to: executor)
                say(
                    try gate.told.get(),
                    outcome { _ = try future.result(timeout: .milliseconds(10)) },
                    outcome { _ = try future.exception(timeout: .zero) },
                    future.isDone,
                    future.isRunning
                )
                try gate.open()
                say(try future.result(timeout: .seconds(60)), future.isRunning)
            }
        },
        OracleScenario("future_that_runs_cannot_be_cancelled") {
            let gate = try Gate()
            try withExecutor(1) { executor in
                let future = try gate.submit(to: executor)
                say(try gate.told.get(), future.cancel(), future.isCancelled)
                try gate.open()
                say(try future.result())
            }
        },
        OracleScenario("future_is_cancelled") {
            let gate = try Gate()
            try withExecutor(1) { executor in
                let running = try (0..<4).map { _ in try gate.submit(to: executor) }
                _ = try gate.told.get()
                let future = try executor.submit { square(1) }
                say(future.cancel(), future.isCancelled, future.isDone, future.cancel())
                say(outcome { _ = try future.result() }, outcome { _ = try future.exception() })
                try gate.open(running.count)
                say(try running.map { try $0.result() })
            }
        },
        OracleScenario("done_callbacks") {
            let entries = try Queue<String>()
            try withExecutor(1) { executor in
                let future = try executor.submit { square(4) }
                future.addDoneCallback { future in try? entries.put(returned { try future.result() }) }
                say(try entries.get(), try future.result())
                future.addDoneCallback { _ in try? entries.put("again") }
                say(try entries.get())
            }
        },
    ]

    private static let executors: [OracleScenario] = [
        OracleScenario("map_of_an_executor") {
            try withExecutor(2) { executor in
                func all(_ results: PoolResults<Int>) throws -> [Int] {
                    var values: [Int] = []
                    while let value = try results.next() { values.append(value) }
                    return values
                }
                say(
                    try all(try executor.map(0..<6, square)),
                    try all(try executor.map(0..<6, chunkSize: 4, square))
                )
                say(outcome { _ = try executor.map([1], chunkSize: 0, square) })
            }
        },
        OracleScenario("map_whose_time_is_up") {
            let gate = try Gate()
            try withExecutor(1) { executor in
                let waiting = gate.gate
                let results = try executor.map(0..<1, timeout: .milliseconds(10)) { (number: Int) in
                    _ = try waiting.get()
                    return number
                }
                say(outcome { _ = try results.next() })
                try gate.open()
            }
        },
        OracleScenario("submit_after_shutdown") {
            let executor = try Executor(maxWorkers: 1)
            say(outcome { try executor.shutdown() }, outcome { try executor.shutdown() })
            say(
                outcome { _ = try executor.submit { square(1) } },
                outcome { _ = try executor.map([1], square) }
            )
        },
        OracleScenario("shutdown_finishes_the_work") {
            let executor = try Executor(maxWorkers: 1)
            let futures = try (0..<3).map { number in try executor.submit { square(number) } }
            try executor.shutdown()
            say(futures.map(\.isDone), try futures.map { try $0.result() })
        },
        OracleScenario("shutdown_without_waiting") {
            let gate = try Gate()
            let executor = try Executor(maxWorkers: 1)
            let future = try gate.submit(to: executor)
            say(try gate.told.get())
            try executor.shutdown(wait: false)
            say(future.isDone)
            try gate.open()
            say(try future.result())
        },
        OracleScenario("shutdown_cancels") {
            let gate = try Gate()
            let executor = try Executor(maxWorkers: 1)
            let running = try (0..<4).map { _ in try gate.submit(to: executor) }
            let waiting = try executor.submit { square(1) }
            say(try gate.told.get())
            try executor.shutdown(wait: false, cancelFutures: true)
            say(outcome { _ = try waiting.result() })
            try gate.open(running.count)
            say(try running[0].result())
        },
    ]

    private static let severalFutures: [OracleScenario] = [
        OracleScenario("wait_for_futures") {
            let gate = try Gate()
            try withExecutor(1) { executor in
                let first = try executor.submit { "\(square(2))" }
                let second = try gate.submit(to: executor)
                let early = Executor.wait(for: [first, second], until: .firstCompleted)
                say(early.done.contains { $0 === first }, early.notDone.contains { $0 === second })
                let then = Executor.wait(for: [first, second], timeout: .milliseconds(10))
                say(then.done.count, then.notDone.count)
                try gate.open()
                let late = Executor.wait(for: [first, second])
                say(late.done.count, late.notDone.count)
            }
        },
        OracleScenario("wait_for_the_first_error") {
            let gate = try Gate()
            try withExecutor(1) { executor in
                let futures = [
                    try executor.submit { "\(square(2))" },
                    try executor.submit { "\(try fail())" },
                    try gate.submit(to: executor),
                ]
                let (done, others) = Executor.wait(for: futures, until: .firstError)
                say(done.contains { $0 === futures[1] }, others.contains { $0 === futures[2] })
                try gate.open()
            }
        },
        OracleScenario("as_completed") {
            let gate = try Gate()
            try withExecutor(1) { executor in
                let futures = try (0..<4).map { number in try executor.submit { square(number) } }
                let completed = Executor.asCompleted(futures)
                var values: [Int] = []
                while let future = try completed.next() { values.append(try future.result()) }
                say(values.sorted())
                let waiting = Executor.asCompleted(
                    [try gate.submit(to: executor)],
                    timeout: .milliseconds(10)
                )
                say(outcome { _ = try waiting.next() })
                try gate.open()
            }
        },
        OracleScenario(
            "worker_of_an_executor_is_killed",
            differs: Difference(
                "the loss of a worker fails the call that it ran alone; the executor goes on",
                python: ["broken pool", "broken pool"],
                swift: ["worker lost -9", "16"]
            )
        ) {
            try withExecutor(1) { executor in
                say(returned { try executor.submit { Int(kill(getpid(), SIGKILL)) }.result() })
                say(returned { try executor.submit { square(4) }.result() })
            }
        },
    ]
}
