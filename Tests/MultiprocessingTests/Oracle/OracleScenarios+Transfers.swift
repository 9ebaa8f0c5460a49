import Multiprocessing

extension OracleScenario {
    /// See `Python/transfers.py`.
    static let transfers: [OracleScenario] = bytes + joinableQueues + simpleQueues

    private static let bytes: [OracleScenario] = [
        OracleScenario("bytes_keep_their_boundaries") {
            let (left, right) = try Pipe<Int>().ends
            for message in [Array("abc".utf8), [], [UInt8](repeating: 100, count: 1000)] {
                try left.sendBytes(message)
            }
            say(try right.receiveBytes(), try right.receiveBytes(), try right.receiveBytes().count)
        },
        OracleScenario("parts_of_bytes") {
            let (left, right) = try Pipe<Int>().ends
            let bytes = Array("abcdef".utf8)
            try left.sendBytes(bytes[2...])
            try left.sendBytes(bytes[1..<4])
            say(try right.receiveBytes(), try right.receiveBytes())
        },
        OracleScenario("bytes_up_to_a_limit") {
            let (left, right) = try Pipe<Int>().ends
            try left.sendBytes(Array("abc".utf8))
            say(
                try right.receiveBytes(maximumCount: 3),
                outcome { _ = try right.receiveBytes(maximumCount: -1) }
            )
        },
        OracleScenario(
            "bytes_beyond_a_limit",
            differs: Difference(
                "a message that is too long stays, and the connection can be used",
                python: ["refused", "refused"],
                swift: ["buffer too short", "[97, 98, 99, 100, 101, 102]"]
            )
        ) {
            let (left, right) = try Pipe<Int>().ends
            try left.sendBytes(Array("abcdef".utf8))
            say(outcome { _ = try right.receiveBytes(maximumCount: 3) })
            say(returned { try right.receiveBytes() })
        },
        OracleScenario("bytes_into_memory") {
            let (left, right) = try Pipe<Int>().ends
            var memory = [UInt8](repeating: 0, count: 6)
            try left.sendBytes(Array("abc".utf8))
            say(try right.receiveBytes(into: &memory), memory)
            try left.sendBytes([])
            say(try right.receiveBytes(into: &memory), memory)
        },
        OracleScenario(
            "bytes_into_memory_that_is_too_short",
            differs: Difference(
                "a message that is too long stays; in Python the error carries it away",
                python: ["buffer too short [0, 0]", "[100, 101]"],
                swift: ["buffer too short [0, 0]", "[97, 98, 99]"]
            )
        ) {
            let (left, right) = try Pipe<Int>().ends
            var memory = [UInt8](repeating: 0, count: 2)
            try left.sendBytes(Array("abc".utf8))
            try left.sendBytes(Array("de".utf8))
            say(outcome { _ = try right.receiveBytes(into: &memory) }, memory)
            say(try right.receiveBytes())
        },
        OracleScenario("bytes_from_a_process") {
            let (left, right) = try Pipe<Int>().ends
            let process = Process { try right.sendBytes([UInt8](repeating: 0, count: 2_000_000)) }
            try process.start()
            right.close()
            say(try left.receiveBytes().count, outcome { _ = try left.receiveBytes() })
            try process.join()
        },
    ]

    private static let joinableQueues: [OracleScenario] = [
        OracleScenario("task_done_too_often") {
            let queue = try JoinableQueue<Int>()
            say(outcome { try queue.taskDone() })
            try queue.put(1)
            _ = try queue.get()
            say(outcome { try queue.taskDone() }, outcome { try queue.taskDone() })
        },
        OracleScenario("join_of_a_queue") {
            let queue = try JoinableQueue<Int>()
            say(outcome { try queue.join() })
            try queue.put(1)
            try queue.put(2)
            _ = try queue.get()
            try queue.taskDone()
            _ = try queue.get()
            try queue.taskDone()
            say(outcome { try queue.join() })
        },
        OracleScenario("join_waits_for_the_work") {
            let (queue, done) = (try JoinableQueue<Int?>(), try Queue<Int>())
            let processes = (0..<2).map { _ in
                Process {
                    while let item = try queue.get() {
                        try done.put(item)
                        try queue.taskDone()
                    }
                    try queue.taskDone()
                }
            }
            for process in processes { try process.start() }
            for number in 0..<20 { try queue.put(number) }
            try queue.join()
            say(try (0..<20).map { _ in try done.get() }.sorted())
            for _ in processes { try queue.put(nil) }
            try queue.join()
            for process in processes { try process.join() }
            say(processes.map(\.exitCode))
        },
        OracleScenario("limits_of_a_joinable_queue") {
            let queue = try JoinableQueue<Int>(capacity: 1)
            try queue.put(1)
            say(outcome { try queue.putWithoutWaiting(2) }, try queue.isFull, try queue.count)
            _ = try queue.get()
            try queue.taskDone()
            say(outcome { try queue.join() }, outcome { try queue.taskDone() })
        },
    ]

    private static let simpleQueues: [OracleScenario] = [
        OracleScenario("simple_queue") {
            let queue = try SimpleQueue<String>()
            say(try queue.isEmpty)
            try queue.put("1")
            try queue.put("two")
            say(try queue.isEmpty)
            say(try queue.get(), try queue.get(), try queue.isEmpty)
        },
        OracleScenario("simple_queue_between_processes") {
            let queue = try SimpleQueue<Int>()
            let process = Process { for number in 0..<10 { try queue.put(number) } }
            try process.start()
            say(try (0..<10).map { _ in try queue.get() }, try queue.isEmpty)
            try process.join()
        },
    ]
}
