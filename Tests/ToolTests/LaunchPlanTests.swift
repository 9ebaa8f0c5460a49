import RankLaunching
import Testing

@testable import swift_mpi

@Suite("What is launched")
struct LaunchPlanTests {
    private static let openMPI = Launcher(path: "/usr/bin/mpirun", description: "mpirun (Open MPI) 4.1.4")
    private static let mpich = Launcher(path: "/usr/bin/mpiexec", description: "HYDRA 4.0.2")

    private func plan(
        _ request: LaunchRequest,
        launcher: Launcher = openMPI,
        cores: Int = 2,
        isRoot: Bool = false,
        isInAllocation: Bool = false,
        environment: [String: String] = [:]
    ) -> LaunchPlan {
        LaunchPlan(
            request,
            in: LaunchSurroundings(
                launcher: launcher,
                coreCount: cores,
                isRoot: isRoot,
                isInAllocation: isInAllocation,
                environment: environment
            )
        )
    }

    @Test("ranks that fit on the machine get nothing that was not asked for")
    func plain() {
        let plan = plan(LaunchRequest(ranks: 2, program: "./app", arguments: ["-n", "a b"]))
        #expect(plan.words == ["/usr/bin/mpirun", "-n", "2", "./app", "-n", "a b"])
        #expect(plan.environment.isEmpty && plan.remarks.isEmpty)
        #expect(plan.line == "/usr/bin/mpirun -n 2 ./app -n 'a b'")
    }

    @Test("root gets the permission, and a word about it")
    func root() {
        let plan = plan(LaunchRequest(ranks: 1, program: "app"), isRoot: true)
        #expect(plan.environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] == "1")
        #expect(plan.environment.count == 4 && plan.remarks.count == 1)
        #expect(plan.line.hasPrefix("env OMPI_ALLOW_RUN_AS_ROOT=1 "))
    }

    @Test("more ranks than cores get the profile local, and a word about it")
    func crowded() {
        let plan = plan(LaunchRequest(ranks: 3, program: "app"), isRoot: true)
        #expect(plan.environment == LaunchProfile.local.environment)
        #expect(plan.remarks.last?.contains("3 ranks share 2 cores") == true)
    }

    @Test("where hosts are named, by the user or a batch system, this machine's cores say nothing")
    func elsewhere() {
        for request in [
            LaunchRequest(ranks: 9, hostFile: "hosts", program: "app"),
            LaunchRequest(ranks: 9, hosts: "a,b", program: "app"),
        ] { #expect(plan(request).environment.isEmpty) }
        let request = LaunchRequest(ranks: 9, program: "app")
        #expect(plan(request, isInAllocation: true).environment.isEmpty)
        #expect(LaunchSurroundings.isInAllocation(["SLURM_JOB_ID": "7"]))
        #expect(!LaunchSurroundings.isInAllocation(["PATH": "/bin"]))
    }

    @Test("a profile that was named decides about cores, several are joined, and the last word counts")
    func profiles() {
        let own = LaunchProfile(name: "own", environment: ["OMPI_MCA_osc": "rdma", "OWN": "1"])
        let plan = plan(LaunchRequest(ranks: 9, profiles: [.tcp, own], program: "app"))
        #expect(plan.environment["OMPI_MCA_osc"] == "rdma" && plan.environment["OWN"] == "1")
        #expect(plan.environment["OMPI_MCA_pml"] == "ob1")
        #expect(plan.environment["OMPI_MCA_rmaps_base_oversubscribe"] == nil && plan.remarks.isEmpty)
    }

    @Test("what the user has set stays, and is not mentioned")
    func userDecides() {
        let crowded = LaunchRequest(ranks: 3, program: "app")
        let one = plan(crowded, environment: ["OMPI_MCA_btl": "tcp,self"])
        #expect(one.environment["OMPI_MCA_btl"] == nil && one.environment["OMPI_MCA_pml"] == "ob1")
        let all = plan(crowded, isRoot: true, environment: LaunchProfile.local.environment)
        #expect(all.environment.isEmpty && all.remarks.isEmpty)
    }

    @Test("MPICH gets its own options and none of the needs of Open MPI")
    func hydra() {
        let request = LaunchRequest(ranks: 9, hostFile: "hosts", hosts: "a", program: "app")
        let silent = plan(request, launcher: Self.mpich, isRoot: true)
        #expect(silent.words == ["/usr/bin/mpiexec", "-f", "hosts", "-hosts", "a", "-n", "9", "app"])
        #expect(silent.environment.isEmpty && silent.remarks.isEmpty)
        var profiled = request
        profiled.profiles = [.local]
        #expect(plan(profiled, launcher: Self.mpich).remarks.count == 1)
    }

    @Test("without a number of ranks the launcher decides")
    func noNumber() {
        #expect(plan(LaunchRequest(program: "app")).words == ["/usr/bin/mpirun", "app"])
    }

    @Test("the line has the time limit as a shell's command, and removes what an outer launcher said")
    func line() {
        let outer = ["PMIX_RANK": "0", "OMPI_COMM_WORLD_RANK": "0", "OMPI_MCA_btl": "tcp,self"]
        let plan = plan(LaunchRequest(ranks: 1, timeLimit: 60, program: "app"), environment: outer)
        #expect(plan.removed == ["OMPI_COMM_WORLD_RANK", "PMIX_RANK"])
        #expect(
            plan.line == "timeout -k 10 60 env -u OMPI_COMM_WORLD_RANK -u PMIX_RANK /usr/bin/mpirun -n 1 app"
        )
    }

    @Test("the processors that a process may use are read from the kernel's line")
    func processors() {
        let text = "Name:\tx\nCpus_allowed:\tf\nCpus_allowed_list:\t0-2,8\nMems_allowed:\t1\n"
        #expect(HostExamination.allowedProcessors(inStatus: text) == [0, 1, 2, 8])
        for nonsense in [
            "", "Cpus_allowed_list:\t", "Cpus_allowed_list:\t3-1", "Cpus_allowed_list:\t0-99999999",
        ] {
            #expect(HostExamination.allowedProcessors(inStatus: nonsense).isEmpty)
        }
        #expect(HostExamination.coreCount >= 1)
    }
}
