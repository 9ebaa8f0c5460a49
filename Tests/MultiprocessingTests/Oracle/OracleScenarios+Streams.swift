import Glibc
import Multiprocessing

private func square(_ number: Int) -> Int { number * number }
private func power(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { result, _ in result * base }
}

private func failAtTwo(_ number: Int) throws -> Int {
    if number == 2 { throw OracleOddity(number: number) }
    return number
}

/// What is left, with the words for errors in their places.
private func rest(_ results: PoolResults<Int>) -> [String] {
    var texts: [String] = []
    while true {
        do {
            guard let value = try results.next() else { return texts }
            texts.append(words(value))
        } catch {
            texts.append(errorWord(error))
        }
    }
}

private func withPool(_ processes: Int, maxTasksPerChild: Int? = nil, _ body: (Pool) throws -> Void) throws {
    let pool = try Pool(processes: processes, maxTasksPerChild: maxTasksPerChild)
    try body(pool)
    try pool.terminate()
}

extension OracleScenario {
    /// See `Python/streams.py`.
    static let streams: [OracleScenario] = imaps + starMaps + replacedWorkers

    private static let imaps: [OracleScenario] = [
        OracleScenario("imap_in_order") {
            try withPool(2) { pool in
                for size in [1, 3, 100] { say(rest(try pool.imap(0..<8, chunkSize: size, square))) }
                say(rest(try pool.imap([], square)))
            }
        },
        OracleScenario("imap_gives_what_is_there") {
            let gate = try Queue<String>()
            try withPool(2) { pool in
                let results = try pool.imapUnordered(0..<3) { (number: Int) in
                    if number == 0 { _ = try gate.get() }
                    return number
                }
                say(try (0..<2).compactMap { _ in try results.next() }.sorted())
                try gate.put("open")
                say(try results.next(), try results.next() == nil ? "end" : "more")
            }
        },
        OracleScenario("imap_keeps_the_order") {
            let gate = try Queue<String>()
            try withPool(2) { pool in
                let results = try pool.imap(0..<3) { (number: Int) in
                    if number == 0 { _ = try gate.get() }
                    return number
                }
                try gate.put("open")
                say(rest(results))
            }
        },
        OracleScenario("imap_unordered") {
            try withPool(2) { pool in
                for size in [1, 4] {
                    let results = try pool.imapUnordered(0..<10, chunkSize: size, square)
                    say(rest(results).compactMap { Int($0) }.sorted())
                }
            }
        },
        OracleScenario("imap_goes_on_after_an_error") {
            try withPool(2) { pool in
                say(rest(try pool.imap(0..<5, failAtTwo)))
                say(rest(try pool.imapUnordered(0..<5, failAtTwo)).sorted())
            }
        },
        OracleScenario("imap_chunk_with_an_error") {
            try withPool(1) { pool in say(rest(try pool.imap(0..<5, chunkSize: 1, failAtTwo))) }
        },
        OracleScenario("imap_next_with_a_time_limit") {
            let gate = try Queue<String>()
            try withPool(1) { pool in
                let results = try pool.imap(0..<2) { (number: Int) in
                    _ = try gate.get()
                    return number
                }
                say(
                    returned { try results.next(timeout: .milliseconds(10)) },
                    returned { try results.next(timeout: .zero) }
                )
                for _ in 0..<2 {
                    try gate.put("open")
                    say(try results.next(timeout: .seconds(60)))
                }
            }
        },
        OracleScenario("imap_chunk_size_below_one") {
            try withPool(1) { pool in
                say(
                    outcome { _ = try pool.imap([1], chunkSize: 0, square) },
                    outcome { _ = try pool.imapUnordered([1], chunkSize: -1, square) }
                )
            }
        },
        OracleScenario("imap_after_close") {
            let pool = try Pool(processes: 1)
            try pool.close()
            say(outcome { _ = try pool.imap([1], square).next() })
            try pool.join()
        },
    ]

    private static let starMaps: [OracleScenario] = [
        OracleScenario("starmap") {
            try withPool(2) { pool in
                say(
                    try pool.starMap([(2, 3), (3, 2), (5, 0)], power),
                    try pool.starMap([(Int, Int)](), power)
                )
                say(try pool.starMap((0..<10).map { (2, $0) }, chunkSize: 3, power))
                say(try pool.starMapAsync([(2, 4)], power).get())
            }
        },
        OracleScenario("starmap_callback") {
            let entries = Tally()
            try withPool(1) { pool in
                let note: @Sendable ([Int]) -> Void = { entries.note(words($0)) }
                say(try pool.starMapAsync([(2, 4), (2, 5)], callback: note, power).get(), entries.entries)
            }
        },
    ]

    private static let replacedWorkers: [OracleScenario] = [
        OracleScenario("worker_for_one_task_each") {
            try withPool(1, maxTasksPerChild: 1) { pool in
                say(Set(try (0..<3).map { _ in try pool.apply { Int(getpid()) } }).count)
            }
        },
        OracleScenario("worker_for_two_tasks_each") {
            try withPool(1, maxTasksPerChild: 2) { pool in
                let pids = try (0..<4).map { _ in try pool.apply { Int(getpid()) } }
                say(pids[0] == pids[1], pids[1] == pids[2], pids[2] == pids[3])
            }
        },
        OracleScenario("worker_for_one_chunk_each") {
            try withPool(1, maxTasksPerChild: 1) { pool in
                let pids = try pool.map(0..<6, chunkSize: 3) { (_: Int) in Int(getpid()) }
                say(pids.map { $0 == pids[0] })
            }
        },
        OracleScenario("worker_for_no_task") {
            say(outcome { _ = try Pool(processes: 1, maxTasksPerChild: 0) })
        },
    ]
}
