internal import MessageCoding

/// How processes are started.
public enum StartMethod: String, Codable, Sendable, CaseIterable {
    /// Each process is forked from a helper that was forked from the program at the entry of `withProcesses`: what
    /// the program had set up by then exists in every process. As `"forkserver"` in Python, and the default.
    case forkServer
    /// Each process executes the program's file afresh. As `"spawn"` in Python.
    case spawn
}

/// What a Host needs to know to start a process; the work itself follows it in the frame, unread until it arrives in the process.
struct ProcessOrder: Codable, Sendable {
    var name: String
    var identity: [Int]
    var isDaemon: Bool
    var startMethod: StartMethod
    /// Who starts it.
    var parent: Address
    var parentName: String
    var parentPid: Int32
    /// The rank whose main program the tree of processes belongs to: there its output is printed.
    var mainRank: Int
    /// The rank that shall host it, or `nil` for the next in turn.
    var requestedRank: Int?
    /// Connections that travel in the work.
    var passengers: [ConnectionReservation] = []
    /// The size of its journal in bytes, or 0 if it keeps none.
    var journalSize = 0
    /// Where its value is expected, if it is to return one.
    var result: Address?

    /// As it travels in the argument of a frame; it may come from a process that has lost its mind.
    var argument: UInt64 { UInt64(truncatingIfNeeded: end) & 1 | token << 1 }
    /// Who made the service that has it started, if a service does: its parent in the family.
    var maker: Address?
}

/// A connection that is on its way to a process.
struct ConnectionReservation: Codable, Hashable, Sendable {
    var pipe: Address
    var end: Int
    var token: UInt64
}

/// How a process ended.
struct ProcessEnd: Codable, Sendable {
    let address: Address
    /// Who had it started.
    let parent: Address
    let name: String
    let pid: Int32
    let status: ExitStatus
    /// Where it ran.
    let host: String
    /// Where its value was expected, if it was to return one.
    var result: Address? = nil
}

/// How a process of the operating system ended.
enum ExitStatus: Codable, Hashable, Sendable, CustomStringConvertible {
    /// It ended by itself, with this status.
    case exited(Int32)
    /// A signal ended it.
    case signalled(Int32)

    /// What `waitpid` says.
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7f
        self = signal == 0 ? .exited((waitStatus >> 8) & 0xff) : .signalled(signal)
    }

    /// As Python gives it: the status, or minus the signal.
    var exitCode: Int {
        switch self {
        case .exited(let code): Int(code)
        case .signalled(let signal): -Int(signal)
        }
    }

    init(exitCode: Int) {
        self =
            exitCode < 0
            ? .signalled(Int32(clamping: exitCode.magnitude)) : .exited(Int32(clamping: exitCode))
    }

    var description: String {
        switch self {
        case .exited(let code): "exit status \(code)"
        case .signalled(let signal):
            "signal \(signal)\(ExitStatus.signalNames[signal].map { " (\($0))" } ?? "")"
        }
    }

    private static let signalNames: [Int32: String] = [
        1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS",
        8: "SIGFPE",
        9: "SIGKILL", 10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2", 13: "SIGPIPE", 14: "SIGALRM",
        15: "SIGTERM",
        24: "SIGXCPU", 25: "SIGXFSZ",
    ]
}

extension Frame {
    /// Appends an order with its length before it, so that what follows can be told apart.
    mutating func append(_ order: ProcessOrder) throws {
        let encoded = try MessageEncoder().encode(order)
        withUnsafeBytes(of: UInt32(encoded.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: encoded)
    }

    /// The order at the beginning of the body, and where the work begins.
    func order() throws -> (order: ProcessOrder, workOffset: Int) {
        try withBody { body in
            guard body.count >= 4 else { throw FrameError.truncated(byteCount: body.count) }
            let length = Int(UInt32(littleEndian: body.loadUnaligned(as: UInt32.self)))
            guard length <= body.count - 4 else { throw FrameError.truncated(byteCount: body.count) }
            let encoded = UnsafeRawBufferPointer(rebasing: body[4..<4 + length])
            return (try MessageDecoder().decode(ProcessOrder.self, from: encoded), 4 + length)
        }
    }
}
