#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension LiveProcess {
    /// The process id of the calling process.
    static var ownIdentifier: Int32 { getpid() }
}

/// What a program can leave on a machine beside processes: shared memory, temporary files, named sockets.
///
/// Take one before and one after a job, and look at the difference:
///
/// ```swift
/// let before = SystemTraces.now()
/// _ = try await job.run()
/// let left = SystemTraces.now().added(since: before)
/// #expect(left.isEmpty, "\(left)")
/// ```
///
/// Other programs leave traces as well; `matching` narrows a survey to names that only the own job can have made.
public struct SystemTraces: Sendable, Hashable {
    /// The names in `/dev/shm`.
    public var sharedMemory: Set<String>
    /// The names of sockets in the abstract namespace, without the leading `@`.
    public var abstractSockets: Set<String>
    /// The names in the folder for temporary files (`TMPDIR`, else `/tmp`).
    public var temporaryFiles: Set<String>

    /// Looks at the machine.
    ///
    /// - Parameter isRelevant: Which names to keep; all by default.
    /// - Returns: What there is now.
    public static func now(matching isRelevant: (String) -> Bool = { _ in true }) -> SystemTraces {
        let temporaryFolder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        return SystemTraces(
            sharedMemory: Set(SystemFile.names(in: "/dev/shm").filter(isRelevant)),
            abstractSockets: Set(abstractSocketNames().filter(isRelevant)),
            temporaryFiles: Set(SystemFile.names(in: temporaryFolder).filter(isRelevant))
        )
    }

    /// Whether there is nothing.
    public var isEmpty: Bool {
        sharedMemory.isEmpty && abstractSockets.isEmpty && temporaryFiles.isEmpty
    }

    /// What is here and was not there before.
    ///
    /// - Parameter earlier: An earlier survey.
    /// - Returns: The names that are new.
    public func added(since earlier: SystemTraces) -> SystemTraces {
        SystemTraces(
            sharedMemory: sharedMemory.subtracting(earlier.sharedMemory),
            abstractSockets: abstractSockets.subtracting(earlier.abstractSockets),
            temporaryFiles: temporaryFiles.subtracting(earlier.temporaryFiles)
        )
    }

    /// The names in `/proc/net/unix` that begin with `@`: bound sockets that have no file.
    private static func abstractSocketNames() -> [String] {
        (SystemFile.text(of: "/proc/net/unix") ?? "")
            .split(separator: "\n")
            .dropFirst()
            .compactMap { line in
                let fields = line.split(separator: " ", maxSplits: 7)
                guard fields.count == 8, fields[7].first == "@" else { return nil }
                return String(fields[7].dropFirst())
            }
    }
}
