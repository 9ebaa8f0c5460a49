internal import Glibc

/// The machine that the calling process runs on.
public enum Machine {
    /// How many processors it has for this program, whatever core a launcher bound this rank to.
    ///
    /// As `multiprocessing.cpu_count` in Python.
    public static let processorCount: Int = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
