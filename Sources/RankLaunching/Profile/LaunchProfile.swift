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
    ///   - environment: The variables it sets.
    ///   - launcher: The launcher's name or path; ``defaultLauncher``, if omitted.
    ///   - launcherArguments: What the launcher gets before the number of ranks.
    public init(
        name: String,
        environment: [String: String] = [:],
        launcher: String = LaunchProfile.defaultLauncher,
        launcherArguments: [String] = []
    ) {
        self.name = name
        self.environment = environment
        self.launcher = launcher
        self.launcherArguments = launcherArguments
    }

    /// Any number of ranks on this machine: more than it has cores if need be, which then yield while they wait;
    /// also as root; with the quick start-up of shared memory only.
    ///
    /// It sets what `mpirun-configs/local.env` sets.
    public static let local = LaunchProfile(
        name: "local",
        environment: [
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_rmaps_base_oversubscribe": "1",
            "PRTE_ALLOW_RUN_AS_ROOT": "1",
            "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
            "OMPI_MCA_mpi_yield_when_idle": "1",
            "OMPI_MCA_hwloc_base_binding_policy": "none",
            "PRTE_MCA_hwloc_default_binding_policy": "none",
            "OMPI_MCA_pml": "ob1",
            "OMPI_MCA_btl": "vader,tcp,self",
        ]
    )

    /// No settings of its own: what the machine's administrator and the user's environment say.
    public static let inherited = LaunchProfile(name: "inherited")
}
