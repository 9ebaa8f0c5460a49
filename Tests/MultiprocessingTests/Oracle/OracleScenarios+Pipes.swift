import Multiprocessing

private func sendWhenTold(_ connection: Connection<String>) throws {
    _ = try connection.receive()
    try connection.send("told")
    waitForTheEnd()
}

extension OracleScenario {
    /// See `Python/pipes.py`.
    static let pipes: [OracleScenario] = pipesInUse + pipesAndTheirEnds

    private static let pipesInUse: [OracleScenario] = [
        OracleScenario("both_directions") {
            let (left, right) = try Pipe<String>().ends
            let process = Process { try right.send(try right.receive() + "!") }
            try process.start()
            try left.send("hello")
            say(try left.receive())
            try process.join()
        },
        OracleScenario("within_one_process") {
            let (left, right) = try Pipe<Int>().ends
            try left.send(1)
            try right.send(2)
            try left.send(3)
            say(try right.receive(), try right.receive(), try left.receive())
        },
        OracleScenario("one_direction") {
            let (receiver, sender) = try Pipe<Int>(duplex: false).ends
            say(receiver.isReadable, receiver.isWritable, sender.isReadable, sender.isWritable)
            try sender.send(5)
            say(try receiver.receive())
            say(
                outcome { try receiver.send(1) },
                outcome { _ = try sender.receive() },
                outcome { _ = try sender.poll() }
            )
        },
        OracleScenario("both_ends_of_a_duplex_pipe") {
            let (left, right) = try Pipe<Int>().ends
            say(left.isReadable, left.isWritable, right.isReadable, right.isWritable)
        },
        OracleScenario("receive_after_the_far_end_was_closed") {
            let (left, right) = try Pipe<Int>().ends
            try right.send(1)
            try right.send(2)
            right.close()
            say(
                try left.receive(),
                try left.receive(),
                outcome { _ = try left.receive() },
                outcome { _ = try left.receive() }
            )
        },
        OracleScenario("send_after_the_far_end_was_closed") {
            let (left, right) = try Pipe<Int>().ends
            right.close()
            say(outcome { try left.send(1) })
            let (receiver, sender) = try Pipe<Int>(duplex: false).ends
            receiver.close()
            say(outcome { try sender.send(1) })
        },
        OracleScenario("use_after_close") {
            let (left, right) = try Pipe<Int>().ends
            say(left.isClosed)
            left.close()
            say(left.isClosed, right.isClosed)
            say(
                outcome { try left.send(1) },
                outcome { _ = try left.receive() },
                outcome { _ = try left.poll() }
            )
            say(outcome { left.close() })
        },
        OracleScenario("poll") {
            let (left, right) = try Pipe<String>().ends
            say(
                try left.poll(),
                try left.poll(timeout: .zero),
                try left.poll(timeout: .milliseconds(10)),
                try left.poll(timeout: .seconds(-1))
            )
            try right.send("x")
            say(try left.poll(timeout: .seconds(60)), try left.poll(), try right.poll())
            say(try left.receive(), try left.poll())
            // Until here the far end is held.
            right.close()
        },
        OracleScenario("poll_waits_for_a_message") {
            let (left, right) = try Pipe<String>().ends
            let process = Process { try sendWhenTold(right) }
            try process.start()
            try left.send("1")
            say(try left.poll(timeout: nil), try left.receive())
            process.kill()
            try process.join()
        },
        OracleScenario("poll_at_the_end_of_the_stream") {
            let (left, right) = try Pipe<Int>().ends
            try right.send(1)
            right.close()
            say(
                try left.poll(timeout: .seconds(60)),
                try left.receive(),
                try left.poll(timeout: .seconds(60)),
                outcome { _ = try left.receive() }
            )
        },
    ]

    private static let pipesAndTheirEnds: [OracleScenario] = [
        OracleScenario("far_end_held_by_a_process_that_ends") {
            let (left, right) = try Pipe<Int>().ends
            let process = Process { _ = right.isClosed }
            try process.start()
            right.close()
            say(outcome { _ = try left.receive() })
            try process.join()
            say(process.exitCode)
        },
        OracleScenario("far_end_held_by_a_process_that_is_killed") {
            let (left, right) = try Pipe<String>().ends
            let process = Process {
                try right.send("last words")
                waitForTheEnd()
            }
            try process.start()
            right.close()
            say(try left.poll(timeout: nil))
            process.kill()
            try process.join()
            say(try left.receive(), outcome { _ = try left.receive() })
        },
        OracleScenario("order_until_the_end") {
            let (receiver, sender) = try Pipe<Int>(duplex: false).ends
            let process = Process {
                for number in 0..<50 { try sender.send(number) }
                sender.close()
            }
            try process.start()
            sender.close()
            var numbers: [Int] = []
            let end = outcome { while true { numbers.append(try receiver.receive()) } }
            say(numbers, end)
            try process.join()
        },
        OracleScenario("large_messages") {
            let (left, right) = try Pipe<String>().ends
            let process = Process { _ = outcome { while true { try right.send(try right.receive()) } } }
            try process.start()
            right.close()
            for size in [0, 1, 1000, 3_000_000] {
                try left.send(String(repeating: "x", count: size))
                say(try left.receive().utf8.count)
            }
            left.close()
            try process.join()
            say(process.exitCode)
        },
        OracleScenario("an_end_through_a_pipe") {
            let (left, right) = try Pipe<Connection<String>>().ends
            let process = Process { try right.receive().send("by way of another") }
            try process.start()
            let (innerLeft, innerRight) = try Pipe<String>().ends
            try left.send(innerRight)
            say(try innerLeft.receive())
            try process.join()
        },
        OracleScenario("close_in_one_of_two_processes") {
            let (left, right) = try Pipe<String>().ends
            let process = Process { try sendWhenTold(right) }
            try process.start()
            right.close()
            try left.send("1")
            say(try left.receive())
            process.kill()
            try process.join()
            say(outcome { _ = try left.receive() })
        },
        OracleScenario("nothing_and_texts") {
            let (left, right) = try Pipe<String?>().ends
            for message in [nil, "", "Grüße 🚀"] { try left.send(message) }
            say(try right.receive(), try right.receive() == "", try right.receive())
        },
    ]
}
