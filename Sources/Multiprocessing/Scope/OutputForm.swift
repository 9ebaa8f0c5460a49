internal import Glibc

/// How what the processes print is shown.
public enum OutputForm: String, Codable, Sendable, CaseIterable {
    /// As it is.
    ///
    /// A process on the main program's rank writes where the main program does, a line at a time. The system keeps lines of up to
    /// 4096 bytes whole, and longer ones unless they go into a pipe whose reader is slow.
    case plain
    /// Each line with the name and the rank of its process before it: `[Process-1 2] …`.
    ///
    /// Lines of up to a mebibyte are kept whole. A last line without an end is given one. What the main program itself prints is
    /// shown as it is.
    case prefixed

    /// The variable in the environment that says how, where the program does not: `SWIFT_MPI_OUTPUT=prefixed`.
    static let variable = "SWIFT_MPI_OUTPUT"

    /// What the environment says; nothing else than a form's name counts.
    static var ofEnvironment: OutputForm? {
        getenv(variable).flatMap { OutputForm(rawValue: String(cString: $0)) }
    }

    /// What stands before each line of a process's.
    func mark(of name: String, rank: Int) -> String {
        switch self {
        case .plain: ""
        // A name may be any text, but the mark is part of one line.
        case .prefixed: "[\(String(name.map { $0.isNewline ? " " : $0 })) \(rank)] "
        }
    }
}
