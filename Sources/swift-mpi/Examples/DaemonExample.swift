import Multiprocessing

private func foo(_ pace: Pace) {
    let name = Process.current.name
    print("Starting \(name)")
    sleep(for: pace.second * 3)
    print("Exiting \(name)")
}

/// A daemon, which is not waited for, and an ordinary process, which is.
enum DaemonExample: Example {
    static let name = "daemon"
    static let summary = "a daemon, which is ended with the program, beside a process that is waited for"

    static func run(_ pace: Pace) throws -> [Participant]? {
        try withProcesses {
            let background = Process(name: "background_process", daemon: true) { foo(pace) }
            let ordinary = Process(name: "NO_background_process") { foo(pace) }
            try background.start()
            try ordinary.start()
            // The main program ends here: it ends the daemon and waits for the other one.
            return [Participant(background), Participant(ordinary)]
        }
    }
}
