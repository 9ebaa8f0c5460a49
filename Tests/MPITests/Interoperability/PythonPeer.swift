import Glibc
import MPI
import RankChecks
import RankLaunching
import Testing

/// The Python ranks of a job, which judge with mpi4py what this library puts on the wire.
///
/// Ranks 0 and 1 are Swift's and run a closure of the test; ranks 2 and 3 are Python's and run a script of the folder `Python`. Each side checks what it
/// gets. A check that fails in Python raises: the report of the job shows where, and mpi4py ends the job with status 1.
enum PythonPeer {
    /// Whether there is a Python to test with; says so if there is none.
    static var isAvailable: Bool {
        if case .failure(let reason) = python {
            print("mpi4py takes no part in the tests: \(reason)")
            return false
        }
        return true
    }

    /// Why tests are skipped without it.
    static let requirement: Comment = "needs a Python with mpi4py and numpy: SWIFT_MPI_PYTHON, or .venv"

    /// The Python that has mpi4py, or why there is none.
    private static let python: Result<String, Reason> = {
        let candidates: [String]
        if let named = getenv("SWIFT_MPI_PYTHON"), named.pointee != 0 {
            candidates = [String(cString: named)]
        } else {
            candidates = [".venv/bin/python", ".venv/bin/python3"]
        }
        guard let python = candidates.first(where: { access($0, X_OK) == 0 }) else {
            return .failure(
                Reason(
                    description:
                        "no Python at \(candidates.joined(separator: ", ")); set SWIFT_MPI_PYTHON to one that has mpi4py and numpy"
                )
            )
        }
        return .success(python)
    }()

    private struct Reason: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a job of two ranks that run a closure, and two that run a script.
    ///
    /// - Parameters:
    ///   - script: The name of a script in the folder `Python`.
    ///   - sourceLocation: The place that messages name.
    ///   - body: What each Swift rank does with the world; it may use nothing from around it.
    /// - Throws: An error if the job cannot be started. A rank that fails is an issue.
    static func meet(
        _ script: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: @escaping RankCheckBody
    ) async throws {
        var job = try RankCheck.job(ranks: 2, sourceLocation: sourceLocation, body)
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        job.programs.append(
            RankProgram(
                try python.get(),
                // An error that nobody catches ends the whole job; no compiled files beside the sources.
                arguments: ["-B", "-m", "mpi4py", "/\(folder)/Python/\(script)"],
                ranks: 2
            )
        )
        let readyJob = job
        let result = try await oneJobAtATime { try await readyJob.run() }
        let agreed = (2...3).filter { result.output(ofRank: $0).contains("mpi4py agrees") }
        #expect(result.isSuccess && agreed == [2, 3], "\(result.report)", sourceLocation: sourceLocation)
    }

    /// The world, for a Swift rank of such a job.
    static func world() throws -> Communicator {
        let world = Communicator.world
        try #require(world.size == 4 && world.rank < 2)
        // Python's ranks know nothing of it.
        world.agreeOnArguments(false)
        return world
    }

    /// The numbers that a rank gives: those of these indices of its row.
    static func row(_ rank: Int, _ range: Range<Int>) -> [Int64] { range.map { Int64(rank * 1000 + $0) } }
}
