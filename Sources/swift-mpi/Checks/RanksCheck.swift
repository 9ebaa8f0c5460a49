import ArgumentParser
import MPI

/// `swift-mpi check ranks`: messages, collective operations and windows among all ranks.
struct RanksCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ranks",
        abstract: "Checks messages of many sizes, collective operations and windows among all ranks."
    )

    @Option(
        help: "The thread level to ask for; windows between hosts take serialized with Open MPI 4.1 over TCP."
    )
    var threads: ThreadLevelName?

    @Flag(help: "Leave out what needs the memory of other ranks.")
    var noWindows = false

    func run() throws {
        if let threads { try Environment.initialize(threads: threads.level) }
        let world = Communicator.world
        let names = try world.gather(Environment.processorName, to: 0)
        if let names {
            let hosts = Set(names).sorted()
            print(
                "ranks: \(names.count) on \(hosts.count) \(hosts.count == 1 ? "host" : "hosts"): \(hosts.joined(separator: ", "))"
            )
        }
        for (name, check) in RanksCheck.checks + (noWindows ? [] : RanksCheck.windowChecks) {
            try check(world)
            // Nobody says that a check has passed before it has passed everywhere.
            try world.barrier()
            if world.rank == 0 { print("ok", name) }
        }
    }

    private static var checks: [(name: String, check: (Communicator) throws -> Void)] {
        [
            ("values", checkValues), ("buffers", checkBuffers), ("collectives", checkCollectives),
            ("large-collectives", checkLargeCollectives),
        ]
    }

    private static var windowChecks: [(name: String, check: (Communicator) throws -> Void)] {
        [("windows", checkWindows), ("counter", checkCounter)]
    }

    /// Each rank sends something that is no number to each other one.
    private static func checkValues(_ world: Communicator) throws {
        for distance in 1...max(1, world.size - 1) {
            let (next, previous) = neighbours(world, distance)
            let received = try world.sendReceive(
                ["from": [world.rank], "distance": [distance]],
                to: next,
                receiving: [String: [Int]].self,
                from: previous
            )
            try CheckFailure.expect(
                received,
                toBe: ["from": [previous], "distance": [distance]],
                "a value from rank \(previous)"
            )
        }
    }

    /// Sizes on both sides of what a transport sends at once, and of what it cuts into pieces.
    private static let sizes = [1, 7, 500, 4_000, 9_000, 70_000, 600_000]

    private static func checkBuffers(_ world: Communicator) throws {
        for size in sizes {
            for distance in 1...max(1, world.size - 1) {
                let (next, previous) = neighbours(world, distance)
                var received = [Int](repeating: 0, count: size)
                let own = pattern(of: world.rank, count: size)
                _ = try world.sendReceive(own.span, to: next, into: &received, from: previous)
                try CheckFailure.expect(
                    received == pattern(of: previous, count: size),
                    "\(size) numbers from rank \(previous) arrived changed"
                )
            }
        }
    }

    private static func checkCollectives(_ world: Communicator) throws {
        let all = Array(0..<world.size)
        try CheckFailure.expect(
            try world.allReduce(world.rank, .sum),
            toBe: all.reduce(0, +),
            "the sum of all ranks"
        )
        try CheckFailure.expect(
            try world.allGather("rank \(world.rank)"),
            toBe: all.map { "rank \($0)" },
            "what all ranks gathered"
        )
        let rows = try world.allToAll(all.map { [world.rank, $0] })
        try CheckFailure.expect(rows, toBe: all.map { [$0, world.rank] }, "what each rank sent to each")
        let root = world.size - 1
        let word = try world.broadcast(from: root) { "from rank \(world.rank)" }
        try CheckFailure.expect(word, toBe: "from rank \(root)", "a word from rank \(root)")
        let joined = try world.allReduce(["\(world.rank)"]) { $0 + $1 }
        try CheckFailure.expect(
            joined,
            toBe: all.map { "\($0)" },
            "what a closure joined, in the order of ranks"
        )
    }

    private static func checkLargeCollectives(_ world: Communicator) throws {
        let count = 200_000
        var sums = pattern(of: world.rank, count: count)
        try world.allReduce(inPlace: &sums, .sum)
        var expected = [Int](repeating: 0, count: count)
        for rank in 0..<world.size {
            for (index, number) in pattern(of: rank, count: count).enumerated() { expected[index] += number }
        }
        try CheckFailure.expect(sums == expected, "the sums of \(count) numbers of each rank are wrong")
        let text = try world.broadcast(from: 0) { String(repeating: "swift-mpi ", count: 100_000) }
        try CheckFailure.expect(text.utf8.count, toBe: 1_000_000, "the length of a text from rank 0")
    }

    private static func checkWindows(_ world: Communicator) throws {
        let window = try world.makeWindow([Int](repeating: -1, count: world.size))
        try window.fence { access in
            for rank in 0..<world.size { try access.put([world.rank], to: rank, at: world.rank) }
        }
        let received = try window.withElements { elements in (0..<elements.count).map { elements[$0] } }
        try CheckFailure.expect(
            received,
            toBe: Array(0..<world.size),
            "what each rank put into this rank's window"
        )
        try window.free()
    }

    private static func checkCounter(_ world: Communicator) throws {
        let counter = try world.makeCounter(on: world.size - 1)
        let own = try (0..<20).map { _ in try counter.next() }
        let all = try world.allGather(own).flatMap { $0 }.sorted()
        try CheckFailure.expect(all, toBe: Array(0..<20 * world.size), "the numbers that all ranks drew")
        try counter.free()
    }

    private static func neighbours(_ world: Communicator, _ distance: Int) -> (next: Int, previous: Int) {
        ((world.rank + distance) % world.size, (world.rank + world.size - distance) % world.size)
    }

    /// Numbers that no two ranks have in common, and that differ from place to place.
    private static func pattern(of rank: Int, count: Int) -> [Int] {
        (0..<count).map { (rank + 1) &* 1_000_003 &+ $0 &* 31 }
    }
}
