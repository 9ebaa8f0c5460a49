/// How `mpirun` is to be called: environment variables, and arguments before the program.
///
/// ```swift
/// let profile = try LaunchProfile(contentsOf: "mpirun-configs/local.env")
/// let result = try await RankJob(executable: "a.out", ranks: 4, profile: profile).run()
/// ```
///
/// In a file a profile is a list of `export NAME=VALUE` lines, so that a shell can source it as well.
public struct LaunchProfile: Sendable, Hashable {
    /// What the profile is called in messages.
    public var name: String
    /// What it is for, in some words without a full stop; may be empty.
    public var summary: String
    /// The variables it sets for the launcher and, through it, for the ranks of this machine.
    public var environment: [String: String]
    /// The launcher: a name to look for in `PATH`, or a path.
    public var launcher: String
    /// What the launcher gets before the number of ranks, such as `["--hostfile", "hosts"]`.
    public var launcherArguments: [String]

    /// What the environment variable `SWIFT_MPI_LAUNCHER` says, else `mpirun`.
    ///
    /// On a machine with several MPI libraries it has to be the launcher of the library that the program was built with, such as
    /// `mpiexec.mpich`.
    public static let defaultLauncher = SystemFile.variable("SWIFT_MPI_LAUNCHER") ?? "mpirun"

    /// A profile from its parts.
    ///
    /// - Parameters:
    ///   - name: What it is called in messages.
    ///   - summary: What it is for.
    ///   - environment: The variables it sets.
    ///   - launcher: The launcher's name or path; ``defaultLauncher``, if omitted.
    ///   - launcherArguments: What the launcher gets before the number of ranks.
    public init(
        name: String,
        summary: String = "",
        environment: [String: String] = [:],
        launcher: String = LaunchProfile.defaultLauncher,
        launcherArguments: [String] = []
    ) {
        self.name = name
        self.summary = summary
        self.environment = environment
        self.launcher = launcher
        self.launcherArguments = launcherArguments
    }
}
