import Glibc
import Multiprocessing
import Synchronization

private let factor = Mutex(0)

private func square(_ number: Int) -> Int { number * number }
private func power(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { result, _ in result * base }
}

private func fail() throws -> Int { throw OracleOddity(number: 9) }

private func failFromTwo(_ number: Int) throws -> Int {
    guard number < 2 else { throw OracleOddity(number: number) }
    return number
}

/// Says with which inputs the workers begin: each has one chunk, and waits in its first task.
private func sayBeginnings(_ processes: Int, _ count: Int, _ size: Int? = nil) throws {
    let (told, gate) = (try Queue<Int>(), try Queue<String>())
    let pool = try Pool(processes: processes, maxTasksPerChild: 1)
    let result = try pool.mapAsync(0..<count, chunkSize: size) { (number: Int) in
        try told.put(number)
        _ = try gate.get()
        return number
    }
    say(try (0..<processes).map { _ in try told.get() }.sorted())
    for _ in 0..<count { try gate.put("open") }
    say(try result.get() == Array(0..<count))
    try pool.terminate()
}

extension OracleScenario {
    /// See `Python/pools.py`.
    static let pools: [OracleScenario] = poolsAndChunks + poolsAndErrors + poolsAndTheirEnds + poolsAndWorkers

    private static let poolsAndChunks: [OracleScenario] = [
        OracleScenario("map_in_order") {
            let pool = try Pool(processes: 3)
            say(try pool.map(0..<20, square))
            say(
                try pool.map([3, 1, 2], square),
                try pool.map([], square),
                try pool.map(stride(from: 0, to: 3, by: 1), square)
            )
            try pool.terminate()
        },
        OracleScenario("chunks_given") {
            let pool = try Pool(processes: 2)
            for size in [1, 2, 7, 100] { say(try pool.map(0..<8, chunkSize: size, square)) }
            try pool.terminate()
        },
        OracleScenario("chunk_size_of_10_for_4") { try sayBeginnings(4, 10) },
        OracleScenario("chunk_size_of_100_for_4") { try sayBeginnings(4, 100) },
        OracleScenario("chunk_size_of_1000_for_4") { try sayBeginnings(4, 1000) },
        OracleScenario("chunk_size_of_17_for_2") { try sayBeginnings(2, 17) },
        OracleScenario("chunk_size_given") { try sayBeginnings(2, 20, 6) },
        OracleScenario(
            "chunk_size_below_one",
            differs: Difference(
                "there are no chunks of nothing; Python's map does no work and returns a list of None",
                python: ["[none, none]"],
                swift: ["refused"]
            )
        ) {
            let pool = try Pool(processes: 1)
            say(returned({ try pool.map([1, 2], chunkSize: 0, square) }))
            try pool.terminate()
        },
        OracleScenario("apply") {
            let pool = try Pool(processes: 2)
            say(try pool.apply(square, args: 12), try pool.apply(power, args: 2, 10))
            let results = try (0..<10).map { number in try pool.applyAsync { square(number) } }
            say(try results.map { try $0.get() })
            try pool.terminate()
        },
    ]

    private static let poolsAndErrors: [OracleScenario] = [
        OracleScenario("error_of_a_call") {
            let pool = try Pool(processes: 2)
            say(returned({ try pool.apply(fail) }))
            let result = try pool.applyAsync(fail)
            result.wait()
            say(
                result.isReady,
                try result.isSuccessful,
                returned({ try result.get() }),
                returned({ try result.get() })
            )
            say(try pool.apply(square, args: 3))
            try pool.terminate()
        },
        OracleScenario("error_of_a_map") {
            let pool = try Pool(processes: 1)
            say(returned({ try pool.map(0..<5, chunkSize: 1, failFromTwo) }))
            say(returned({ try pool.map(0..<2, chunkSize: 1, failFromTwo) }))
            try pool.terminate()
        },
        OracleScenario("others_go_on_after_an_error") {
            let told = try Queue<Int>()
            let pool = try Pool(processes: 2)
            say(
                returned({
                    try pool.map(0..<6, chunkSize: 1) { (number: Int) in
                        if number == 1 { throw OracleOddity(number: number) }
                        try told.put(number)
                        return number
                    }
                })
            )
            say(try (0..<5).map { _ in try told.get() }.sorted())
            try pool.terminate()
        },
        OracleScenario(
            "rest_of_a_chunk_after_an_error",
            differs: Difference(
                "every input is a task of its own: an error of one does not take the rest of its chunk along",
                python: ["oddity 1", "[0]"],
                swift: ["oddity 1", "[0, 2, 3]"]
            )
        ) {
            let told = try Queue<Int>()
            let pool = try Pool(processes: 1)
            say(
                returned({
                    try pool.map(0..<4, chunkSize: 4) { (number: Int) in
                        if number == 1 { throw OracleOddity(number: number) }
                        try told.put(number)
                        return number
                    }
                })
            )
            try told.put(-1)
            var numbers: [Int] = []
            while case let number = try told.get(), number >= 0 { numbers.append(number) }
            say(numbers)
            try pool.terminate()
        },
        OracleScenario("callbacks_of_a_call") {
            let entries = Tally()
            let pool = try Pool(processes: 2)
            let note: @Sendable (Int) -> Void = { entries.note("[value, \($0)]") }
            let noteError: @Sendable (any Error) -> Void = {
                entries.note("[error, \(($0 as? OracleOddity)?.number ?? -1)]")
            }
            say(
                try pool.applyAsync(callback: note, errorCallback: noteError) { square(5) }.get(),
                entries.entries
            )
            let failing = try pool.applyAsync(callback: note, errorCallback: noteError, fail)
            say(returned({ try failing.get() }), entries.entries)
            say(try pool.applyAsync(errorCallback: noteError) { square(6) }.get(), entries.entries)
            let unheard = try pool.applyAsync(callback: note, fail)
            say(returned({ try unheard.get() }), entries.entries)
            try pool.terminate()
        },
        OracleScenario("callbacks_of_a_map") {
            let entries = Tally()
            let pool = try Pool(processes: 2)
            let note: @Sendable ([Int]) -> Void = { entries.note("[value, \($0)]") }
            let noteError: @Sendable (any Error) -> Void = {
                entries.note("[error, \(($0 as? OracleOddity)?.number ?? -1)]")
            }
            say(
                try pool.mapAsync(0..<6, callback: note, errorCallback: noteError, square).get(),
                entries.entries
            )
            let failing = try pool.mapAsync(
                1..<3,
                chunkSize: 1,
                callback: note,
                errorCallback: noteError,
                failFromTwo
            )
            say(returned({ try failing.get() }), entries.entries.count)
            say(try pool.mapAsync([], callback: note, square).get())
            try pool.terminate()
        },
        OracleScenario("result_before_it_is_there") {
            let gate = try Queue<String>()
            let pool = try Pool(processes: 1)
            let result = try pool.applyAsync { try gate.get() }
            say(
                result.isReady,
                outcome { _ = try result.isSuccessful },
                outcome { _ = try result.get(timeout: .milliseconds(10)) },
                outcome { _ = try result.get(timeout: .zero) }
            )
            result.wait(timeout: .milliseconds(10))
            say(result.isReady)
            try gate.put("open")
            say(
                try result.get(timeout: .seconds(60)),
                result.isReady,
                try result.isSuccessful,
                try result.get(timeout: .zero)
            )
            try pool.terminate()
        },
    ]

    private static let poolsAndTheirEnds: [OracleScenario] = [
        OracleScenario("use_after_close") {
            let pool = try Pool(processes: 1)
            try pool.close()
            say(outcome { _ = try pool.apply(square, args: 1) }, outcome { _ = try pool.map([1], square) })
            say(
                outcome { _ = try pool.applyAsync { square(1) } },
                outcome { _ = try pool.mapAsync([1], square) }
            )
            say(
                outcome { _ = try pool.starMap([(1, 2)], power) },
                outcome { _ = try pool.starMapAsync([(1, 2)], power) },
                outcome { _ = try pool.imap([1], square) },
                outcome { _ = try pool.imapUnordered([1], square) }
            )
            say(outcome { try pool.close() })
            try pool.join()
            say(outcome { try pool.join() }, outcome { try pool.close() })
            say(outcome { _ = try pool.apply(square, args: 1) })
        },
        OracleScenario("join_before_close") {
            let pool = try Pool(processes: 1)
            say(outcome { try pool.join() })
            try pool.close()
            say(outcome { try pool.join() })
        },
        OracleScenario("close_lets_work_finish") {
            let gate = try Queue<String>()
            let pool = try Pool(processes: 1)
            let results = try (0..<3).map { _ in try pool.applyAsync { try gate.get() } }
            try pool.close()
            say(results.map(\.isReady))
            for _ in 0..<3 { try gate.put("open") }
            try pool.join()
            say(try results.map { try $0.get(timeout: .seconds(60)) })
        },
        OracleScenario("use_after_terminate") {
            let pool = try Pool(processes: 1)
            try pool.terminate()
            say(
                outcome { _ = try pool.apply(square, args: 1) },
                outcome { _ = try pool.applyAsync { square(1) } },
                outcome { _ = try pool.imap([1], square) }
            )
            say(outcome { try pool.join() }, outcome { try pool.terminate() }, outcome { try pool.close() })
        },
        OracleScenario(
            "terminate_with_work_running",
            differs: Difference(
                "whoever waits for a result is told that the pool was terminated; in Python it waits for ever",
                python: ["timed out timed out"],
                swift: ["terminated terminated"]
            )
        ) {
            let (told, gate) = (try Queue<Int>(), try Queue<String>())
            let pool = try Pool(processes: 1)
            let running = try pool.applyAsync { () throws -> Int in
                try told.put(1)
                _ = try gate.get()
                return 1
            }
            let waiting = try pool.applyAsync { square(2) }
            _ = try told.get()
            try pool.terminate()
            try pool.join()
            say(outcome { _ = try running.get() }, outcome { _ = try waiting.get() })
        },
        OracleScenario("without_processes") {
            say(outcome { _ = try Pool(processes: 0) }, outcome { _ = try Pool(processes: -1) })
        },
    ]

    private static let poolsAndWorkers: [OracleScenario] = [
        OracleScenario("workers_are_daemons") {
            let pool = try Pool(processes: 1)
            say(
                try pool.apply { Process.current.isDaemon },
                try pool.apply { outcome { _ = try Pool(processes: 1) } },
                try pool.apply { outcome { try Process {}.start() } }
            )
            try pool.terminate()
        },
        OracleScenario("initializer") {
            let pool = try Pool(processes: 2, initializer: { factor.withLock { $0 += 10 } })
            say(try pool.map(0..<8, chunkSize: 1) { number in number * factor.withLock { $0 } })
            try pool.terminate()
            say(factor.withLock { $0 })
        },
        OracleScenario("state_of_a_worker") {
            let pool = try Pool(processes: 1)
            say(
                try (0..<3).map { _ in
                    try pool.apply {
                        factor.withLock { factor in
                            factor += 1
                            return factor
                        }
                    }
                }
            )
            try pool.terminate()
            say(factor.withLock { $0 })
        },
        OracleScenario(
            "worker_is_killed",
            differs: Difference(
                "the task of a worker that is lost fails; in Python its result never comes",
                python: ["timed out", "16"],
                swift: ["worker lost -9", "16"]
            )
        ) {
            let pool = try Pool(processes: 1)
            let result = try pool.applyAsync { Int(kill(getpid(), SIGKILL)) }
            say(outcome { _ = try result.get() })
            say(try pool.apply(square, args: 4))
            try pool.terminate()
        },
        OracleScenario(
            "worker_exits",
            differs: Difference(
                "the task of a worker that is lost fails; in Python its result never comes",
                python: ["timed out", "16"],
                swift: ["worker lost 4", "16"]
            )
        ) {
            let pool = try Pool(processes: 1)
            let result = try pool.applyAsync { () -> Int in exit(4) }
            say(outcome { _ = try result.get() })
            say(try pool.apply(square, args: 4))
            try pool.terminate()
        },
        OracleScenario(
            "result_that_cannot_travel",
            differs: Difference(
                "the error of the encoding itself comes back; Python has a class of its own for it",
                python: ["cannot travel", "16"],
                swift: ["oddity 5", "16"]
            )
        ) {
            let pool = try Pool(processes: 1)
            say(outcome { _ = try pool.apply { DoesNotLeave() } })
            say(try pool.apply(square, args: 4))
            try pool.terminate()
        },
        OracleScenario("input_that_cannot_travel") {
            let pool = try Pool(processes: 1)
            say(outcome { _ = try pool.map([DoesNotLeave()]) { _ in 1 } })
            say(try pool.apply(square, args: 4))
            try pool.terminate()
        },
        OracleScenario(
            "closure",
            differs: Difference(
                "closures travel with what they capture; Python sends functions by name",
                python: ["cannot travel"],
                swift: ["21"]
            )
        ) {
            let base = 20
            let pool = try Pool(processes: 1)
            say(try pool.apply { base + 1 })
            try pool.terminate()
        },
        OracleScenario("two_pools_at_once") {
            let gate = try Queue<String>()
            let (first, second) = (try Pool(processes: 1), try Pool(processes: 1))
            let result = try first.applyAsync { try gate.get() }
            say(try second.apply(square, args: 7))
            try gate.put("open")
            say(try result.get())
            try first.terminate()
            try second.terminate()
        },
        OracleScenario("several_maps_at_once") {
            let pool = try Pool(processes: 2)
            let results = try [5, 0, 3].map { try pool.mapAsync(0..<$0, square) }
            say(try results.map { try $0.get() })
            try pool.terminate()
        },
        OracleScenario("large_inputs_and_results") {
            let pool = try Pool(processes: 2)
            say(
                try pool.map([1, 1_000_000, 0], chunkSize: 1) { String(repeating: "x", count: $0) }
                    .map(\.utf8.count)
            )
            say(
                try pool.map([String(repeating: "x", count: 1_000_000), "y"], chunkSize: 1) { $0.utf8.count }
            )
            try pool.terminate()
        },
    ]
}
