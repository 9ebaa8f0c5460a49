/// A program to be started as new ranks.
public struct SpawnCommand: Sendable {
    /// Its name or path.
    public var executable: String

    /// Its arguments.
    public var arguments: [String]

    /// How many ranks run it.
    public var count: Int

    /// Hints for the library, such as `host` or `wdir`.
    public var info: Info

    /// Makes a command.
    ///
    /// - Parameters:
    ///   - executable: The program's name or path.
    ///   - arguments: Its arguments.
    ///   - count: How many ranks run it.
    ///   - info: Hints for the library, such as `host` or `wdir`.
    public init(_ executable: String, arguments: [String] = [], count: Int = 1, info: Info = [:]) {
        self.executable = executable
        self.arguments = arguments
        self.count = count
        self.info = info
    }
}

extension Communicator {
    /// Starts programs as new ranks, with a world of their own.
    ///
    /// Every rank calls it; what the root gives counts. The new ranks find those that have started them by ``Environment/parent``.
    ///
    /// ```swift
    /// let children = try world.spawn([SpawnCommand("worker", count: 4)])
    /// let answers = try children.allGather(question)
    /// try children.disconnect()
    /// ```
    /// The launcher needs slots for the new ranks: start the program with `mpirun -n 1 --oversubscribe`, or with a host file that has enough. Without
    /// `mpirun`, Open MPI wants `OMPI_MCA_rmaps_base_oversubscribe=1` in the environment.
    ///
    /// - Parameters:
    ///   - commands: The programs.
    ///   - root: The rank whose commands count.
    /// - Returns: A communicator to the new ranks.
    /// - Throws: `MPIError` of class `spawn` if they cannot be started, with what to do about it; of class `notSupported` if the library
    ///   can start none, as MPICH over UCX.
    ///
    /// Collective · blocking · `MPI_Comm_spawn`, `MPI_Comm_spawn_multiple` (MPI 3.1 §10.3)
    public final func spawn(_ commands: [SpawnCommand], root: Int = 0) throws(MPIError) -> Intercommunicator {
        let name: StaticString = "MPI_Comm_spawn"
        let number = try rootNumber(root, name)
        let failure = Self.failure { () throws(MPIError) in
            guard rank == root else { return }
            guard !commands.isEmpty, commands.allSatisfy({ $0.count > 0 && Int32(exactly: $0.count) != nil })
            else {
                throw MPIError(.argument, call: name, text: "there is nothing to start")
            }
            for text in commands.flatMap({ [$0.executable] + $0.arguments }) {
                try CText.expectWhole(text, name)
            }
        }
        try agree(onCount: 0, failure, name)
        var infos: [RawInfo] = []
        defer { for info in infos { info.free() } }
        for command in commands { infos.append(try command.info.makeOwned()) }
        let made: RawCommunicator
        do throws(MPIError) {
            made = try raw.spawn(commands, infos, root: number)
        } catch  where error.errorClass == .notSupported {
            throw error
        } catch {
            throw MPIError(
                errorClass: .spawn,
                code: error.code,
                call: error.call,
                text: """
                    \(commands.map(\.executable).joined(separator: ", ")) could not be started: \(error.text). Is there such a program, and \
                    are there enough slots? Allow more ranks than cores with mpirun --oversubscribe, or with \
                    OMPI_MCA_rmaps_base_oversubscribe=1 in the environment
                    """
            )
        }
        return try Intercommunicator(takingOver: made, among: self)
    }
}

extension Environment {
    /// The ranks that have started this one by ``Communicator/spawn(_:root:)``; `nil` if none has.
    ///
    /// Every rank of this world asks for it the first time together.
    ///
    /// Collective when asked for first · `MPI_Comm_get_parent` (MPI 3.1 §10.3.2)
    public static var parent: Intercommunicator? { foundParent }

    private static let foundParent: Intercommunicator? = {
        _ = Communicator.world
        guard let raw = try? RawCommunicator.parent() else { return nil }
        return try? Intercommunicator(takingOver: raw, among: .world)
    }()
}
