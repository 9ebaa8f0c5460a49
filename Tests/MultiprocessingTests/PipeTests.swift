import Multiprocessing
import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private let sizes: [Int?] = [nil, 1, 3]

/// Receives until the end of the stream.
private func receiveAll<Message>(_ connection: Connection<Message>) throws -> [Message] {
    var messages: [Message] = []
    do {
        while true { messages.append(try connection.receive(timeout: .seconds(20))) }
    } catch let error as ProcessingError where error.kind == .endOfStream {
        return messages
    }
}

@Suite("Pipe")
struct PipeTests {
    @Test("both ends send and receive, in order, values of any kind", arguments: sizes)
    func bothWays(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (left, right) = try Pipe<Parcel>().ends
                let process = Process {
                    do {
                        while true {
                            var parcel = try right.receive()
                            parcel.label += "!"
                            try right.send(parcel)
                        }
                    } catch let error as ProcessingError where error.kind == .endOfStream {
                        exit(11)
                    }
                }
                try process.start()
                for number in 0..<50 {
                    var parcel = Parcel.example
                    parcel.contents["number"] = number
                    try left.send(parcel)
                    parcel.label += "!"
                    #expect(try left.receive(timeout: .seconds(20)) == parcel)
                }
                left.close()
                #expect(left.isClosed && !right.isClosed)
                try process.join()
                #expect(process.exitCode == 11)
            }
        }
    }

    @Test("two processes talk over a pipe whose maker keeps out of it", arguments: sizes)
    func betweenProcesses(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let results = try Queue<[Int]>()
                let (left, right) = try Pipe<Int>(duplex: false).ends
                #expect(left.isReadable && !left.isWritable && right.isWritable && !right.isReadable)
                let sender = Process { for number in 0..<300 { try right.send(number) } }
                let receiver = Process { try results.put(try receiveAll(left)) }
                try sender.start()
                try receiver.start()
                #expect(try results.get(timeout: .seconds(20)) == Array(0..<300))
                #expect(kindOfError { try left.send(1) } == .misuse)
                #expect(kindOfError { _ = try right.receive() } == .misuse)
                #expect(kindOfError { _ = try right.poll() } == .misuse)
            }
        }
    }

    @Test(
        "the stream ends by exit without close, by close, by an error, and by kill, after all that was sent",
        arguments: sizes
    )
    func endOfStream(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                for way in ["return", "close", "exit", "throw", "kill", "fork"] {
                    let (left, right) = try Pipe<Int>().ends
                    let process = Process {
                        for number in 0..<20 { try right.send(number) }
                        switch way {
                        case "close":
                            right.close()
                            waitForTheEnd()
                        case "exit": exit(3)
                        case "throw": throw Unencodable.Refusal()
                        case "kill": kill(getpid(), SIGKILL)
                        case "fork":
                            // A child that has this end, too, keeps the stream open.
                            let child = Process { try right.send(20) }
                            try child.start()
                        default: break
                        }
                    }
                    try process.start()
                    #expect(try receiveAll(left) == Array(0..<(way == "fork" ? 21 : 20)), "\(way)")
                    #expect(kindOfError { _ = try left.receive(timeout: .zero) } == .endOfStream, "\(way)")
                    #expect(try left.poll(), "\(way)")
                    #expect(kindOfError { try left.send(1) } == .closed, "\(way)")
                    if way == "close" { process.kill() }
                    try process.join()
                }
                // A process that has never been able to use its end counts no more than any other.
                let (left, right) = try Pipe<Int>().ends
                let cargo = Undecodable(number: 1)
                let process = Process {
                    print(cargo.number)
                    try right.send(1)
                }
                try process.start()
                #expect(kindOfError { _ = try left.receive(timeout: .seconds(20)) } == .endOfStream)
            }
        }
    }

    @Test(
        "a receiver that waits hears of the end when the far process is killed from outside",
        arguments: sizes
    )
    func killedFarEnd(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (left, right) = try Pipe<Int>().ends
                let results = try Queue<String>()
                let holder = Process {
                    try right.send(1)
                    waitForTheEnd()
                }
                let receiver = Process {
                    let first = try left.receive()
                    try results.put("got \(first)")
                    try results.put(kindOfError { _ = try left.receive() }?.rawValue ?? "none")
                }
                try holder.start()
                try receiver.start()
                #expect(try results.get(timeout: .seconds(20)) == "got 1")
                kill(pid_t(holder.pid ?? 0), SIGKILL)
                #expect(try results.get(timeout: .seconds(20)) == "endOfStream")
                try holder.join()
                #expect(holder.exitCode == -9)
            }
        }
    }

    @Test("a sender that waits for room hears of it when nobody is left to receive", arguments: sizes)
    func lostReceiver(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (left, right) = try Pipe<[UInt8]>().ends
                let results = try Queue<String>()
                let sender = Process {
                    let block = [UInt8](repeating: 7, count: 400_000)
                    for _ in 0..<2 { try right.send(block) }
                    try results.put("sent")
                    do {
                        while true { try right.send(block) }
                    } catch let error as ProcessingError {
                        try results.put(error.kind.rawValue)
                    }
                }
                let receiver = Process {
                    _ = try left.receive()
                    waitForTheEnd()
                }
                try sender.start()
                try receiver.start()
                #expect(try results.get(timeout: .seconds(20)) == "sent")
                receiver.kill()
                #expect(try results.get(timeout: .seconds(20)) == "closed")
            }
        }
    }

    @Test("poll says whether there is something to receive, or the end of the stream", arguments: sizes)
    func polling(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (left, right) = try Pipe<Int>().ends
                let gate = try Queue<Bool>()
                let process = Process {
                    _ = try gate.get()
                    try right.send(1)
                    _ = try gate.get()
                }
                try process.start()
                #expect(try !left.poll())
                #expect(try !left.poll(timeout: .milliseconds(20)))
                try gate.put(true)
                #expect(try left.poll(timeout: .seconds(20)))
                #expect(try left.poll())
                #expect(try left.poll(timeout: nil))
                #expect(try left.receive() == 1)
                #expect(try !left.poll())
                try gate.put(true)
                #expect(try left.poll(timeout: .seconds(20)))
                #expect(kindOfError { _ = try left.receive() } == .endOfStream)
            }
        }
    }

    @Test("receive waits until its time is up, and a closed end is a closed end", arguments: sizes)
    func timeoutsAndClosedEnds(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (left, right) = try Pipe<Int>().ends
                #expect(kindOfError { _ = try left.receive(timeout: .zero) } == .timedOut)
                #expect(kindOfError { _ = try left.receive(timeout: .milliseconds(20)) } == .timedOut)
                try right.send(1)
                left.close()
                left.close()
                #expect(kindOfError { _ = try left.receive() } == .closed)
                #expect(kindOfError { try left.send(1) } == .closed)
                #expect(kindOfError { _ = try left.poll() } == .closed)
                #expect(kindOfError { try right.send(2) } == .closed)
                #expect(kindOfError { _ = try right.receive(timeout: .seconds(20)) } == .endOfStream)
                let process = Process { _ = try left.receive() }
                #expect(textOfError { try process.start() }.contains("closed"))
            }
        }
    }

    @Test(
        "a pipe is no store: a sender far ahead waits, and goes on when something is received",
        arguments: sizes
    )
    func backpressure(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (left, right) = try Pipe<[Int]>().ends
                var sent = 0
                while kindOfError({
                    try right.send(Array(repeating: sent, count: 10_000), timeout: .milliseconds(20))
                }) == nil {
                    sent += 1
                    try #require(sent < 1000)
                }
                #expect(sent > 1)
                #expect(kindOfError { try right.send([], timeout: .zero) } == .timedOut)
                let first = sent
                let process = Process {
                    for number in first..<first + 50 {
                        try right.send(Array(repeating: number, count: 10_000))
                    }
                }
                try process.start()
                for number in 0..<sent + 50 {
                    #expect(try left.receive(timeout: .seconds(20)).last == number)
                }
                try process.join()
                // A message larger than all the room there is passes, too.
                let large = Array(0..<400_000)
                let sender = Process { try right.send(large) }
                try sender.start()
                #expect(try left.receive(timeout: .seconds(20)) == large)
            }
        }
    }

    @Test(
        "an end travels in a message, and in a queue, and keeps its stream open on the way",
        arguments: sizes
    )
    func travellingEnds(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let queue = try Queue<Connection<Int>>()
                let (left, right) = try Pipe<Int>().ends
                let giver = Process { try queue.put(right) }
                try giver.start()
                try giver.join()
                #expect(kindOfError { _ = try left.receive(timeout: .milliseconds(20)) } == .timedOut)
                let taker = Process {
                    let connection = try queue.get()
                    try connection.send(try connection.receive() + 1)
                }
                try taker.start()
                try left.send(41)
                #expect(try left.receive(timeout: .seconds(20)) == 42)
                #expect(kindOfError { _ = try left.receive(timeout: .seconds(20)) } == .endOfStream)
            }
        }
    }

    @Test("a receive that is cancelled takes no message", arguments: [1, 3])
    func cancellation(ranks: Int) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let (left, right) = try Pipe<Int>().ends
                for round in 0..<20 {
                    let receiving = Task { try await left.receive() }
                    if round % 2 == 0 { await Task.yield() }
                    receiving.cancel()
                    await #expect(throws: CancellationError.self) { _ = try await receiving.value }
                }
                try await right.send(6)
                #expect(try await left.receive(timeout: .seconds(20)) == 6)
                let process = Process {
                    for number in 0..<10 { try await right.send(number) }
                }
                try await process.start()
                for number in 0..<10 { #expect(try await left.receive(timeout: .seconds(20)) == number) }
            }
        }
    }

    @Test(
        "a start that fails gives back the ends that should have travelled",
        arguments: [nil, 1, 3] as [Int?]
    )
    func failedStarts(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                // What comes after the connection cannot be encoded.
                let (left, right) = try Pipe<Int>().ends
                let bad = Unencodable()
                let process = Process { try right.send(bad.number) }
                #expect(throws: (any Error).self) { try process.start() }
                try right.send(5)
                #expect(try left.receive(timeout: .seconds(20)) == 5)
                right.close()
                #expect(kindOfError { _ = try left.receive(timeout: .seconds(20)) } == .endOfStream)
            }
        }
    }

    @Test("a send that is cancelled while it waits for room sends nothing", arguments: [1, 3])
    func cancelledSends(ranks: Int) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let (left, right) = try Pipe<[UInt8]>().ends
                try await left.send([UInt8](repeating: 1, count: 2 << 20))
                let sending = Task { try await left.send([2]) }
                let sendingBytes = Task { try await left.sendBytes([3]) }
                sending.cancel()
                sendingBytes.cancel()
                await #expect(throws: CancellationError.self) { try await sending.value }
                await #expect(throws: CancellationError.self) { try await sendingBytes.value }
                #expect(try await right.receive(timeout: .seconds(20)).count == 2 << 20)
                #expect(try await !right.poll())
            }
        }
    }
}
