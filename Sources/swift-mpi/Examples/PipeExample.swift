import Multiprocessing

/// What goes through the pipe.
private struct Order: Codable {
    var number: Int
    var items: [String]
}

/// Sends orders and prints the answers.
private func ask(_ connection: Connection<Order>) throws {
    for number in 1...5 {
        try connection.send(Order(number: number, items: Array(repeating: "item", count: number)))
        let answer = try connection.receive()
        print("order \(answer.number) came back with \(answer.items.joined(separator: ", "))")
    }
    connection.close()
}

/// Answers until the other end is closed.
private func answer(_ connection: Connection<Order>) throws {
    do {
        while true {
            var order = try connection.receive()
            print("order \(order.number) arrived with \(order.items.count) items")
            order.items = order.items.enumerated().map { "\($1) \($0 + 1)" }
            try connection.send(order)
        }
    } catch let error as ProcessingError where error.kind == .endOfStream {
        print("end of stream: no more orders")
    }
}

/// Two processes that exchange values through a pipe.
enum PipeExample: Example {
    static let name = "pipe"
    static let summary = "two processes exchange values over a pipe with two ends, until one end closes"

    static func run(_ pace: Pace) throws -> [Participant]? {
        try withProcesses {
            let (left, right) = try Pipe<Order>().ends
            let asking = Process(target: ask, args: left)
            let answering = Process(target: answer, args: right)
            try asking.start()
            try answering.start()
            try asking.join()
            try answering.join()
            return [Participant(asking), Participant(answering)]
        }
    }
}
