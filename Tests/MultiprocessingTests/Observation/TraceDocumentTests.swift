import Testing

@testable import Multiprocessing

@Suite("The text of a trace")
struct TraceDocumentTests {
    private func batch(_ name: String = "Process-1", serial: UInt32 = 2) -> TraceBatch {
        TraceBatch(source: Address(rank: 1, serial: serial), name: name, pid: 42, host: "node7")
    }

    private func text(_ batches: [TraceBatch], limit: Int = 100) throws -> ReadTrace {
        var document = TraceDocument(limit: limit)
        let body = batches.map { document.text(of: $0) }.joined()
        return try ReadTrace(TraceDocument.head + body + document.ending(at: 5_000))
    }

    @Test func `times are microseconds with all their digits`() {
        #expect(TraceDocument.microseconds(0) == "0.000")
        #expect(TraceDocument.microseconds(1_002_003) == "1002.003")
        #expect(TraceDocument.microseconds(999) == "0.999")
    }

    @Test func `a process has a name, a life, tasks, waits and frames`() throws {
        var batch = batch()
        let service = TraceEvent.detail(Address(rank: 0, serial: 9))
        batch.append(
            [
                TraceEvent(kind: .task, job: 3, start: 2_000, end: 4_000, detail: 17),
                TraceEvent(kind: .failedTask, job: 3, start: 4_000, end: 4_500, detail: 18),
                TraceEvent(
                    kind: .wait,
                    operation: Multiprocessing.Operation.get.rawValue,
                    start: 2_500,
                    end: 3_500,
                    detail: service
                ),
                TraceEvent(
                    kind: .frame,
                    operation: Multiprocessing.Operation.put.rawValue,
                    start: 3_600,
                    end: 80,
                    detail: service
                ),
            ],
            offset: 0
        )
        batch.life = .init(start: 1_000, end: 5_000, ending: "exit status 0")
        let trace = try text([batch])
        #expect(trace.rankNames == ["rank 1 on node7"])
        #expect(trace.threadNames == ["Process-1 (pid 42)"])
        let life = try #require(trace.spans("process").first)
        #expect(life.name == "Process-1" && life.start == 1 && life.duration == 4 && life.rank == 1)
        #expect(life.thread == 2)
        let tasks = trace.spans("task")
        #expect(tasks.map { $0.facts["index"] as? Int } == [17, 18])
        #expect(tasks.map { $0.facts["failed"] as? Bool } == [nil, true])
        let wait = try #require(trace.spans("wait").first)
        #expect(wait.name == "get" && wait.facts["at"] as? String == "0.9" && wait.duration == 1)
        let frame = try #require(trace.events.first { $0.category == "frame" })
        #expect(frame.phase == "i" && frame.name == "put" && frame.facts["bytes"] as? Int == 80)
        #expect(trace.crossings.isEmpty)
    }

    @Test func `threads of a process and waits of tasks have places of their own`() throws {
        var batch = batch()
        batch.append(
            [
                TraceEvent(kind: .wait, lane: 0, operation: 201, start: 1_000, end: 3_000, detail: 0),
                TraceEvent(kind: .wait, lane: 1, operation: 201, start: 2_000, end: 4_000, detail: 0),
                TraceEvent(kind: .suspension, operation: 201, start: 1_500, end: 3_500, detail: 0),
            ],
            offset: 0
        )
        let trace = try text([batch])
        #expect(trace.threadNames == ["Process-1 (pid 42)", "Process-1 (pid 42) thread 1"])
        #expect(Set(trace.spans("wait").map(\.thread)).count == 2)
        #expect(trace.events.filter { $0.category == "suspension" }.map(\.phase) == ["b", "e"])
        #expect(trace.crossings.isEmpty)
    }

    @Test func `a name may be any text`() throws {
        let name = "a\"b\\c\n\u{1}é🚀"
        var batch = batch(name)
        batch.life = .init(start: 1, end: 2, ending: "x")
        let trace = try text([batch])
        #expect(trace.spans("process").map(\.name) == [name])
    }

    @Test func `times of another machine are moved by the offset, sizes are not`() throws {
        var batch = batch()
        batch.append(
            [
                TraceEvent(kind: .wait, start: 5_000, end: 6_000, detail: 0),
                TraceEvent(kind: .frame, start: 5_000, end: 80, detail: 0),
            ],
            offset: -4_000
        )
        #expect(batch.events.map(\.start) == [1_000, 1_000])
        #expect(batch.events.map(\.end) == [2_000, 80])
    }

    @Test func `more events than the limit are counted, and so are those that a process had no room for`()
        throws
    {
        var batch = batch()
        batch.append((0..<5).map { TraceEvent(kind: .task, start: 1, end: 2, detail: $0) }, offset: 0)
        batch.lostCount = 7
        let trace = try text([batch], limit: 3)
        #expect(trace.spans("task").count == 3)
        #expect(trace.events.contains { $0.name == "9 events were lost" })
    }

    @Test func `without anything it is a document all the same`() throws {
        #expect(try text([]).events.isEmpty)
    }
}
