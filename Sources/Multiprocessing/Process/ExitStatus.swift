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
