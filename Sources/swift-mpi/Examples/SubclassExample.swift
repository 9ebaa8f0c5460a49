import Multiprocessing

/// A process by subclassing.
private final class MyProcess: Process {
    override func run() {
        print("called run method in process: \(name)")
    }
}

/// Five processes of a class of the program's own.
enum SubclassExample: Example {
    static let name = "subclass"
    static let summary = "five instances of a subclass of Process with a run method of its own"

    static func run(_ pace: Pace) throws -> [Participant]? {
        try withProcesses {
            var processes: [Process] = []
            for _ in 0..<5 {
                let process = MyProcess()
                try process.start()
                try process.join()
                processes.append(process)
            }
            return processes.map(Participant.init)
        }
    }
}
