/// How processes are started.
public enum StartMethod: String, Codable, Sendable, CaseIterable {
    /// Each process is forked from a helper that was forked from the program at the entry of `withProcesses`: what
    /// the program had set up by then exists in every process. As `"forkserver"` in Python, and the default.
    case forkServer
    /// Each process executes the program's file afresh. As `"spawn"` in Python.
    case spawn
}
