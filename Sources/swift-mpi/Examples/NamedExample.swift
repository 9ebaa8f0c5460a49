import Multiprocessing

private func foo(_ pace: Pace) {
    let name = Process.current.name
    print("Starting \(name)")
    sleep(for: pace.second * 3)
    print("Exiting \(name)")
}

/// A process with a name of its own, and one with the name that it gets by default.
enum NamedExample: Example {
    static let name = "named"
    static let summary = "a process named 'foo_process' and one with the default name"

    static func run(_ pace: Pace) throws -> [Participant]? {
        try withProcesses {
            let named = Process(name: "foo_process", target: foo, args: pace)
            let unnamed = Process(target: foo, args: pace)
            // The second begins a little later, so that the lines come in the same order each time.
            try named.start()
            sleep(for: pace.second / 2)
            try unnamed.start()
            try named.join()
            try unnamed.join()
            return [Participant(named), Participant(unnamed)]
        }
    }
}
