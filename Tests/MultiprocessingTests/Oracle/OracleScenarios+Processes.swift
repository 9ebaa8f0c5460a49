import Glibc
import Multiprocessing
import Synchronization

private let counter = Mutex(0)

private func tellName(_ answers: Queue<String>) throws { try answers.put(Process.current.name) }

private func startAndJoin(_ depth: Int, _ answers: Queue<String>) throws {
    if depth == 0 {
        try answers.put("deepest")
        exit(5)
    }
    let child = Process(target: startAndJoin, args: depth - 1, answers)
    try child.start()
    try child.join()
    exit(Int32(child.exitCode ?? 100) + 1)
}

/// A process that has begun, and waits for its end.
private func makeWaiting(daemon: Bool = false) throws -> Process {
    let ready = try Queue<String>()
    let process = Process(daemon: daemon) {
        try ready.put("ready")
        waitForTheEnd()
    }
    try process.start()
    _ = try ready.get()
    return process
}

private final class JoinsItself: Process {
    private let answers: Queue<String>

    init(_ answers: Queue<String>) {
        self.answers = answers
        super.init()
    }

    override func run() throws {
        try answers.put(words([outcome { try join() }, outcome { try start() }]))
    }
}

private final class Multiplier: Process {
    var factor: Int
    private let answers: Queue<String>

    init(_ factor: Int, _ answers: Queue<String>) {
        self.factor = factor
        self.answers = answers
        super.init(name: "worker")
    }

    override func run() throws {
        factor *= 10
        try answers.put(words([name, factor] as [Any?]))
    }
}

private final class Empty: Process {}

extension OracleScenario {
    /// See `Python/processes.py`.
    static let processes: [OracleScenario] = processesAndTheirEnds + processesAndTheirFamilies

    private static let processesAndTheirEnds: [OracleScenario] = [
        OracleScenario("default_names") {
            let answers = try Queue<String>()
            let first = Process {
                try tellName(answers)
                let child = Process(target: tellName, args: answers)
                try child.start()
                try child.join()
            }
            let second = Process {}
            say(first.name, second.name, Process(name: "third").name, Process().name)
            try first.start()
            say(try answers.get(), try answers.get())
            try first.join()
        },
        OracleScenario("given_name") {
            let answers = try Queue<String>()
            let process = Process(name: "by hand", target: tellName, args: answers)
            say(process.name)
            process.name = "changed"
            try process.start()
            say(process.name, try answers.get())
            try process.join()
            process.name = "changed later"
            say(process.name)
        },
        OracleScenario("before_start") {
            let process = Process {}
            say(process.isAlive, process.exitCode, process.pid, process.isDaemon)
            say(outcome { try process.join() })
        },
        OracleScenario("normal_end") {
            let process = Process {}
            try process.start()
            try process.join()
            say(process.exitCode, process.isAlive, process.pid != nil)
        },
        OracleScenario("while_it_runs") {
            let process = try makeWaiting()
            say(process.isAlive, process.exitCode)
            try process.join(timeout: .zero)
            say(process.isAlive)
            try process.join(timeout: .seconds(-1))
            say(process.isAlive, process.exitCode)
            try process.join(timeout: .milliseconds(10))
            say(process.isAlive, process.exitCode)
            process.kill()
            try process.join()
            say(process.isAlive)
        },
        OracleScenario("exit_statuses") {
            for status: Int32 in [0, 1, 7, 255, 256, 263, -1] {
                let process = Process { exit(status) }
                try process.start()
                try process.join()
                say(status, process.exitCode)
            }
        },
        OracleScenario("uncaught_error") {
            let process = Process { throw OracleOddity(number: 1) }
            try process.start()
            try process.join()
            say(process.exitCode)
        },
        OracleScenario("terminated") {
            let process = try makeWaiting()
            process.terminate()
            try process.join()
            say(process.exitCode, process.isAlive)
        },
        OracleScenario("killed") {
            let process = try makeWaiting()
            process.kill()
            try process.join()
            say(process.exitCode, process.isAlive)
        },
        OracleScenario("own_signals") {
            for number in [SIGUSR1, SIGHUP, SIGALRM, SIGABRT] {
                let process = Process {
                    signal(number, SIG_DFL)
                    kill(getpid(), number)
                    waitForTheEnd()
                }
                try process.start()
                try process.join()
                say(process.exitCode)
            }
        },
        OracleScenario("terminated_after_the_end") {
            let process = Process { exit(3) }
            try process.start()
            try process.join()
            process.terminate()
            process.kill()
            try process.join()
            say(process.exitCode)
        },
        OracleScenario("terminated_twice") {
            let process = try makeWaiting()
            process.terminate()
            process.terminate()
            try process.join()
            try process.join()
            try process.join(timeout: .zero)
            say(process.exitCode)
        },
        OracleScenario("started_twice") {
            let process = try makeWaiting()
            say(outcome { try process.start() })
            process.terminate()
            try process.join()
            say(outcome { try process.start() }, process.exitCode)
        },
        OracleScenario("joined_by_itself") {
            let answers = try Queue<String>()
            let process = JoinsItself(answers)
            try process.start()
            say(try answers.get())
            try process.join()
        },
    ]

    private static let processesAndTheirFamilies: [OracleScenario] = [
        OracleScenario("process_identifiers") {
            let answers = try Queue<Int>()
            let process = Process { try answers.put(Int(getpid())) }
            try process.start()
            let pid = try answers.get()
            try process.join()
            say(pid == process.pid, pid != Int(getpid()))
        },
        OracleScenario("who_it_is") {
            let current = Process.current
            say(current.name, current.isDaemon, current.pid == Int(getpid()))
            let answers = try Queue<String>()
            for daemon in [false, true] {
                let process = Process(name: "who", daemon: daemon) {
                    let current = Process.current
                    try answers.put(words([current.name, current.isDaemon, current.parentName] as [Any?]))
                }
                try process.start()
                say(try answers.get())
                try process.join()
            }
        },
        OracleScenario("children_of_daemons") {
            let answers = try Queue<String>()
            for daemon in [true, false] {
                let process = Process(daemon: daemon) {
                    try answers.put(outcome { try Process {}.start() })
                }
                try process.start()
                say(daemon, try answers.get())
                try process.join()
            }
        },
        OracleScenario("daemon_before_start") {
            let process = Process {}
            process.isDaemon = true
            say(process.isDaemon)
            process.isDaemon = false
            say(process.isDaemon)
            try process.start()
            try process.join()
        },
        OracleScenario("daemon_after_start") {
            let process = try makeWaiting()
            say(outcome { try process.changeDaemon(to: true) })
            say(process.isDaemon)
            process.terminate()
            try process.join()
        },
        OracleScenario("subclass") {
            let answers = try Queue<String>()
            let process = Multiplier(7, answers)
            try process.start()
            say(try answers.get())
            try process.join()
            say(process.factor, process.exitCode)
        },
        OracleScenario(
            "default_name_of_a_subclass",
            differs: Difference(
                "default names count processes of all classes, as Python's documentation says",
                python: ["Empty"],
                swift: ["Process"]
            )
        ) {
            say(Empty().name.split(separator: "-")[0])
        },
        OracleScenario("subclass_without_run") {
            let process = Empty(name: "empty")
            try process.start()
            try process.join()
            say(process.exitCode)
        },
        OracleScenario("nothing_is_shared") {
            let answers = try Queue<Int>()
            for _ in 0..<2 {
                let process = Process {
                    try answers.put(
                        counter.withLock { counter in
                            counter += 1
                            return counter
                        }
                    )
                }
                try process.start()
                say(try answers.get())
                try process.join()
            }
            say(counter.withLock { $0 })
        },
        OracleScenario("arguments") {
            let answers = try Queue<String>()
            let process = Process(
                target: { (answers: Queue<String>, one: Int, two: String, three: [Int]) in
                    try answers.put(words([one + 1, two + "!", three] as [Any?]))
                },
                args: answers,
                41,
                "text",
                [1, 2, 3]
            )
            try process.start()
            say(try answers.get())
            try process.join()
        },
        OracleScenario("many_at_once") {
            let processes = (0..<8).map { number in
                Process(target: { exit(Int32(($0 as [Int]).reduce(0, +))) }, args: Array(0..<number))
            }
            for process in processes { try process.start() }
            for process in processes { try process.join() }
            say(processes.map(\.exitCode))
        },
        OracleScenario("children_of_children") {
            let answers = try Queue<String>()
            let process = Process(target: startAndJoin, args: 3, answers)
            try process.start()
            say(try answers.get())
            try process.join()
            say(process.exitCode)
        },
        OracleScenario("ended_while_it_has_no_work") {
            let process = try makeWaiting(daemon: true)
            say(process.isDaemon, process.isAlive)
            process.terminate()
            try process.join()
            say(process.exitCode)
        },
        OracleScenario("join_does_not_wait_for_others") {
            let (first, second) = (try makeWaiting(), try makeWaiting())
            first.kill()
            try first.join()
            say(first.exitCode, second.isAlive)
            second.kill()
            try second.join()
            say(second.exitCode)
        },
    ]
}
