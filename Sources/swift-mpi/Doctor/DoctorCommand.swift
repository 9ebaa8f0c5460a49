import ArgumentParser

/// `swift-mpi doctor`.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examines the MPI installation, and says what is wrong and how to mend it."
    )
    func run() throws {}
}
