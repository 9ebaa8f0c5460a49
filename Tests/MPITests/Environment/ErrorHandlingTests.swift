import MPI
import RankChecks
import RankLaunching
import Synchronization
import Testing

private let heard = Mutex<[MPIError]>([])

@Suite("ErrorHandling")
struct ErrorHandlingTests {
    @Test("a closure is told of an error before it is thrown, until throwing alone is asked for again")
    func telling() async throws {
        try await onRanks(2) { () throws in
            let team = try Communicator.world.duplicate()
            try team.handleErrors(by: .telling { error in heard.withLock { $0.append(error) } })
            // What this library finds out itself never gets to the other one; a tag that is too large does.
            let mine = try MPIError(.tag, text: "a tag of mine")
            try team.handle(mine)
            #expect(heard.withLock { $0.map(\.errorClass) } == [.tag])
            #expect(heard.withLock { $0.first?.text.contains("a tag of mine") } == true)
            try team.handleErrors(by: .throwing)
            try team.handle(mine)
            #expect(heard.withLock { $0.count } == 1)
            // The others go on as they were.
            try Communicator.world.handle(mine)
            #expect(heard.withLock { $0.count } == 1)
            try team.barrier()
            try team.free()
        }
    }

    @Test("ending means that the job ends")
    func ending() async throws {
        let job = try RankCheck.job(ranks: 2, timeout: .seconds(30)) { () throws in
            let world = Communicator.world
            try world.handleErrors(by: .ending)
            if world.rank == 1 { try world.handle(MPIError(.other, text: "the end")) }
            _ = try world.receive(Int.self)
        }
        let result = try await oneJobAtATime { try await job.run() }
        #expect(!result.isSuccess && !result.timedOut && result.leftBehind.isEmpty, "\(result.report)")
    }

    @Test("classes and codes of the program's own are told apart, and are equal to themselves")
    func ownClasses() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let first = try ErrorClass.make("the first of its kind")
            let second = try ErrorClass.make("the second of its kind")
            #expect(first != second)
            #expect(try world.allGather(first.rawValue) == [first.rawValue, first.rawValue])
            let error = try MPIError(second, text: "something of the second kind")
            #expect(error.errorClass == second && error.text == "something of the second kind")
            #expect(MPIError(code: error.code).errorClass == second)
            #expect(error == error)
            #expect(try error != MPIError(second, text: "something else"))
            #expect(throws: MPIError.self) { try MPIError(.timedOut, text: "no class of the library's") }
            #expect(MPIError(code: 0).code == 0)
        }
    }
}
