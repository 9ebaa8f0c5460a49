import RankLaunching

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What the system says about processes: their time on the processor, and their memory.
enum SystemFigures {
    /// The processor time that a process has used, in seconds; zero if it is gone.
    static func processorTime(of process: Int32) -> Double {
        guard let line = text(ofFile: "/proc/\(process)/stat"), let end = line.lastIndex(of: ")") else {
            return 0
        }
        // The fields after the name, of which user and system time are the twelfth and the thirteenth.
        let fields = line[line.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            return 0
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The memory of a process, in bytes, of which what several share counts in parts; zero if it is gone.
    static func memory(of process: Int32) -> Double {
        kilobytes("Pss:", inFile: "/proc/\(process)/smaps_rollup") * 1024
    }

    /// The memory of a process that it shares with nobody, in bytes; zero if it is gone.
    static func ownMemory(of process: Int32) -> Double {
        let file = "/proc/\(process)/smaps_rollup"
        return (kilobytes("Private_Clean:", inFile: file) + kilobytes("Private_Dirty:", inFile: file)) * 1024
    }

    /// The most memory that this process has had since `forgetPeak`, in bytes.
    static var peakMemory: Double { kilobytes("VmHWM:", inFile: "/proc/self/status") * 1024 }

    /// The memory that this process has now, in bytes.
    static var memory: Double { kilobytes("VmRSS:", inFile: "/proc/self/status") * 1024 }

    /// Begins to look for the most memory anew.
    static func forgetPeak() {
        guard let file = fopen("/proc/self/clear_refs", "w") else { return }
        fputs("5", file)
        fclose(file)
    }

    /// The process that started another one; zero if that is gone.
    static func parent(of process: Int32) -> Int32 { number("PPid:", inStatusOf: process) }

    /// How many threads a process has; zero if it is gone.
    static func threadCount(of process: Int32) -> Int { Int(number("Threads:", inStatusOf: process)) }

    /// How many descriptors a process has open; zero if it is gone.
    static func descriptorCount(of process: Int32) -> Int { names(inFolder: "/proc/\(process)/fd").count }

    /// Those processes, and all that descend from them.
    static func descendants(of processes: Set<Int32>) -> Set<Int32> {
        let parents = names(inFolder: "/proc").compactMap { Int32($0) }.map {
            (process: $0, parent: parent(of: $0))
        }
        var found = processes
        var count = 0
        while count != found.count {
            count = found.count
            for entry in parents where found.contains(entry.parent) { found.insert(entry.process) }
        }
        return found
    }

    private static func number(_ name: String, inStatusOf process: Int32) -> Int32 {
        let line = text(ofFile: "/proc/\(process)/status")?.split(separator: "\n").first {
            $0.hasPrefix(name)
        }
        return line?.split(whereSeparator: \.isWhitespace).last.flatMap { Int32($0) } ?? 0
    }

    private static func names(inFolder path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    private static func kilobytes(_ name: String, inFile path: String) -> Double {
        let line = text(ofFile: path)?.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0
    }

    private static func text(ofFile path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
