import ArgumentParser

/// `swift-mpi check`: whether the hosts of a job can do together what the libraries promise.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract:
            "Checks on the ranks and hosts of a job that messages arrive whole and processes work together.",
        discussion: """
            Meant for a new cluster or a new launch profile: mpirun --hostfile hosts swift-mpi check ranks. Each check that has passed \
            is a line; the first one that does not ends the job with a message.
            """,
        subcommands: [RanksCheck.self, ProcessesCheck.self, EnduranceCheck.self, ScaleCheck.self]
    )
}

/// A check has found something else than it should have.
struct CheckFailure: Error, CustomStringConvertible {
    let description: String

    /// Throws if two things differ that should be the same.
    static func expect<Value: Equatable>(_ found: Value, toBe expected: Value, _ what: String) throws {
        guard found != expected else { return }
        throw CheckFailure(description: "\(what): found \(found) where \(expected) should be")
    }

    /// Throws if something is not so.
    static func expect(_ isTrue: Bool, _ what: @autoclosure () -> String) throws {
        guard !isTrue else { return }
        throw CheckFailure(description: what())
    }
}
