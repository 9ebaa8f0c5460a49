import RankChecks
import RankLaunching
import Testing

@testable import Multiprocessing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Puts four items into a queue, has a process wait at another one, and waits for its own end.
private func standStill() throws {
    let (full, empty) = (try Queue<Int>(capacity: 8), try Queue<Int>())
    for number in 0..<4 { try full.put(number) }
    let last = Process.current.rankCount - 1
    let process = Process(name: "waiter", on: last) { _ = try empty.get() }
    try process.start()
    let pool = try Pool(processes: 1)
    _ = try pool.map(0..<7) { $0 }
    // Seen from inside, what is to be seen from outside.
    while try JobPicture.current().waits.values.count(where: { $0.hasPrefix("get, queue") }) < 1 {}
    print("ready", getpid())
    fflush(nil)
    try process.join()
    withExtendedLifetime((full, pool)) {}
}

/// A program in Python that asks for a picture and says whether it gets one.
private let intrusion = """
    import socket, sys
    door = socket.socket(socket.AF_UNIX)
    door.connect("\\0" + sys.argv[1])
    try:
        door.send(b"p")
        seen = door.recv(8)
    except (BrokenPipeError, ConnectionResetError):
        seen = b""
    print("let in" if seen else "turned away")
    """

private var topProgram: String {
    let own = RankJob.ownExecutable
    return (own.lastIndex(of: "/").map { String(own[...$0]) } ?? "./") + "swift-mpi"
}

@Suite("swift-mpi top on programs that run")
struct TopJobTests {
    private func onRunningProgram(
        ranks: Int?,
        _ body: (_ pid: Int32) async throws -> Void
    ) async throws {
        let job = try RankCheck.job(ranks: ranks) { try withProcesses { try standStill() } }
        try await oneJobAtATime {
            let running = try await job.start()
            do {
                let line = try await running.line(containing: "ready").text
                try await body(try #require(line.split(separator: " ").last.flatMap { Int32($0) }))
            } catch {
                await running.end()
                throw error
            }
            await running.end()
            _ = try await running.wait()
        }
    }

    private func top(_ arguments: [String], as launcher: [String] = []) async throws -> RankJobResult {
        let words = launcher + [topProgram, "top"] + arguments
        return try await RankJob(
            executable: words[0],
            arguments: Array(words.dropFirst()),
            ranks: nil,
            timeout: .seconds(30)
        ).run()
    }

    @Test(
        "it shows queues with their items, processes with what they wait for, and pools",
        arguments: [nil, 1, 3]
    )
    func picture(ranks: Int?) async throws {
        try await onRunningProgram(ranks: ranks) { pid in
            let result = try await top(["--once", "--json", "\(pid)"])
            #expect(result.isSuccess, "\(result.report)")
            let picture = try JSONDecoder().decode(JobPicture.self, from: Data(result.standardOutput.utf8))
            let size = ranks ?? 1
            #expect(picture.rankCount == size && picture.ranks.map(\.rank) == Array(0..<size))
            let first = try #require(picture.ranks.first)
            #expect(first.processes.first?.pid == pid && first.processes.first?.name == "MainProcess")
            let queues = first.services.filter { $0.kind == "queue" }
            #expect(queues.map(\.itemCount) == [4, 0] && queues.map(\.capacity) == [8, nil])
            #expect(queues.map(\.waiterCount) == [0, 1])
            let last = try #require(picture.ranks.last)
            let waiter = try #require(last.processes.first { $0.name == "waiter" })
            #expect(picture.waits[waiter.address] == "get, queue 0.\(queues[1].number)")
            #expect(picture.waits["0.1"] == "join, process \(waiter.address)")
            #expect(waiter.state == "S" && waiter.memory > 0 && waiter.received.count > 0)
            let pool = try #require(first.services.compactMap(\.pool).first)
            #expect(pool.tasks.done == 7 && pool.workers == 1 && pool.tasksWaiting == 0)
            #expect(last.tally.startedProcesses >= 1)
            if size > 1 { #expect(first.tally.sent[size - 1].count > 0) }

            // Standard output is no terminal, so there is one picture.
            let text = try await top(["\(pid)"])
            #expect(text.isSuccess && text.standardOutput.contains("get, queue 0."), "\(text.report)")
            #expect(!text.standardOutput.contains("\u{1b}"))
        }
    }

    @Test("one who looks without an end does not hold the program up, nor does one who asks and never reads")
    func intruders() async throws {
        try await onRunningProgram(ranks: nil) { pid in
            let programs = ObservableProgram.all().filter { $0.pid == pid }
            let program = try #require(programs.first)
            let observer = try Observer(program)
            let others = try (0..<40).map { _ in try Observer(program) }
            for _ in 0..<200 { #expect(try observer.picture().ranks.count == 1) }
            // There is room for some visitors only; the rest is turned away.
            let seen = others.count { (try? $0.picture()) != nil }
            #expect(seen == 15)
        }
    }

    @Test("a program that has ended, and one of another user, are said to be so")
    func failures() async throws {
        let gone = ObservableProgram(user: geteuid(), pid: 99_999_999, epoch: 1)
        #expect(
            throws: Observer.Failure(
                description: "the program with pid 99999999 has ended, or is outside of withProcesses"
            )
        ) { _ = try Observer(gone) }
        let none = try await top(["99999999"])
        #expect(none.status == .exited(1), "\(none.report)")
        #expect(none.standardError.contains("does not belong to a program inside withProcesses"))
        guard geteuid() == 0 else { return print("left out, as only root can become another user") }
        try await onRunningProgram(ranks: nil) { pid in
            let other = ["setpriv", "--reuid=65534", "--clear-groups"]
            let refused = try await top(["--once", "\(pid)"], as: other)
            #expect(refused.status == .exited(1), "\(refused.report)")
            #expect(refused.standardError.contains("belongs to another user (number 0)"), "\(refused.report)")
            // Nor does the program let in one who does not ask beforehand whose it is.
            let words = other + ["/usr/bin/python3", "-c", intrusion, "swift-mpi-top/0/\(pid)/1"]
            guard access(words[3], X_OK) == 0 else { return print("left out: no \(words[3])") }
            let intruder = try await RankJob(
                executable: words[0],
                arguments: Array(words.dropFirst()),
                ranks: nil,
                timeout: .seconds(30)
            ).run()
            #expect(intruder.standardOutput == "turned away\n", "\(intruder.report)")
        }
    }
}
