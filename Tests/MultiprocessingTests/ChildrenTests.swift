import RankChecks
import Testing

@testable import Multiprocessing

/// Sees whether something still exists.
private final class Witness {
    private(set) weak var object: AnyObject?
    init(_ object: AnyObject) { self.object = object }
}

/// Starts a process that is given a connection, which nobody else has.
private func startWithConnection(_ gate: Queue<Bool>) throws -> (Process, Witness) {
    let end = try Pipe<Int>().right
    let process = Process {
        _ = try gate.get()
        end.close()
    }
    try process.start()
    return (process, Witness(end))
}

@Suite("Children")
struct ChildrenTests {
    private func child() -> ProcessState {
        ProcessState(.init(name: "child", isDaemon: false, identity: [1]))
    }

    @Test("they are asked for when there are many, and again when there are twice as many")
    func reviews() {
        var children = Children()
        let states = (0..<64).map { _ in child() }
        for state in states[..<15] { children.add(state) }
        #expect(children.due.isEmpty)
        children.add(states[15])
        #expect(children.due.count == 16)
        for state in states[..<4] { children.remove(state) }
        children.noteReview()
        for state in states[16..<27] { children.add(state) }
        #expect(children.states.count == 23 && children.due.isEmpty)
        children.add(states[27])
        #expect(children.due.count == 24)
        #expect(children.removeAll().count == 24)
        #expect(children.states.isEmpty)
    }

    @Test("what a process was given is let go of here once it has been started")
    func work() async throws {
        try await onRanks(nil) {
            try withProcesses {
                let gate = try Queue<Bool>()
                let (process, witness) = try startWithConnection(gate)
                #expect(witness.object == nil)
                try gate.put(true)
                try process.join()
                #expect(process.exitCode == 0)
            }
        }
    }

    @Test("those that have ended are forgotten although nobody joins them", arguments: [nil, 3] as [Int?])
    func forgotten(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let endpoint = try #require(Endpoint.current)
                for number in 0..<40 {
                    let process = Process {}
                    if number < 20 { try startBlocking(process) } else { try await process.start() }
                    // This does not concern the process itself.
                    #expect(try await process.sentinel.wait(timeout: .seconds(20)))
                }
                #expect(endpoint.children.withLock { $0.states.count } <= 16)
                let answer = try await Process.running { 7 }
                #expect(try await answer.value == 7)
            }
        }
    }
}

private func startBlocking(_ process: Process) throws { try process.start() }
