import Multiprocessing

/// Puts ten random numbers into a queue.
private struct Producer: ProcessBody {
    let queue: Queue<Int>
    let pace: Pace

    func run() throws {
        for _ in 0..<10 {
            let item = Int.random(in: 0...255)
            try queue.put(item)
            print("Process Producer: item \(item) appended to the queue")
            print("The size of the queue is \(try queue.count)")
            sleep(for: pace.second)
        }
        try queue.close()
    }
}

/// Takes the numbers out again, until there are no more.
private struct Consumer: ProcessBody {
    let queue: Queue<Int>

    func run() throws {
        do {
            while true {
                let item = try queue.get()
                print("Process Consumer: item \(item) popped from the queue")
            }
        } catch let error as ProcessingError where error.kind == .closed {
            print("the queue is empty")
        }
    }
}

/// A producer and a consumer.
enum QueueExample: Example {
    static let name = "queue"
    static let summary = "a producer puts ten random numbers into a queue, a consumer takes them out"

    static func run(_ pace: Pace) throws -> [Participant]? {
        try withProcesses {
            let queue = try Queue<Int>()
            let producer = Process(body: Producer(queue: queue, pace: pace))
            let consumer = Process(body: Consumer(queue: queue))
            try producer.start()
            try consumer.start()
            try producer.join()
            try consumer.join()
            return [Participant(producer), Participant(consumer)]
        }
    }
}
