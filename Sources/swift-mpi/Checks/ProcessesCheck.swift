import ArgumentParser
import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// `swift-mpi check processes`: a process on each rank, what they share, and a pool over all of them.
struct ProcessesCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "processes",
        abstract:
            "Checks a process on each rank, queues, pipes and locks between them, and a pool over all ranks."
    )

    /// Where something ran.
    private struct Place: Codable, Sendable, Hashable {
        var rank: Int
        var host: String

        static var current: Place { Place(rank: Process.current.rank, host: Process.current.host) }
    }

    func run() throws {
        try withProcesses {
            let places = try checkProcesses()
            try checkPipes(places)
            try checkSharedState()
            try checkPool()
            try checkOutput()
            try checkEnds()
            try checkSharedMemory(places)
        }
    }

    private var ranks: Range<Int> { 0..<Process.current.rankCount }

    /// A process on each rank says where it is, and starts one of its own that does.
    private func checkProcesses() throws -> [Place] {
        let answers = try Queue<[Place]>()
        let processes = ranks.map { rank in
            Process(on: rank) {
                let next = (Process.current.rank + 1) % Process.current.rankCount
                let inner = try Process.running(on: next) { Place.current }
                try answers.put([.current, try inner.result(timeout: .seconds(60))])
            }
        }
        for process in processes { try process.start() }
        var places: [Place] = []
        for _ in processes {
            let answer = try answers.get(timeout: .seconds(60))
            try CheckFailure.expect(
                answer[1].rank,
                toBe: (answer[0].rank + 1) % ranks.count,
                "the rank of a process of a process"
            )
            places.append(answer[0])
        }
        for process in processes { try process.join() }
        places.sort { $0.rank < $1.rank }
        try CheckFailure.expect(places.map(\.rank), toBe: Array(ranks), "the ranks of processes on all ranks")
        let hosts = Set(places.map(\.host)).sorted()
        print(
            "processes: on \(places.count) ranks, \(hosts.count) \(hosts.count == 1 ? "host" : "hosts"): \(hosts.joined(separator: ", "))"
        )
        print("ok processes")
        return places
    }

    /// From each rank a large message to the next one's process, with no help from the main program.
    private func checkPipes(_ places: [Place]) throws {
        let answers = try Queue<Int>()
        var processes: [Process] = []
        for place in places {
            let (receiving, sending) = try Pipe<[Double]>(duplex: false).ends
            let rank = place.rank
            processes.append(
                Process(on: rank) {
                    for count in [0, 1, 10_000, 300_000] {
                        try sending.send([Double](repeating: Double(rank), count: count))
                    }
                }
            )
            processes.append(
                Process(on: (rank + 1) % places.count) {
                    var sum = 0
                    for _ in 0..<4 { sum += Int(try receiving.receive(timeout: .seconds(60)).reduce(0, +)) }
                    try answers.put(sum)
                }
            )
        }
        for process in processes { try process.start() }
        let sums = try places.map { _ in try answers.get(timeout: .seconds(60)) }.sorted()
        for process in processes { try process.join() }
        try CheckFailure.expect(sums, toBe: ranks.map { 310_001 * $0 }, "the sums of what came through pipes")
        print("ok pipes")
    }

    private func checkSharedState() throws {
        let total = try SharedValue(0)
        let (lock, barrier) = (try Lock(), try Barrier(parties: ranks.count))
        let log = try SharedList<Int>()
        let processes = ranks.map { rank in
            Process(on: rank) {
                _ = try barrier.wait(timeout: .seconds(60))
                for _ in 0..<10 { try total.update { $0 += rank } }
                try lock.withLock { try log.append(rank) }
            }
        }
        for process in processes { try process.start() }
        for process in processes { try process.join() }
        try CheckFailure.expect(
            try total.get(),
            toBe: 10 * ranks.reduce(0, +),
            "a number that processes on all ranks added to"
        )
        try CheckFailure.expect(
            try log.elements().sorted(),
            toBe: Array(ranks),
            "a list that processes on all ranks added to"
        )
        print("ok shared-state")
    }

    /// As many workers as it takes for each rank to have two.
    private func checkPool() throws {
        let pool = try Pool(processes: 2 * max(1, ranks.count - 1))
        try CheckFailure.expect(
            try pool.map(0..<1_000) { $0 * $0 },
            toBe: (0..<1_000).map { $0 * $0 },
            "squares by a pool"
        )
        let large = try pool.map(0..<8, chunkSize: 1) { number in [Int](repeating: number, count: 50_000) }
        try CheckFailure.expect(
            large.map(\.count),
            toBe: [Int](repeating: 50_000, count: 8),
            "the lengths of large results"
        )
        var used: Set<Place> = []
        let placesOfTasks = try pool.imapUnordered(0..<2_000) { _ in Place.current }
        while let place = try placesOfTasks.next(timeout: .seconds(60)) { used.insert(place) }
        // With several ranks the first one has the main program, and hosts no workers.
        let expected = ranks.count == 1 ? [0] : Array(ranks.dropFirst())
        try CheckFailure.expect(used.map(\.rank).sorted(), toBe: expected, "the ranks of a pool's workers")
        try pool.close()
        try pool.join()
        print("ok pool")
    }

    /// What processes print comes in the order in which they were joined, whatever host they are on.
    private func checkOutput() throws {
        for rank in ranks {
            let process = Process(name: "printer", on: rank) {
                print("printed by a process on rank \(Process.current.rank)")
            }
            try process.start()
            try process.join()
        }
        print("ok output")
    }

    /// How processes end is known on this rank, whatever host they were on.
    private func checkEnds() throws {
        for rank in ranks {
            let failing = Process(on: rank) { endWithStatusThree() }
            let waiting = Process(on: rank) { sleep(for: .seconds(600)) }
            for process in [failing, waiting] { try process.start() }
            waiting.terminate()
            for process in [failing, waiting] { try process.join() }
            try CheckFailure.expect(
                [failing.exitCode, waiting.exitCode],
                toBe: [3, -15],
                "exit codes on rank \(rank)"
            )
        }
        print("ok ends")
    }

    /// Memory by name is shared on one host, and refused with a reason on another.
    private func checkSharedMemory(_ places: [Place]) throws {
        let memory = try SharedMemory(count: 1, of: Int.self)
        let host = Process.current.host
        for place in places {
            let process = Process(on: place.rank) { try memory.withElements(of: Int.self) { $0[0] += 1 } }
            try process.start()
            try process.join()
            try CheckFailure.expect(
                process.exitCode == 0,
                toBe: place.host == host,
                "whether a process on \(place.host) can use memory of \(host)"
            )
        }
        let sum = try memory.withElements(of: Int.self) { $0[0] }
        try CheckFailure.expect(
            sum,
            toBe: places.count { $0.host == host },
            "a number that processes of this host added to"
        )
        print("ok shared-memory")
    }
}

/// Inside of a command `exit` means something else.
private func endWithStatusThree() { exit(3) }
