import Glibc
import Multiprocessing

private let key = AuthenticationKey("the key")

/// A process that connects and does something, and the queue in which it says what came of it.
private func startConnecting(
    to address: SocketAddress,
    key: AuthenticationKey?,
    _ action: @escaping @Sendable (SocketConnection<String>) throws -> String
) throws -> (Process, Queue<String>) {
    let answers = try Queue<String>()
    let process = Process {
        let answer = returned {
            let connection = try Client<String>.connect(to: address, key: key)
            defer { connection.close() }
            return try action(connection)
        }
        try answers.put(answer)
    }
    try process.start()
    return (process, answers)
}

private func greet(_ connection: SocketConnection<String>) throws -> String {
    try connection.send("hello")
    return try connection.receive()
}

private func answer(_ listener: Listener<String>) throws -> String {
    let connection = try listener.accept()
    defer { connection.close() }
    let greeting = try connection.receive()
    try connection.send(greeting + " yourself")
    return greeting
}

private func makeListener(key: AuthenticationKey? = key) throws -> Listener<String> {
    try Listener<String>(at: .tcp(host: "localhost", port: 0), key: key)
}

private func sayGreetings(over listener: Listener<String>, key: AuthenticationKey?) throws {
    let (process, answers) = try startConnecting(to: listener.address, key: key, greet)
    say(try answer(listener), try answers.get())
    try process.join()
}

extension OracleScenario {
    /// See `Python/listeners.py`.
    static let listeners: [OracleScenario] = greetings + connectionsOfListeners

    private static let greetings: [OracleScenario] = [
        OracleScenario("over_a_port") {
            let listener = try makeListener()
            defer { listener.close() }
            try sayGreetings(over: listener, key: key)
            say(listener.lastAccepted != nil)
        },
        OracleScenario("over_a_file") {
            var template = Array("/tmp/swift-mpi-oracle-XXXXXX".utf8CString)
            let folder = mkdtemp(&template).map { String(cString: $0) } ?? "/no/folder"
            defer { rmdir(folder) }
            let path = folder + "/socket"
            let listener = try Listener<String>(at: .unix(path: path), key: key)
            say(access(path, F_OK) == 0)
            try sayGreetings(over: listener, key: key)
            listener.close()
            say(access(path, F_OK) == 0)
        },
        OracleScenario("without_a_key") {
            let listener = try makeListener(key: nil)
            defer { listener.close() }
            try sayGreetings(over: listener, key: nil)
        },
        OracleScenario("with_another_key") {
            let listener = try makeListener()
            defer { listener.close() }
            let (process, answers) = try startConnecting(
                to: listener.address,
                key: AuthenticationKey("another"),
                greet
            )
            say(outcome { _ = try listener.accept() }, try answers.get())
            try process.join()
            try sayGreetings(over: listener, key: key)
        },
        OracleScenario("where_nobody_listens") {
            say(outcome { _ = try Client<String>.connect(to: .unix(path: "/no/such/socket"), key: key) })
            let listener = try makeListener()
            let address = listener.address
            listener.close()
            say(outcome { _ = try Client<String>.connect(to: address, key: key) })
        },
        OracleScenario("after_close") {
            let listener = try makeListener()
            say(listener.lastAccepted?.description)
            say(
                outcome { listener.close() },
                outcome { listener.close() },
                outcome { _ = try listener.accept() }
            )
        },
    ]

    private static let connectionsOfListeners: [OracleScenario] = [
        OracleScenario("end_of_a_connection") {
            let listener = try makeListener()
            defer { listener.close() }
            let (process, answers) = try startConnecting(to: listener.address, key: key) { _ in "nothing" }
            let connection = try listener.accept()
            say(try answers.get(), outcome { _ = try connection.receive() }, try connection.poll())
            connection.close()
            say(
                connection.isClosed,
                outcome { _ = try connection.receive() },
                outcome { try connection.send("x") },
                outcome { connection.close() }
            )
            try process.join()
        },
        OracleScenario("bytes_of_a_connection") {
            let listener = try makeListener()
            defer { listener.close() }
            let (process, answers) = try startConnecting(to: listener.address, key: key) { connection in
                try connection.sendBytes(Array("abc".utf8))
                try connection.sendBytes([])
                return words(try connection.receiveBytes().count)
            }
            let connection = try listener.accept()
            say(try connection.receiveBytes(), try connection.receiveBytes())
            try connection.sendBytes([UInt8](repeating: 0, count: 500_000))
            say(try answers.get())
            connection.close()
            try process.join()
        },
        OracleScenario("several_connections") {
            let listener = try makeListener()
            defer { listener.close() }
            let clients = try (0..<3).map { _ in
                try startConnecting(to: listener.address, key: key) { connection in
                    try connection.send("one")
                    return try connection.receive()
                }
            }
            let connections = try clients.map { _ in try listener.accept() }
            say(try connections.map { try $0.receive() })
            for connection in connections { try connection.send("all are there") }
            say(try clients.map { try $0.1.get() })
            for client in clients { try client.0.join() }
            for connection in connections { connection.close() }
        },
        OracleScenario("address_in_use") {
            let listener = try makeListener()
            defer { listener.close() }
            say(outcome { _ = try Listener<String>(at: listener.address, key: key) })
        },
    ]
}
