/// How a process ended.
public enum JobStatus: Sendable, Hashable {
    /// It exited with a status; 0 says that all went well.
    case exited(Int32)
    /// A signal ended it.
    case signalled(Int32)

    /// Whether it exited with status 0.
    public var isSuccess: Bool {
        self == .exited(0)
    }
}

extension JobStatus: CustomStringConvertible {
    /// Such as `exit status 3` or `signal 9`.
    public var description: String {
        switch self {
        case .exited(let code): "exit status \(code)"
        case .signalled(let signal): "signal \(signal)"
        }
    }
}
