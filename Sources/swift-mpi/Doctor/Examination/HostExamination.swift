import Dispatch
import RankLaunching
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What can be found out about the host that this process runs on, without MPI.
enum HostExamination {
    /// Looks at everything that may keep ranks of this host from working.
    ///
    /// - Parameter name: What MPI calls the host; what the system calls it, if omitted.
    /// - Returns: The host, with one rank.
    static func examine(name: String? = nil) -> Facts.Host {
        let ownName = systemName
        var host = Facts.Host(name: name ?? ownName, identity: identity)
        host.interfaces = interfaces
        if let processors {
            host.processorsOfRank = processors.allowed
            host.processorsOfProcess = processors.reachable
        }
        host.processorCount = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        host.sharedMemory = freeSpace("/dev/shm")
        // The privileged may read any memory, except at the highest setting.
        let scope = number(inFile: "/proc/sys/kernel/yama/ptrace_scope")
        host.ptraceScope = scope.map { $0 < 3 && isRoot ? 0 : $0 }
        host.resolvesOwnName = resolves(ownName, within: .seconds(3))
        host.temporaryDirectory = variable("TMPDIR") ?? "/tmp"
        host.temporaryDirectoryIsWritable = canMakeFiles(host.temporaryDirectory)
        return host
    }

    static var isRoot: Bool { geteuid() == 0 }

    /// A variable of the environment, if it is set and not empty.
    static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// Whether a variable of the environment says yes.
    static func says(_ name: String) -> Bool {
        ["1", "true", "yes", "t", "y", "on"].contains(variable(name)?.lowercased() ?? "")
    }

    /// The files of MPI libraries that this process has loaded.
    static var libraryFiles: [String] {
        libraryFiles(inMap: SystemFile.text(of: "/proc/self/maps") ?? "")
    }

    /// The files of MPI libraries in the lines by which the kernel says what lies where in memory.
    static func libraryFiles(inMap text: String) -> [String] {
        var files: [String] = []
        for line in text.split(separator: "\n") {
            guard let start = line.firstIndex(of: "/") else { continue }
            let path = String(line[start...])
            let name = path.split(separator: "/").last ?? ""
            let isLibrary = ["libmpi.so", "libmpich.so", "libmpi_abi.so"].contains(where: name.hasPrefix)
            if isLibrary, !files.contains(path) { files.append(path) }
        }
        return files
    }

    /// The machine since its start, and the place of shared memory on it, which a container has for itself.
    static var identity: String {
        var information = stat()
        let memory = stat("/dev/shm", &information) == 0 ? "\(information.st_dev)" : ""
        let boot = SystemFile.text(of: "/proc/sys/kernel/random/boot_id") ?? systemName
        return boot.filter { !$0.isNewline } + "/" + memory
    }

    /// Which networks the user, or a file of the installation, has told Open MPI to use.
    static var namedNetworks: String? {
        let names = ["btl_tcp_if_include", "btl_tcp_if_exclude"]
        for name in names {
            if let value = variable("OMPI_MCA_" + name) { return "\(name)=\(value)" }
        }
        let files = [
            variable("HOME").map { $0 + "/.openmpi/mca-params.conf" }, "/etc/openmpi/openmpi-mca-params.conf",
        ]
        for text in files.compactMap({ $0 }).compactMap(SystemFile.text) {
            for line in text.split(separator: "\n") {
                let words = line.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
                if words.count == 2, names.contains(words[0]) { return words.joined(separator: "=") }
            }
        }
        return nil
    }

    private static var systemName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A launcher makes the folder if it is missing, with all that lead to it.
    private static func canMakeFiles(_ folder: String) -> Bool {
        if access(folder, W_OK | X_OK) == 0 { return true }
        guard errno == ENOENT, let slash = folder.lastIndex(of: "/") else { return false }
        return canMakeFiles(slash == folder.startIndex ? "/" : String(folder[..<slash]))
    }

    /// What the environment tells Open MPI.
    static var settings: [String] {
        var settings: [String] = []
        var next = environ
        while let variable = next.pointee {
            let text = String(cString: variable)
            if text.hasPrefix("OMPI_MCA_") || text.hasPrefix("PRTE_MCA_"), !RankJob.isWrittenByLauncher(text)
            {
                settings.append(text)
            }
            next += 1
        }
        return settings.sorted()
    }

    private static func freeSpace(_ path: String) -> Int? {
        var information = statvfs()
        guard statvfs(path, &information) == 0 else { return nil }
        return Int(
            clamping: UInt64(information.f_bavail).multipliedReportingOverflow(
                by: UInt64(information.f_frsize)
            ).partialValue
        )
    }

    private static func number(inFile path: String) -> Int? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 32)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let digits = line.lazy.map { UInt8(bitPattern: $0) }.prefix { $0 >= 0x30 && $0 <= 0x39 }
        return Int(String(decoding: Array(digits), as: UTF8.self))
    }

    /// A name server that does not answer may take its time, so that is not waited for.
    private static func resolves(_ name: String, within limit: DispatchTimeInterval) -> Bool {
        let answer = Answer()
        DispatchQueue.global().async {
            var list: UnsafeMutablePointer<addrinfo>?
            if getaddrinfo(name, nil, nil, &list) == 0 {
                freeaddrinfo(list)
                answer.isYes.store(true, ordering: .releasing)
            }
            answer.isThere.signal()
        }
        return answer.isThere.wait(timeout: .now() + limit) == .success
            && answer.isYes.load(ordering: .acquiring)
    }

    private final class Answer: Sendable {
        let isYes = Atomic(false)
        let isThere = DispatchSemaphore(value: 0)
    }
}
