extension LaunchProfile {
    // One source of truth: a test compares each with its file in mpirun-configs. They are here as well so that programs have them
    // wherever they are called.

    /// Any number of ranks on this machine: more than it has cores if need be, which then yield while they wait;
    /// also as root; with the quick start-up of shared memory only.
    ///
    /// It sets what `mpirun-configs/local.env` sets.
    public static let local = LaunchProfile(
        name: "local",
        summary: "Any number of ranks on this machine",
        environment: [
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "PRTE_ALLOW_RUN_AS_ROOT": "1",
            "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_rmaps_base_oversubscribe": "1",
            "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
            "OMPI_MCA_mpi_yield_when_idle": "1",
            "OMPI_MCA_hwloc_base_binding_policy": "none",
            "PRTE_MCA_hwloc_default_binding_policy": "none",
            "OMPI_MCA_pml": "ob1",
            "OMPI_MCA_btl": "vader,tcp,self",
            "HWLOC_PLUGINS_BLACKLIST":
                "hwloc_gl,hwloc_opencl,hwloc_cuda,hwloc_nvml,hwloc_rsmi,hwloc_levelzero,hwloc_pci,hwloc_xml_libxml",
            "PMIX_MCA_gds": "hash",
        ]
    )

    /// More ranks than cores, on one host or on several; beside another profile.
    ///
    /// It sets what `mpirun-configs/oversubscribed.env` sets.
    public static let oversubscribed = LaunchProfile(
        name: "oversubscribed",
        summary: "More ranks than cores, on one host or on several",
        environment: [
            "OMPI_MCA_rmaps_base_oversubscribe": "1",
            "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
            "OMPI_MCA_mpi_yield_when_idle": "1",
            "OMPI_MCA_hwloc_base_binding_policy": "none",
            "PRTE_MCA_hwloc_default_binding_policy": "none",
        ]
    )

    /// Several hosts that talk over TCP, and no administrator who has set up anything better.
    ///
    /// It sets what `mpirun-configs/tcp.env` sets.
    public static let tcp = LaunchProfile(
        name: "tcp",
        summary: "Several hosts that talk over TCP",
        environment: [
            "OMPI_MCA_pml": "ob1",
            "OMPI_MCA_btl": "vader,tcp,self",
            "OMPI_MCA_oob_tcp_keepalive_time": "10",
            "OMPI_MCA_oob_tcp_keepalive_intvl": "2",
            "OMPI_MCA_oob_tcp_keepalive_probes": "5",
            "OMPI_MCA_osc": "^ucx",
        ]
    )

    /// Any number of ranks in a container with the defaults of Docker or Podman.
    ///
    /// It sets what `mpirun-configs/container.env` sets.
    public static let container = LaunchProfile(
        name: "container",
        summary: "In a container, with what Docker and Podman give it by default",
        environment: [
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "PRTE_ALLOW_RUN_AS_ROOT": "1",
            "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_pml": "ob1",
            "OMPI_MCA_btl": "vader,tcp,self",
            "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
            "OMPI_MCA_smsc": "^cma,xpmem,knem",
            "OMPI_MCA_btl_vader_backing_directory": "/tmp",
            "OMPI_MCA_btl_sm_backing_directory": "/tmp",
            "OMPI_MCA_osc_sm_backing_directory": "/tmp",
            "OMPI_MCA_rmaps_base_oversubscribe": "1",
            "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
            "OMPI_MCA_mpi_yield_when_idle": "1",
            "OMPI_MCA_hwloc_base_binding_policy": "none",
            "PRTE_MCA_hwloc_default_binding_policy": "none",
        ]
    )

    /// The launcher does not end the others when a rank is lost; beside another profile.
    ///
    /// It sets what `mpirun-configs/recovery.env` sets.
    public static let recovery = LaunchProfile(
        name: "recovery",
        summary: "The launcher lets the other ranks run when one is killed",
        environment: [
            "OMPI_MCA_orte_enable_recovery": "1",
            "OMPI_MCA_orte_abort_on_non_zero_status": "0",
            "OMPI_MCA_mpi_ft_enable": "1",
            "PRTE_MCA_prte_enable_ft": "1",
            "PRTE_MCA_prte_enable_recovery": "1",
        ]
    )

    /// Shows where ranks are put, how hosts are reached, and what crashes; beside another profile.
    ///
    /// It sets what `mpirun-configs/debug.env` sets.
    public static let debug = LaunchProfile(
        name: "debug",
        summary: "To see what a job does and where it fails",
        environment: [
            "OMPI_MCA_rmaps_base_display_map": "1",
            "PRTE_MCA_rmaps_default_mapping_policy": ":display",
            "OMPI_MCA_orte_tag_output": "1",
            "PRTE_MCA_prte_tag_output": "1",
            "OMPI_MCA_plm_base_verbose": "5",
            "OMPI_MCA_btl_base_verbose": "30",
            "OMPI_MCA_mpi_param_check": "1",
            "OMPI_MCA_mpi_abort_print_stack": "1",
            "OMPI_MCA_mca_base_env_list": "SWIFT_BACKTRACE=enable=yes,threads=all,interactive=no",
        ]
    )

    /// Finds mistakes in the use of MPI; beside another profile.
    ///
    /// It sets what `mpirun-configs/leaks.env` sets.
    public static let leaks = LaunchProfile(
        name: "leaks",
        summary: "What to use beside another profile to find mistakes in the use of MPI",
        environment: [
            "OMPI_MCA_mpi_param_check": "1",
            "OMPI_MCA_mpi_show_handle_leaks": "1",
            "OMPI_MCA_mpi_no_free_handles": "0",
        ]
    )

    /// No settings of its own: what the machine's administrator and the user's environment say.
    public static let inherited = LaunchProfile(name: "inherited")

    /// The profiles that have a file in `mpirun-configs`, in the order in which a list shows them.
    public static let builtIn: [LaunchProfile] = [
        .local, .oversubscribed, .tcp, .container, .recovery, .debug, .leaks,
    ]

    /// Several profiles as one, as a shell makes it that sources their files one after another: the last word counts.
    ///
    /// - Parameter profiles: The profiles, in their order.
    /// - Returns: All their variables.
    package static func combinedEnvironment(_ profiles: [LaunchProfile]) -> [String: String] {
        profiles.reduce(into: [:]) { all, profile in all.merge(profile.environment) { _, new in new } }
    }
}
