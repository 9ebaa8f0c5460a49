import Multiprocessing

private func foo(_ pace: Pace) {
    print("Starting function")
    for i in 0..<10 {
        print("-> \(i)")
        sleep(for: pace.second)
    }
    print("Finished function")
}

/// A process that is ended before it has finished.
enum TerminateExample: Example {
    static let name = "terminate"
    static let summary = "a process that is ended from outside, and what is known of it at each step"

    static func run(_ pace: Pace) throws -> [Participant]? {
        try withProcesses {
            let process = Process { foo(pace) }
            print("Process before execution:", process, process.isAlive)
            try process.start()
            print("Process running:", process, process.isAlive)
            process.terminate()
            print("Process terminated:", process, process.isAlive)
            try process.join()
            print("Process joined:", process, process.isAlive)
            print("Process exit code:", process.exitCode.map(String.init) ?? "none")
            return [Participant(process)]
        }
    }
}
