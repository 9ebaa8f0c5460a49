import Glibc
import MPI
import RankChecks
import RankLaunching
import Testing

@Suite("WaitingPolicy")
struct WaitingPolicyTests {
    @Test("messages arrive whatever the policy is")
    func arrives() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            for policy in WaitingPolicy.allCases {
                world.waitForMessages(by: policy)
                #expect(world.waitingPolicy == policy)
                var numbers = [Double](repeating: Double(world.rank), count: 100_000)
                if world.rank == 0 {
                    try world.send("text", to: 1)
                    try world.send(numbers.span, to: 1)
                    try world.receive(into: &numbers)
                } else {
                    #expect(try world.receive(String.self) == "text")
                    try world.receive(into: &numbers)
                    try world.send(numbers.span, to: 0)
                }
                #expect(numbers[5] == 0)
            }
        }
    }

    @Test(
        "a rank that backs off uses next to nothing of its processor while it waits, by policy or by environment"
    )
    func idle() async throws {
        for environment in [[:], ["SWIFT_MPI_WAIT": "backoff"]] {
            try await onRanks(2, environment: environment) { () throws in
                let world = Communicator.world
                if getenv("SWIFT_MPI_WAIT") == nil { world.waitForMessages(by: .backOff) }
                #expect(world.waitingPolicy == .backOff)
                func used() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
                try world.barrier()
                guard world.rank == 0 else {
                    // Whoever does not wait for a message, but for time to pass.
                    usleep(600_000)
                    return try world.send(true, to: 0)
                }
                let (before, start) = (used(), ContinuousClock.now)
                _ = try world.receive(Bool.self)
                let waited = (ContinuousClock.now - start) / .seconds(1)
                #expect(used() - before < waited / 2, "\(used() - before) s of \(waited) s")
            }
        }
    }

    @Test("a policy that does not exist is reported and ignored")
    func unknown() async throws {
        let result = try await onRanks(1, environment: ["SWIFT_MPI_WAIT": "fidget"]) { () throws in
            #expect(Communicator.world.waitingPolicy == .spin)
        }
        #expect(result.report.contains("fidget"))
    }
}
