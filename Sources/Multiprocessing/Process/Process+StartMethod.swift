internal import Synchronization

extension Process {
    /// The start methods that there are, the default one first.
    ///
    /// As `multiprocessing.get_all_start_methods` in Python, without `fork`, which is not safe where threads are.
    public static var allStartMethods: [StartMethod] { StartMethod.allCases }

    /// How processes are started unless they say otherwise.
    ///
    /// Set before `withProcesses`, it is what that begins with, unless it is told otherwise; set inside, by the main program
    /// or by a process, it counts for the processes that are started by the same one from then on. A process begins with the
    /// method that it was started with.
    ///
    /// As `multiprocessing.get_start_method` and `set_start_method` in Python, except that it may be set again.
    public static var startMethod: StartMethod {
        get { Endpoint.current?.startMethod ?? initialStartMethod.withLock { $0 } }
        set {
            if let endpoint = Endpoint.current {
                endpoint.startMethod = newValue
            } else {
                initialStartMethod.withLock { $0 = newValue }
            }
        }
    }

    private static let initialStartMethod = Mutex(StartMethod.forkServer)
}
