import ArgumentParser
import Multiprocessing

/// `swift-mpi tour`, which is also what runs without a subcommand: the eight programs, one after another.
struct Tour: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the eight examples, one after another, and says which ranks and hosts ran what."
    )

    @OptionGroup var options: PaceOptions

    func run() throws {
        var participants: [(example: String, list: [Participant])] = []
        for (number, example) in allExamples.enumerated() {
            try withProcesses {
                print(number == 0 ? "" : "\n", terminator: "")
                print("== \(number + 1) of \(allExamples.count): \(example.name) ==")
                print("   \(example.summary)")
            }
            if let list = try example.run(options.pace) { participants.append((example.name, list)) }
        }
        try withProcesses {
            print("\n== who ran what ==")
            let hosts = try hostsOfRanks()
            for (example, list) in participants {
                for participant in list {
                    let host = hosts[participant.rank] ?? "an unknown host"
                    print(
                        "   \(example): \(participant.name) with pid \(participant.pid) on rank \(participant.rank), \(host)"
                    )
                }
            }
        }
    }

    /// Asks a process on each rank where it is.
    private func hostsOfRanks() throws -> [Int: String] {
        let answers = try Queue<[Int: String]>()
        var hosts: [Int: String] = [:]
        for rank in 0..<Process.current.rankCount {
            let process = Process(on: rank) { try answers.put([Process.current.rank: Process.current.host]) }
            try process.start()
            try process.join()
            hosts.merge(try answers.get(timeout: .seconds(10))) { first, _ in first }
        }
        return hosts
    }
}
