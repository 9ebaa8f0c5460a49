internal import Glibc

/// How what the processes print is shown.
public enum OutputForm: String, Codable, Sendable, CaseIterable {
    /// As it is.
    ///
    /// Lines stay whole. A process on the main program's rank writes where the main program does if that is a terminal or a file, which take
    /// a line of up to 64 KiB in one go. Otherwise, and from other ranks, the main rank prints what it writes, lines of up to a mebibyte at
    /// once.
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
