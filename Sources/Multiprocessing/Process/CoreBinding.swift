internal import CProcessSupport
internal import Glibc

/// Which cores of its machine a process runs on.
///
/// A launcher may bind a rank to a core; the processes that it hosts are not bound by that.
public enum CoreBinding: Codable, Hashable, Sendable {
    /// All that the system lets it have: the default.
    case none
    /// Those that the rank which hosts it is bound to.
    case rank
    /// One, which as few other processes as possible are bound to.
    case core
    /// These, by their numbers, as `Machine.usableCores` gives them in a process on that rank.
    case cores([Int])
}

extension Machine {
    /// The cores that the calling thread may run on, by their numbers.
    ///
    /// As `os.sched_getaffinity(0)` in Python.
    public static var usableCores: [Int] { cores { cps_usable_processors($0, $1) } }

    /// The cores that the system lets this program have, whatever this thread is bound to.
    static var permittedCores: [Int] { cores { cps_permitted_processors($0, $1) } }

    private static func cores(_ list: (UnsafeMutablePointer<Int32>, Int32) -> Int32) -> [Int] {
        let limit = Int(cps_processor_limit())
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: limit) { memory in
            guard let numbers = memory.baseAddress else { return [] }
            let count = list(numbers, Int32(limit))
            return memory[..<max(0, Int(count))].map(Int.init)
        }
    }

    /// Binds the calling process, all that it is made of by now, to these cores.
    static func bind(to cores: [Int]) throws(ProcessingError) {
        let numbers = cores.map { Int32(truncatingIfNeeded: $0) }
        guard cps_use_processors(numbers, Int32(numbers.count)) == 0 else {
            throw ProcessingError(.resources, "cannot bind to the cores \(cores): \(SystemError())")
        }
    }
}
