import Glibc
import Multiprocessing

private func makeWaiting(name: String? = nil) throws -> Process {
    let ready = try Queue<String>()
    let process = Process(name: name) {
        try ready.put("ready")
        waitForTheEnd()
    }
    try process.start()
    _ = try ready.get()
    return process
}

private func end(_ process: Process) throws {
    process.kill()
    try process.join()
}

private func tellParent(_ answers: Queue<String>) throws {
    guard let parent = Process.parent else { return try answers.put("none") }
    try parent.join(timeout: .zero)
    try answers.put(words([parent.name, parent.isAlive] as [Any?]))
}

/// The names of those that are ready.
private func names(_ ready: [any Waitable], _ things: [(String, any Waitable)]) -> [String] {
    things.filter { thing in ready.contains { $0 === thing.1 } }.map(\.0).sorted()
}

extension OracleScenario {
    /// See `Python/families.py`.
    static let families: [OracleScenario] = parentsAndChildren + closedProcesses + waits

    private static let parentsAndChildren: [OracleScenario] = [
        OracleScenario("active_children") {
            say(Process.activeChildren().count)
            let (first, second) = (try makeWaiting(name: "first"), try makeWaiting(name: "second"))
            say(Process.activeChildren().map(\.name).sorted())
            say(Process.activeChildren().contains(first), Process.activeChildren().contains(Process {}))
            try end(first)
            say(Process.activeChildren().map(\.name))
            try end(second)
            say(Process.activeChildren().count)
        },
        OracleScenario("children_of_others") {
            let (process, answers) = (try makeWaiting(), try Queue<[String]>())
            let teller = Process { try answers.put(Process.activeChildren().map(\.name)) }
            try teller.start()
            say(try answers.get())
            try teller.join()
            try end(process)
        },
        OracleScenario("parent") {
            say(Process.parent?.name)
            let answers = try Queue<String>()
            let process = Process(target: tellParent, args: answers)
            try process.start()
            say(try answers.get())
            try process.join()
        },
        OracleScenario("parent_of_a_grandchild") {
            let answers = try Queue<String>()
            let process = Process(name: "in between") {
                let child = Process(target: tellParent, args: answers)
                try child.start()
                try child.join()
            }
            try process.start()
            say(try answers.get())
            try process.join()
        },
    ]

    private static let closedProcesses: [OracleScenario] = [
        OracleScenario("closed_before_its_end") {
            let process = try makeWaiting()
            say(outcome { try process.close() }, process.isAlive)
            try end(process)
            say(outcome { try process.close() })
        },
        OracleScenario("closed_after_its_end") {
            let process = Process(name: "gone") {}
            try process.start()
            try process.join()
            say(outcome { try process.close() }, outcome { try process.close() }, process.name)
            say(
                outcome { try process.join() },
                outcome { try process.start() },
                outcome { _ = try process.sentinel }
            )
        },
        OracleScenario("closed_without_a_start") {
            let process = Process {}
            say(outcome { try process.close() }, outcome { try process.start() })
        },
        OracleScenario("sentinel") {
            say(outcome { _ = try Process {}.sentinel })
            let process = try makeWaiting()
            let sentinel = try process.sentinel
            say(try !sentinel.wait(timeout: .zero), try !sentinel.wait(timeout: .milliseconds(10)))
            process.terminate()
            say(try sentinel.wait())
            try process.join()
            say(try sentinel.wait(timeout: .zero))
        },
    ]

    private static let waits: [OracleScenario] = [
        OracleScenario("wait_for_one_of_several") {
            let process = try makeWaiting()
            let (left, right) = try Pipe<Int>().ends
            let (receiver, sender) = try Pipe<Int>(duplex: false).ends
            let things: [(String, any Waitable)] = [
                ("left", left), ("process", process), ("receiver", receiver),
            ]
            let all = things.map(\.1)
            say(
                names(try wait(any: all, timeout: .zero), things),
                names(try wait(any: all, timeout: .milliseconds(10)), things)
            )
            try sender.send(1)
            say(names(try wait(any: all), things))
            try right.send(2)
            say(names(try wait(any: all), things))
            say(try receiver.receive(), try left.receive())
            try end(process)
            say(names(try wait(any: all), things))
            // Until here the far ends are held.
            right.close()
            sender.close()
        },
        OracleScenario("wait_for_nothing") {
            say(
                try wait(any: [], timeout: .zero).isEmpty,
                try wait(any: [], timeout: .milliseconds(10)).isEmpty,
                try wait(any: [], timeout: .seconds(-1)).isEmpty
            )
        },
        OracleScenario("wait_for_the_end_of_a_stream") {
            let (left, right) = try Pipe<Int>().ends
            right.close()
            say(try wait(any: [left]).count == 1, outcome { _ = try left.receive() })
        },
        OracleScenario("wait_takes_nothing") {
            let (left, right) = try Pipe<String>().ends
            try right.send("kept")
            say(
                try wait(any: [left]).count == 1,
                try wait(any: [left], timeout: .zero).count == 1,
                try left.receive(),
                try wait(any: [left], timeout: .zero).isEmpty
            )
            right.close()
        },
        OracleScenario("wait_for_what_is_closed") {
            let (left, _) = try Pipe<String>().ends
            left.close()
            say(outcome { _ = try wait(any: [left], timeout: .zero) })
        },
    ]
}
