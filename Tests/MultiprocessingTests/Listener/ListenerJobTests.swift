import Multiprocessing
import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private let key = AuthenticationKey("shared by two programs")
private let patience = Duration.seconds(40)

/// Listens, and tells the test where.
private func announce<Message>(_ listener: Listener<Message>) {
    guard case .tcp(let host, let port) = listener.address else { return }
    print("address \(host) \(port)")
    fflush(nil)
}

/// Where the other program listens.
private func announcedAddress() throws -> SocketAddress {
    .tcp(host: try RankCheck.argument(0), port: try RankCheck.argument(1, as: Int.self))
}

/// Runs two programs: one that announces an address, and another that is given it.
private func runPrograms(
    _ server: RankJob,
    meanwhile: (RunningJob) async throws -> Void = { _ in },
    client: ([String]) throws -> RankJob
) async throws -> (server: RankJobResult, client: RankJobResult) {
    try await oneJobAtATime {
        let running = try await server.start()
        let line = try await running.line(containing: "address ")
        let words = line.text.split(separator: " ").map(String.init)
        let connecting = try await client(Array(words.suffix(2))).start()
        try await meanwhile(connecting)
        let result = try await connecting.wait()
        return (try await running.wait(), result)
    }
}

@Suite("Listener between programs")
struct ListenerJobTests {
    @Test("two programs that were started apart talk, with and without ranks", arguments: [nil, 2] as [Int?])
    func separatePrograms(ranks: Int?) async throws {
        let server = try RankCheck.job(ranks: nil) {
            let listener = try Listener<Parcel>(at: .tcp(host: "localhost", port: 0), key: key)
            announce(listener)
            let count = 2
            for _ in 0..<count {
                let connection = try listener.accept(timeout: patience)
                for _ in 0..<100 {
                    var parcel = try connection.receive(timeout: patience)
                    parcel.label += "!"
                    try connection.send(parcel)
                }
                #expect(kindOfError { _ = try connection.receive(timeout: patience) } == .endOfStream)
            }
        }
        let results = try await runPrograms(server) { address in
            try RankCheck.job(ranks: ranks, arguments: address) {
                // On two ranks, each is a client; alone, it is one twice.
                let rounds = getenv("OMPI_COMM_WORLD_SIZE") ?? getenv("PMI_SIZE") == nil ? 2 : 1
                for _ in 0..<rounds {
                    let connection = try Client<Parcel>.connect(
                        to: try announcedAddress(),
                        key: key,
                        timeout: patience
                    )
                    for number in 0..<100 {
                        var parcel = Parcel.example
                        parcel.contents["number"] = number
                        try connection.send(parcel)
                        parcel.label += "!"
                        #expect(try connection.receive(timeout: patience) == parcel)
                    }
                }
            }
        }
        #expect(results.server.isSuccess, "\(results.server.report)")
        #expect(results.client.isSuccess, "\(results.client.report)")
    }

    @Test("a program with another key is refused, in its own words and in the listener's")
    func wrongKey() async throws {
        let server = try RankCheck.job(ranks: nil) {
            let listener = try Listener<Int>(at: .tcp(host: "127.0.0.1", port: 0), key: key)
            announce(listener)
            // Who has the key is accepted before those who were refused are told of, if all have come by then.
            var complaints: [String] = []
            var numbers: [Int] = []
            for _ in 0..<3 {
                let complaint = textOfError {
                    numbers.append(try listener.accept(timeout: patience).receive(timeout: patience))
                }
                if !complaint.isEmpty { complaints.append(complaint) }
            }
            #expect(numbers == [3])
            #expect(complaints.count == 2)
            #expect(complaints.first?.contains("does not know the key") == true)
            #expect(complaints.last?.contains("was given no key") == true)
        }
        let results = try await runPrograms(server) { address in
            try RankCheck.job(ranks: nil, arguments: address) {
                let address = try announcedAddress()
                for key in [AuthenticationKey("guess"), nil] {
                    #expect(
                        kindOfError { _ = try Client<Int>.connect(to: address, key: key) } == .authentication
                    )
                }
                try Client<Int>.connect(to: address, key: key).send(3)
            }
        }
        #expect(results.server.isSuccess, "\(results.server.report)")
        #expect(results.client.isSuccess, "\(results.client.report)")
    }

    @Test(
        "a program that is killed ends the stream, also in the middle of a message",
        arguments: ["between", "within"]
    )
    func killed(moment: String) async throws {
        let server = try RankCheck.job(ranks: nil, arguments: [moment]) {
            let moment = try RankCheck.argument(0, as: String.self)
            let listener = try Listener<[UInt8]>(at: .tcp(host: "127.0.0.1", port: 0), key: key)
            announce(listener)
            let connection = try listener.accept(timeout: patience)
            #expect(try connection.receive(timeout: patience) == [1])
            if moment == "within" { #expect(try connection.poll(timeout: patience)) }
            // Only now may the other end be killed.
            try connection.send([2])
            let kind = kindOfError { _ = try connection.receive(timeout: patience) }
            #expect(kind == (moment == "within" ? .transport : .endOfStream))
        }
        let results = try await runPrograms(server) { running in
            let line = try await running.line(containing: "pid ")
            #expect(running.kill(process: line.text.split(separator: " ").last.flatMap { Int32($0) } ?? 0))
        } client: { address in
            try RankCheck.job(ranks: nil, arguments: address + [moment]) {
                let moment = try RankCheck.argument(2, as: String.self)
                let connection = try Client<[UInt8]>.connect(
                    to: try announcedAddress(),
                    key: key,
                    timeout: patience
                )
                try connection.send([1])
                if moment == "within" {
                    // It cannot get further than what the socket holds.
                    Task.detached { try sendMuch(connection) }
                }
                _ = try connection.receive(timeout: patience)
                print("pid", getpid())
                fflush(nil)
                waitForTheEnd()
            }
        }
        #expect(results.server.isSuccess, "\(results.server.report)")
        #expect(!results.client.isSuccess)
    }

    @Test(
        "eight processes at once exchange a thousand messages each with their main program",
        arguments: [nil, 3] as [Int?]
    )
    func manyClients(ranks: Int?) async throws {
        try await onRanks(ranks, timeout: .seconds(120)) {
            try await withProcesses {
                let listener = try Listener<[Int]>(
                    at: .unix(path: "/tmp/swift-mpi-test-\(getpid()).socket"),
                    key: key
                )
                let address = listener.address
                let processes = try (0..<8).map { number in
                    let process = Process {
                        let connection = try Client<[Int]>.connect(to: address, key: key, timeout: patience)
                        for round in 0..<1000 {
                            try connection.send([number, round])
                            guard try connection.receive(timeout: patience) == [number, round, 1] else {
                                exit(9)
                            }
                        }
                    }
                    try process.start()
                    return process
                }
                let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<8 {
                        let connection = try await listener.accept(timeout: patience)
                        group.addTask {
                            var count = 0
                            do {
                                while true {
                                    let message = try await connection.receive(timeout: patience)
                                    try await connection.send(message + [1])
                                    count += 1
                                }
                            } catch let error as ProcessingError where error.kind == .endOfStream {
                                return count
                            }
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(counts == [Int](repeating: 1000, count: 8))
                for process in processes {
                    try await process.join()
                    #expect(process.exitCode == 0)
                }
                listener.close()
            }
        }
    }

    @Test("errors are those of Python's listener and client in the same situations")
    func python() async throws {
        let program = """
            import sys, threading
            from multiprocessing.connection import Listener, Client
            from multiprocessing import AuthenticationError, BufferTooShort
            def name(action):
                try:
                    return str(action())
                except Exception as error:
                    return type(error).__name__
            def both(left, right):
                results = {}
                thread = threading.Thread(target=lambda: results.update(left=name(left)))
                thread.start()
                results["right"] = name(right)
                thread.join()
                return results["left"] + " " + results["right"]
            listener = Listener(("127.0.0.1", 0), authkey=b"key")
            def connect(key): return lambda: Client(listener.address, authkey=key) and None
            print("keys differ:", both(lambda: listener.accept() and None, connect(b"other")))
            def pair():
                box = []
                thread = threading.Thread(target=lambda: box.append(listener.accept()))
                thread.start()
                client = Client(listener.address, authkey=b"key")
                thread.join()
                return client, box[0]
            client, server = pair()
            client.send_bytes(b"abc")
            print("short memory:", name(lambda: server.recv_bytes_into(bytearray(2))))
            print("nothing there:", name(lambda: server.poll()))
            client.send(1)
            client.close()
            print("one there:", name(lambda: server.poll()))
            print("the last one:", name(lambda: server.recv()))
            print("the end is there:", name(lambda: server.poll()))
            print("the end:", name(lambda: server.recv()))
            print("closed here:", name(lambda: client.recv()), name(lambda: client.send(1)))
            print("address in use:", name(lambda: Listener(listener.address)))
            address = listener.address
            listener.close()
            print("accept when closed:", name(lambda: listener.accept()))
            print("nobody listens:", name(lambda: Client(address, authkey=b"key")))
            """
        let job = RankJob(
            executable: "python3",
            arguments: ["-c", program],
            ranks: nil,
            timeout: .seconds(60)
        )
        let result = try await oneJobAtATime { try await job.run() }
        #expect(result.standardOutput == swiftOutcomes(), "\(result.report)")
    }
}

private func sendMuch(_ connection: SocketConnection<[UInt8]>) throws {
    try connection.send([UInt8](repeating: 0, count: 64 << 20))
}

/// The Python exception that a kind of error stands for.
private func pythonName(_ body: () throws -> String) -> String {
    do {
        return try body()
    } catch {
        switch (error as? ProcessingError)?.kind {
        case .authentication: return "AuthenticationError"
        case .tooLong: return "BufferTooShort"
        case .endOfStream: return "EOFError"
        case .closed, .resources: return "OSError"
        case .notFound: return "ConnectionRefusedError"
        default: return "\(error)"
        }
    }
}

/// What the Python program above says, done in Swift.
private func swiftOutcomes() -> String {
    var lines: [String] = []
    func note(_ situation: String, _ bodies: (() throws -> String)...) {
        lines.append("\(situation): " + bodies.map(pythonName).joined(separator: " "))
    }
    func text(_ value: Bool) -> String { value ? "True" : "False" }
    do {
        let listener = try Listener<Int>(at: .tcp(host: "127.0.0.1", port: 0), key: key)
        let refused = pythonName {
            "\(try Client<Int>.connect(to: listener.address, key: AuthenticationKey("other")))"
        }
        lines.append(
            "keys differ: " + pythonName { "\(try listener.accept(timeout: patience))" } + " " + refused
        )
        let client = try Client<Int>.connect(to: listener.address, key: key)
        let server = try listener.accept(timeout: patience)
        try client.sendBytes([1, 2, 3])
        note("short memory", { "\(try server.receiveBytes(maximumCount: 2, timeout: patience))" })
        // In Python it is lost.
        _ = try server.receiveBytes(timeout: patience)
        note("nothing there", { text(try server.poll()) })
        try client.send(1)
        client.close()
        note("one there", { text(try server.poll(timeout: patience)) })
        note("the last one", { "\(try server.receive(timeout: patience))" })
        note("the end is there", { text(try server.poll(timeout: patience)) })
        note("the end", { "\(try server.receive(timeout: patience))" })
        note("closed here", { "\(try client.receive())" }, { "\(try client.send(1))" })
        note("address in use", { "\(try Listener<Int>(at: listener.address, key: nil))" })
        listener.close()
        note("accept when closed", { "\(try listener.accept())" })
        note("nobody listens", { "\(try Client<Int>.connect(to: listener.address, key: key))" })
    } catch {
        lines.append("\(error)")
    }
    return lines.joined(separator: "\n") + "\n"
}
