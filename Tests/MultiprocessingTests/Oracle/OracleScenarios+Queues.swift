import Multiprocessing

extension OracleScenario {
    /// See `Python/queues.py`.
    static let queues: [OracleScenario] = queuesInUse + queuesAndTheirEnds

    private static let queuesInUse: [OracleScenario] = [
        OracleScenario("first_in_first_out") {
            let queue = try Queue<Int>()
            for number in 0..<5 { try queue.put(number) }
            say(try (0..<5).map { _ in try queue.get() })
        },
        OracleScenario("from_a_process") {
            let queue = try Queue<Int>()
            let process = Process { for number in 0..<100 { try queue.put(number) } }
            try process.start()
            say(try (0..<100).map { _ in try queue.get() })
            try process.join()
            say(process.exitCode)
        },
        OracleScenario("nothing_there") {
            let queue = try Queue<Int>()
            say(outcome { _ = try queue.getWithoutWaiting() })
            say(outcome { _ = try queue.get(timeout: .milliseconds(10)) })
            say(outcome { _ = try queue.get(timeout: .zero) })
            say(outcome { _ = try queue.get(timeout: .seconds(-1)) })
            say(try queue.isEmpty, try queue.count, try queue.isFull)
        },
        OracleScenario("no_room") {
            let queue = try Queue<Int>(capacity: 2)
            try queue.put(1)
            try queue.putWithoutWaiting(2)
            say(outcome { try queue.putWithoutWaiting(3) })
            say(outcome { try queue.put(3, timeout: .milliseconds(10)) })
            say(outcome { try queue.put(3, timeout: .seconds(-1)) })
            say(try queue.isFull, try queue.count)
            say(try queue.get())
            say(try queue.isFull, try queue.count)
            say(outcome { try queue.putWithoutWaiting(4) }, try queue.get(), try queue.get())
        },
        OracleScenario("without_a_limit") {
            for capacity in [0, -5] {
                let queue = try Queue<Int>(capacity: capacity)
                for number in 0..<1000 { try queue.putWithoutWaiting(number) }
                let (count, isFull) = (try queue.count, try queue.isFull)
                say(count, isFull, try (0..<1000).map { _ in try queue.get() }.reduce(0, +))
            }
        },
        OracleScenario("put_waits_for_room") {
            let (queue, done) = (try Queue<Int>(capacity: 1), try Queue<String>())
            let process = Process {
                for number in 0..<5 { try queue.put(number) }
                try done.put("all put")
            }
            try process.start()
            say(try (0..<5).map { _ in try queue.get() }, try done.get())
            try process.join()
        },
        OracleScenario("get_waits_for_an_item") {
            let (queue, ready) = (try Queue<Int>(), try Queue<String>())
            let process = Process {
                try ready.put("ready")
                try ready.put("\(try queue.get() * 2)")
            }
            try process.start()
            say(try ready.get())
            try queue.put(7)
            say(try ready.get())
            try process.join()
        },
        OracleScenario("states") {
            let queue = try Queue<String>(capacity: 1)
            say(try queue.isEmpty, try queue.isFull, try queue.count)
            try queue.put("x")
            say(try queue.isEmpty, try queue.isFull, try queue.count)
            _ = try queue.get()
            say(try queue.isEmpty, try queue.isFull, try queue.count)
        },
        OracleScenario("nothing_as_an_item") {
            let queue = try Queue<Int?>()
            try queue.put(nil)
            try queue.put(1)
            say(try queue.get(), try queue.get(timeout: .seconds(60)))
        },
        OracleScenario("items_of_several_kinds") {
            let (numbers, texts) = (try Queue<[Int]>(), try Queue<String>())
            try numbers.put([1, 2, 3])
            try numbers.put([])
            try texts.put("Grüße 🚀")
            try texts.put("")
            say(try numbers.get(), try numbers.get(), try texts.get(), try texts.get() == "")
        },
        OracleScenario("several_consumers") {
            let (inputs, outputs) = (try Queue<Int?>(), try Queue<Int>())
            let processes = (0..<3).map { _ in
                Process { while let number = try inputs.get() { try outputs.put(number * number) } }
            }
            for process in processes { try process.start() }
            for number in 0..<30 { try inputs.put(number) }
            for _ in processes { try inputs.put(nil) }
            say(try (0..<30).map { _ in try outputs.get() }.sorted())
            for process in processes { try process.join() }
            say(processes.map(\.exitCode))
        },
        OracleScenario("order_of_each_producer") {
            let queue = try Queue<[Int]>()
            let processes = (0..<3).map { producer in
                Process { for number in 0..<20 { try queue.put([producer, number]) } }
            }
            for process in processes { try process.start() }
            let items = try (0..<60).map { _ in try queue.get() }
            for process in processes { try process.join() }
            for producer in 0..<3 { say(items.filter { $0[0] == producer }.map { $0[1] }) }
        },
        OracleScenario("large_items") {
            let queue = try Queue<[Int]>()
            let process = Process {
                for number in [7, 8] { try queue.put([Int](repeating: number, count: 300_000)) }
            }
            try process.start()
            say(try queue.get().reduce(0, +), try queue.get().reduce(0, +))
            try process.join()
            say(process.exitCode)
        },
    ]

    private static let queuesAndTheirEnds: [OracleScenario] = [
        OracleScenario("put_after_close") {
            let queue = try Queue<Int>()
            try queue.close()
            say(outcome { try queue.put(1) })
            say(outcome { try queue.putWithoutWaiting(1) })
            say(outcome { try queue.close() })
        },
        OracleScenario("get_after_close") {
            let queue = try Queue<Int>()
            try queue.close()
            say(
                outcome { _ = try queue.get() },
                outcome { _ = try queue.getWithoutWaiting() },
                outcome { _ = try queue.get(timeout: .milliseconds(10)) }
            )
        },
        OracleScenario(
            "get_of_what_is_left_after_close",
            differs: Difference(
                "close says that nothing more comes; nothing that has been put is lost by it",
                python: ["refused"],
                swift: ["1"]
            )
        ) {
            let queue = try Queue<Int>()
            try queue.put(1)
            try queue.close()
            say(returned { try queue.get() })
        },
        OracleScenario(
            "close_elsewhere",
            differs: Difference(
                "a queue is closed for all processes, so that consumers hear of the end",
                python: ["done"],
                swift: ["refused"]
            )
        ) {
            let (queue, gate, answers) = (
                try Queue<Int>(capacity: 1), try Queue<Int>(), try Queue<String>()
            )
            let process = Process {
                _ = try gate.get()
                try answers.put(outcome { try queue.put(1, timeout: .zero) })
            }
            try process.start()
            try queue.close()
            try gate.put(1)
            say(try answers.get())
            try process.join()
        },
        OracleScenario("killed_after_putting") {
            let queue = try Queue<String>()
            let process = Process {
                try queue.put("kept")
                waitForTheEnd()
            }
            try process.start()
            while try queue.isEmpty {}
            process.kill()
            try process.join()
            say(try queue.get(), process.exitCode)
        },
        OracleScenario(
            "join_with_items_unread",
            differs: Difference(
                "the queue keeps what was put, so that a producer need not stay until it is read",
                python: ["begun", "none", "1200000", "0"],
                swift: ["begun", "0", "1200000", "0"]
            )
        ) {
            let (queue, told) = (try Queue<[Int]>(), try Queue<String>())
            let process = Process {
                try told.put("begun")
                for _ in 0..<4 { try queue.put([Int](repeating: 1, count: 300_000)) }
            }
            try process.start()
            say(try told.get())
            try process.join()
            say(process.exitCode)
            say(try (0..<4).map { _ in try queue.get().reduce(0, +) }.reduce(0, +))
            try process.join()
            say(process.exitCode)
        },
        OracleScenario(
            "item_that_cannot_travel",
            differs: Difference(
                "an item is encoded by put, which throws; Python's thread behind the queue drops it, with a text",
                python: ["done", "next"],
                swift: ["oddity 5", "next"]
            )
        ) {
            enum Item: Codable, Sendable {
                case text(String)
                case other(DoesNotLeave)
            }
            let queue = try Queue<Item>()
            say(outcome { try queue.put(.other(DoesNotLeave())) })
            try queue.put(.text("next"))
            if case .text(let text) = try queue.get() { say(text) }
        },
        OracleScenario(
            "queue_through_a_pipe",
            differs: Difference(
                "what is made here can be sent through whatever there is; in Python it is inherited only",
                python: ["refused"],
                swift: ["done"]
            )
        ) {
            let queue = try Queue<Int>()
            let (left, right) = try Pipe<Queue<Int>>().ends
            say(outcome { try left.send(queue) })
            _ = try right.receive()
        },
        OracleScenario("process_ends_after_put") {
            let queue = try Queue<String>()
            let process = Process { try queue.put("last words") }
            try process.start()
            try process.join()
            say(process.exitCode, try queue.get())
        },
        OracleScenario("limit_counts_across_processes") {
            let (queue, answers) = (try Queue<Int>(capacity: 3), try Queue<String>())
            try queue.put(0)
            let process = Process {
                try answers.put(
                    words((1..<5).map { number in outcome { try queue.putWithoutWaiting(number) } })
                )
            }
            try process.start()
            say(try answers.get())
            try process.join()
            say(try queue.count, try queue.isFull)
            say(try (0..<3).map { _ in try queue.get() })
        },
    ]
}
