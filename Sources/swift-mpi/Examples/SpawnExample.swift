import Multiprocessing

/// The function that runs in the processes.
private func foo(_ i: Int) {
    print("called function in process: \(i)")
}

/// Five processes, one after the other.
enum SpawnExample: Example {
    static let name = "spawn"
    static let summary = "five processes, each with an argument; start, then join, one after the other"

    static func run(_ pace: Pace) throws -> [Participant]? {
        try withProcesses {
            var processes: [Process] = []
            for i in 0..<5 {
                let process = Process { foo(i) }
                try process.start()
                try process.join()
                processes.append(process)
            }
            return processes.map(Participant.init)
        }
    }
}
