import Foundation
import Testing

/// Has the compiler look at a program that uses the module as this test does.
private struct Compiler {
    /// What it takes to find the module; `nil` if there is no compiler, or the module is not where a build puts it.
    static let arguments: [String]? = {
        let build = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let project = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let modules = build.appendingPathComponent("Modules")
        let support = build.appendingPathComponent("CProcessSupport.build/module.modulemap")
        let files = [modules.appendingPathComponent("MPI.swiftmodule"), support]
        guard files.allSatisfy({ FileManager.default.fileExists(atPath: $0.path) }) else { return nil }
        let usesMPICH = ProcessInfo.processInfo.environment["SWIFT_MPI_LIBRARY"] == "mpich"
        guard let folders = run(["pkg-config", "--cflags-only-I", usesMPICH ? "mpich" : "ompi-c"]),
            run(["swiftc", "--version"]) != nil
        else { return nil }
        return [
            "swiftc", "-emit-sil", "-o", "/dev/null", "-swift-version", "6", "-I", modules.path, "-I",
            project.appendingPathComponent("Sources/CMPI").path, "-Xcc", "-fmodule-map-file=\(support.path)",
        ]
            + folders.split(whereSeparator: \.isWhitespace).flatMap { ["-Xcc", String($0)] }
    }()

    /// What it takes to link a program that uses nothing but the module.
    static let libraries: [String]? = {
        let build = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let usesMPICH = ProcessInfo.processInfo.environment["SWIFT_MPI_LIBRARY"] == "mpich"
        guard let flags = run(["pkg-config", "--libs", usesMPICH ? "mpich" : "ompi-c"]) else { return nil }
        let objects = ["MPI", "MessageCoding", "CProcessSupport"].flatMap { target in
            let folder = build.appendingPathComponent("\(target).build")
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            return (files?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "o" }
        }
        // What is said to the linker alone, as `-Wl,-z,relro`, means nothing to the compiler.
        let known = flags.split(whereSeparator: \.isWhitespace).filter {
            $0.hasPrefix("-L") || $0.hasPrefix("-l")
        }
        return objects.map(\.path) + known.map(String.init)
    }()

    /// Runs a program, and gives what it prints.
    static func run(_ arguments: [String]) -> String? {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = pipe
        guard (try? process.run()) != nil else { return nil }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 127 ? nil : String(bytes: output, encoding: .utf8)
    }

    /// The errors that the compiler finds in a program.
    static func errors(in program: String) throws -> [String] {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("swift-mpi-\(UUID().uuidString).swift")
        try "import MPI\n\(program)\n".write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let arguments = try #require(arguments)
        let output = try #require(run(arguments + [file.path]))
        return output.split(separator: "\n").map(String.init).filter { $0.hasPrefix(file.path) }
            .filter { $0.contains("error:") }
    }
}

@Suite(
    "What must not compile",
    .enabled(if: Compiler.arguments != nil, "there is no compiler, or no module beside this program")
)
struct MustNotCompileTests {
    @Test("a program that is right compiles")
    func right() throws {
        let errors = try Compiler.errors(
            in: """
                func work() throws {
                    let world = Communicator.world
                    let sum = try world.allReduce(1.5, .sum)
                    let request = try world.immediateSend([sum], to: 0)
                    try request.wait()
                }
                """
        )
        #expect(errors.isEmpty, "\(errors)")
    }

    @Test("a program that uses nothing but the module is linked")
    func linked() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("swift-mpi-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = folder.appendingPathComponent("main.swift")
        try "import MPI\nprint(Communicator.world.size)\n".write(
            to: program,
            atomically: true,
            encoding: .utf8
        )
        var arguments = try #require(Compiler.arguments).map { $0 == "-emit-sil" ? "-emit-executable" : $0 }
        let executable = folder.appendingPathComponent("program").path
        arguments = arguments.map { $0 == "/dev/null" ? executable : $0 } + [program.path]
        let output = Compiler.run(arguments + (try #require(Compiler.libraries)))
        #expect(FileManager.default.isExecutableFile(atPath: executable), "\(output ?? "")")
    }

    @Test(
        "an operation that has no meaning for its elements",
        arguments: [
            ("_ = try Communicator.world.allReduce(1.5, .bitwiseAnd)", "FixedWidthInteger"),
            ("_ = try Communicator.world.allReduce(true, .sum)", "AdditiveArithmetic"),
            ("_ = try Communicator.world.allReduce(1, .minLocation)", "minLocation"),
            ("_ = try Communicator.world.allReduce(ComplexNumber(1.0, 2), .max)", "Comparable"),
        ]
    )
    func pairing(program: String, reason: String) throws {
        let errors = try Compiler.errors(in: program)
        #expect(errors.contains { $0.contains(reason) }, "\(errors)")
    }

    @Test(
        "a use of memory or of a request that would go wrong",
        arguments: [
            (
                """
                func twice(_ request: consuming SendRequest) throws {
                    try request.wait()
                    try request.wait()
                }
                """, "consumed more than once"
            ),
            (
                """
                struct Node: BufferElement { var next: [Int] }
                """, "BitwiseCopyable"
            ),
            (
                """
                func twice(_ message: consuming MatchedMessage) throws {
                    _ = try message.receive(Int.self)
                    _ = try message.receive(Int.self)
                }
                """, "consumed more than once"
            ),
            (
                """
                class Account {}
                try Communicator.world.send(Account(), to: 0)
                """, "Encodable"
            ),
        ]
    )
    func misuse(program: String, reason: String) throws {
        let errors = try Compiler.errors(in: program)
        #expect(errors.contains { $0.contains(reason) }, "\(errors)")
    }

    @Test(
        "a name of C or of mpi4py, and the compiler knows the name that it has here",
        arguments: [
            (
                "var rank: Int32 = 0\nMPI_Comm_rank(MPI_COMM_WORLD, &rank)",
                ["Communicator.rank", "Communicator.world"]
            ),
            (
                "var buffer = [1, 2]\nMPI_Send(&buffer, 2, MPI_INT, 1, 0, MPI_COMM_WORLD)",
                ["Communicator.send", "Int32.self"]
            ),
            (
                "var buffer = [1.5]\nMPI_Bcast(&buffer, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD)",
                ["Communicator.broadcast", "Double.self"]
            ),
            (
                """
                var buffer = [1.5]
                MPI_Recv(&buffer, 1, MPI_DOUBLE, MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE)
                """, ["Communicator.receive", "leave the rank out", "the status is returned"]
            ),
            ("MPI_Finalize()", ["Environment.finalize"]),
            ("Communicator.world.Isend([1, 2], dest: 1)", ["immediateSend"]),
            ("Communicator.world.bcast([1, 2], root: 0)", ["broadcast"]),
            ("print(Communicator.world.Get_rank())", ["rank"]),
        ]
    )
    func otherNames(program: String, names: [String]) throws {
        let errors = try Compiler.errors(in: program)
        for name in names {
            #expect(errors.contains { $0.contains("\(name)") }, "\(errors)")
        }
        #expect(errors.allSatisfy { $0.contains("renamed") || $0.contains("unavailable") }, "\(errors)")
    }
}
