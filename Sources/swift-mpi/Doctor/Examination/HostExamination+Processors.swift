import RankLaunching

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension HostExamination {
    /// How many cores this process may use; what two processors of one core have in common counts once, as for a launcher.
    static var coreCount: Int {
        let processors = SystemFile.text(of: "/proc/self/status").map(allowedProcessors) ?? []
        let cores = Set(processors.map(core))
        return cores.isEmpty ? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) : cores.count
    }

    /// The numbers in the line `Cpus_allowed_list:	0-3,8` of what the kernel says of a process.
    static func allowedProcessors(inStatus text: String) -> [Int] {
        let name = "Cpus_allowed_list:"
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return [] }
        return line.dropFirst(name.count).split(separator: ",").flatMap { range -> [Int] in
            let ends = range.split(separator: "-").compactMap { word in
                Int(word.filter { "0"..."9" ~= $0 })
            }
            guard let first = ends.first, let last = ends.last, first <= last, last < 1 << 16 else {
                return []
            }
            return Array(first...last)
        }
    }

    /// What tells the core of a processor from all others.
    private static func core(of processor: Int) -> String {
        let folder = "/sys/devices/system/cpu/cpu\(processor)/topology"
        guard let package = SystemFile.text(of: "\(folder)/physical_package_id"),
            let core = SystemFile.text(of: "\(folder)/core_id")
        else { return "processor \(processor)" }
        return package + core
    }

    #if os(Linux)
    /// How many processors this thread may run on, and how many it could choose.
    ///
    /// A launcher's binding can be left, a batch system's limits not.
    static var processors: (allowed: Int, reachable: Int)? {
        typealias Affinity = @convention(c) (pid_t, Int, UnsafeMutableRawPointer) -> Int32
        guard let get = GNUFunction.named("sched_getaffinity", as: Affinity.self),
            let set = GNUFunction.named("sched_setaffinity", as: Affinity.self)
        else { return nil }
        // As many bits as the C library's own type has.
        let size = 128
        var own = [UInt8](repeating: 0, count: size)
        var all = [UInt8](repeating: 0xff, count: size)
        var reached = own
        func count(_ bits: [UInt8]) -> Int { bits.reduce(0) { $0 + $1.nonzeroBitCount } }
        guard get(0, size, &own) == 0 else { return nil }
        guard set(0, size, &all) == 0 else { return (count(own), count(own)) }
        let isKnown = get(0, size, &reached) == 0
        _ = set(0, size, &own)
        return (count(own), isKnown ? count(reached) : count(own))
    }
    #else
    static var processors: (allowed: Int, reachable: Int)? { nil }
    #endif
}
