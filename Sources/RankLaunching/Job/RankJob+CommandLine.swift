#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension RankJob {
    /// The name of the variable by which the processes of a job are found.
    static let marker = "RANK_LAUNCHING_JOB"

    /// What is to be executed: the launcher's path or the program's, with all arguments.
    ///
    /// - Parameter environment: The environment the job will have; its `PATH` counts.
    /// - Returns: The words of the command line, the first an executable file.
    /// - Throws: `RankJobError` that names what is missing.
    func commandLine(in environment: [String: String]) throws(RankJobError) -> [String] {
        let searchPath = environment["PATH"]
        for program in programs {
            guard SystemFile.executable(named: program.executable, searchPath: searchPath) != nil else {
                throw .executableNotFound(path: program.executable)
            }
        }
        if programs.count == 1, let program = programs.first, program.ranks == nil {
            let executable = SystemFile.executable(named: program.executable, searchPath: searchPath)
            return [executable ?? program.executable] + program.arguments
        }
        guard let launcher = SystemFile.executable(named: profile.launcher, searchPath: searchPath) else {
            throw .launcherNotFound(name: profile.launcher)
        }
        var words = [launcher] + profile.launcherArguments
        for (index, program) in programs.enumerated() {
            guard let ranks = program.ranks, ranks > 0 else { throw .invalidRankCount(program.ranks) }
            if index > 0 { words.append(":") }
            words += ["-n", String(ranks), program.executable] + program.arguments
        }
        return words
    }

    /// The environment of the job: the caller's without an outer launcher's traces, the profile's, the job's own.
    ///
    /// - Parameters:
    ///   - inherited: The caller's environment.
    ///   - identifier: The value of the variable that marks the processes of this job.
    /// - Returns: All variables.
    func completeEnvironment(from inherited: [String: String], identifier: String) -> [String: String] {
        var variables = inherited
        if inherited["PMIX_RANK"] != nil || inherited["PMI_RANK"] != nil {
            variables = variables.filter { !Self.isWrittenByLauncher($0.key) }
        }
        let usesLauncher = programs.contains { $0.ranks != nil }
        if usesLauncher {
            variables.merge(profile.environment) { _, new in new }
            // A launcher that outlives this process still ends by itself.
            let seconds = Int(timeout.components.seconds) + 15
            variables["MPIEXEC_TIMEOUT"] = String(seconds)
        }
        for (name, value) in environment { variables[name] = value }
        variables[Self.marker] = identifier
        return variables
    }

    /// Whether a variable tells a rank what job it is part of; a job started from there must not see it.
    package static func isWrittenByLauncher(_ name: String) -> Bool {
        let beginnings = [
            "PMIX_", "PMI_", "OMPI_COMM_WORLD_", "OMPI_MCA_ess", "OMPI_MCA_orte_", "OMPI_MCA_pmix",
            "OMPI_MCA_initial_wdir", "OMPI_APP_CTX", "OMPI_NUM_APP_CTX", "OMPI_FIRST_RANKS",
            "OMPI_UNIVERSE_SIZE",
            "OMPI_FILE_LOCATION", "OMPI_ARGV", "OMPI_COMMAND", "PRTE_LAUNCHED",
        ]
        return beginnings.contains { name.hasPrefix($0) }
    }

    /// The environment of the calling process.
    package static func currentEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let pointer = next.pointee {
            let variable = String(cString: pointer)
            if let equals = variable.firstIndex(of: "=") {
                variables[String(variable[..<equals])] = String(variable[variable.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }
}
