import Foundation
import RankChecks
import RankLaunching

/// Makes a job of a sample.
struct SampleCompiler {
    /// Why a sample could not be built.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// The folder that this program was built in.
    private static let build = URL(fileURLWithPath: RankJob.ownExecutable).deletingLastPathComponent()
    private static let usesMPICH = ProcessInfo.processInfo.environment["SWIFT_MPI_LIBRARY"] == "mpich"

    /// Where the programs are made.
    let folder: URL

    /// What runs the sample; `nil` for what only has to be built.
    func job(of sample: Sample) async throws -> RankJob? {
        let program = folder.appendingPathComponent("program").path
        switch sample.language {
        case .swift where sample.isManifest:
            _ = try save(sample, as: "Package.swift")
            _ = try await run("swift", ["package", "--package-path", folder.path, "dump-package"])
            return nil
        case .swift:
            let arguments = try await swiftArguments()
            _ = try await run("swiftc", arguments + ["-o", program, try save(sample, as: "main.swift")])
            return RankJob(executable: program, ranks: sample.output.ranks)
        case .c:
            let compiler = Self.usesMPICH ? "mpicc.mpich" : "mpicc"
            let source = try save(sample, as: "main.c")
            _ = try await run(compiler, ["-Wall", "-Wextra", "-Werror", "-o", program, source])
            return RankJob(executable: program, ranks: sample.output.ranks)
        case .python:
            // Only mpi4py knows of ranks.
            let ranks = sample.text.contains("mpi4py") ? sample.output.ranks : nil
            let arguments = [try save(sample, as: "main.py")]
            return RankJob(executable: Self.python, arguments: arguments, ranks: ranks)
        }
    }

    /// The Python that `SWIFT_MPI_PYTHON` names, else the one of the system.
    static let python = ProcessInfo.processInfo.environment["SWIFT_MPI_PYTHON"] ?? "python3"

    /// Whether there is a Python that can import a module.
    static func pythonHas(_ module: String) async -> Bool {
        let job = RankJob(executable: python, arguments: ["-c", "import \(module)"], ranks: nil)
        return (try? await job.run().isSuccess) ?? false
    }

    /// How a program is compiled that uses the modules as they were built with this one.
    private func swiftArguments() async throws -> [String] {
        let package = Self.usesMPICH ? "mpich" : "ompi-c"
        let support = Self.build.appendingPathComponent("CProcessSupport.build/module.modulemap").path
        var arguments = [String]()
        #if os(Linux)
        // The toolchain's own linker; it takes half the time of the system's.
        arguments.append("-use-ld=lld")
        #endif
        arguments += [
            "-swift-version", "6", "-warnings-as-errors", "-module-name", "Sample",
            "-I", Self.build.appendingPathComponent("Modules").path,
            "-I", Articles.project.appendingPathComponent("Sources/CMPI").path,
            "-Xcc", "-fmodule-map-file=\(support)",
        ]
        for folder in try await run("pkg-config", ["--cflags-only-I", package]).split(
            whereSeparator: \.isWhitespace
        ) {
            arguments += ["-Xcc", String(folder)]
        }
        arguments.append(try objects())
        for word in try await run("pkg-config", ["--libs", package]).split(whereSeparator: \.isWhitespace) {
            // What is said to the linker alone, as `-Wl,-z,relro`, means nothing to the compiler.
            if word.hasPrefix("-L") || word.hasPrefix("-l") { arguments.append(String(word)) }
        }
        return arguments
    }

    /// A file that lists what is linked: all that the test program consists of, but for tests and the command `swift-mpi`.
    private func objects() throws -> String {
        let list = Self.build.appendingPathComponent("swift-mpiPackageTests.product/Objects.LinkFileList")
        let tests = try FileManager.default.contentsOfDirectory(
            atPath: Articles.project.appendingPathComponent("Tests").path
        )
        let left = tests.map { "/\($0).build/" } + ["/swift_mpi.build/", "/swift_mpiPackage"]
        let objects = try String(contentsOf: list, encoding: .utf8).split(separator: "\n")
            .filter { object in !left.contains { object.contains($0) } }
        let file = folder.appendingPathComponent("objects")
        try objects.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        return "@\(file.path)"
    }

    private func save(_ sample: Sample, as name: String) throws -> String {
        let file = folder.appendingPathComponent(name)
        try sample.program.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    /// What a tool prints; it has to succeed.
    private func run(_ tool: String, _ arguments: [String]) async throws -> String {
        let job = RankJob(executable: tool, arguments: arguments, ranks: nil, timeout: .seconds(300))
        let result = try await job.run()
        guard result.isSuccess else { throw Failure(description: result.report) }
        return result.standardOutput
    }
}
