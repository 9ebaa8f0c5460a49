import RankChecks
import RankLaunching

/// The program `swift-mpi`, which is built into the same folder as the tests.
enum Tool {
    static var path: String {
        RankJob.ownExecutable.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/") + "/swift-mpi"
    }

    /// Runs it, by itself or on ranks.
    ///
    /// - Parameters:
    ///   - arguments: Its arguments.
    ///   - ranks: How many ranks; `nil` for none.
    ///   - profile: How ranks are launched. What a plain process says must not depend on the tester's permissions, so it gets
    ///     the variables too.
    ///   - environment: More variables; `nil` removes one.
    /// - Returns: How it ended and what it printed.
    /// - Throws: What the launch throws.
    static func run(
        _ arguments: [String],
        ranks: Int? = nil,
        profile: LaunchProfile = .local,
        environment: [String: String?] = [:]
    ) async throws -> RankJobResult {
        var job = RankJob(
            executable: path,
            arguments: arguments,
            ranks: ranks,
            profile: profile,
            timeout: .seconds(150)
        )
        if ranks == nil { job.environment = profile.environment.mapValues { $0 } }
        job.environment.merge(environment) { _, new in new }
        let complete = job
        return try await oneJobAtATime { try await complete.run() }
    }

    /// Runs a line of shell in which `$tool` is the program, in namespaces of its own.
    ///
    /// - Parameters:
    ///   - namespaces: What `unshare` is told, such as `-m`.
    ///   - script: The line.
    /// - Returns: How it ended; `nil`, after a word why, if this machine does not allow such namespaces.
    /// - Throws: What the launch throws.
    static func runApart(_ namespaces: String, _ script: String) async throws -> RankJobResult? {
        let attempt = RankJob(executable: "unshare", arguments: [namespaces, "true"], ranks: nil)
        do {
            let result = try await attempt.run()
            guard result.isSuccess else {
                print("skipped: unshare \(namespaces) is not allowed here: \(result.standardError)")
                return nil
            }
        } catch {
            print("skipped: \(error)")
            return nil
        }
        var job = RankJob(
            executable: "unshare",
            arguments: [namespaces, "sh", "-ec", script],
            ranks: nil,
            timeout: .seconds(150)
        )
        job.environment = LaunchProfile.local.environment.mapValues { $0 }
        job.environment["tool"] = .some(path)
        let complete = job
        return try await oneJobAtATime { try await complete.run() }
    }
}
