import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("What a process notes of itself")
struct RecordMemoryTests {
    private func event(_ number: UInt64) -> TraceEvent {
        TraceEvent(kind: .task, lane: 3, job: 9, start: number + 1, end: number + 2, detail: number)
    }

    @Test func `an event is the same when it is read`() {
        let events = [
            event(5), TraceEvent(kind: .wait, lane: 65535, operation: 201, start: 1, end: .max, detail: .max),
            TraceEvent(kind: .frame, operation: 1000, start: 100, end: 64, detail: 7),
        ]
        for event in events { #expect(TraceEvent(event.words) == event) }
    }

    @Test func `words that no process writes are no event`() {
        #expect(TraceEvent((1, 2, 0, 0)) == nil)
        #expect(TraceEvent((1, 2, 200, 0)) == nil)
        #expect(TraceEvent((2, 1, 1, 0)) == nil)
    }

    @Test func `events are taken once, in order`() {
        let memory = RecordMemory(eventCapacity: 16)
        for number in 0..<5 { memory.append(event(UInt64(number))) }
        let first = memory.events(from: 0)
        #expect(first.events == (0..<5).map { event(UInt64($0)) } && first.lostCount == 0)
        #expect(memory.events(from: first.next).events.isEmpty)
        memory.append(event(5))
        #expect(memory.events(from: first.next).events == [event(5)])
    }

    @Test func `of more than there is room for the latest are left, and the others are counted`() {
        let memory = RecordMemory(eventCapacity: 16)
        for number in 0..<100 { memory.append(event(UInt64(number))) }
        let found = memory.events(from: 10)
        #expect(found.events == (85..<100).map { event(UInt64($0)) })
        #expect(found.lostCount == 75 && found.next == 100)
    }

    @Test func `what a process was at when it ended is a task before a wait`() {
        let memory = RecordMemory(eventCapacity: 16)
        #expect(memory.unfinished(at: 50).isEmpty)
        memory.begin(.wait, TraceEvent(kind: .wait, operation: 201, start: 20, end: 0, detail: 1))
        memory.begin(.task, TraceEvent(kind: .task, job: 2, start: 10, end: 0, detail: 3))
        #expect(memory.unfinished(at: 50).map(\.kind) == [.task, .wait])
        #expect(memory.unfinished(at: 50).map(\.end) == [50, 50])
        memory.end(.wait)
        #expect(memory.unfinished(at: 50).map(\.detail) == [3])
        // A process gone astray may have written a time of the future.
        #expect(memory.unfinished(at: 5).isEmpty)
    }

    @Test func `whatever is in the memory, reading ends`() throws {
        let size = RecordMemory.size(eventCapacity: 16)
        let mapping = try SharedMapping(size: size)
        let memory = try #require(RecordMemory(mapping, from: 0, size: size))
        memset(mapping.base, 0xff, size)
        #expect(memory.events(from: 0).events.isEmpty)
        #expect(memory.events(from: .max).events.isEmpty)
        _ = memory.unfinished(at: .max)
        #expect(RecordMemory(mapping, from: 1, size: size) == nil)
        #expect(RecordMemory(mapping, from: 0, size: 8) == nil)
    }
}

@Suite("Numbers for those who look at a program")
struct SystemUsageTests {
    @Test func `a line of the system is understood, whatever the name of the process`() throws {
        let fields =
            "S 1 2 3 0 -1 4194560 100 0 0 0 250 150 0 0 20 0 1 0 1000 1000000 77 18446744073709551615"
        let usage = try #require(SystemUsage(line: "12 (a) b (c)) \(fields)", ticks: 100, pageSize: 4096))
        #expect(usage.state == "S" && usage.processorTime == 4_000_000_000 && usage.memory == 77 * 4096)
        #expect(SystemUsage(line: "12 (a", ticks: 100, pageSize: 4096) == nil)
        #expect(SystemUsage(line: "12 (a) S 1", ticks: 100, pageSize: 4096) == nil)
    }

    @Test func `the calling process runs`() throws {
        let usage = try #require(SystemUsage(of: getpid()))
        #expect(usage.memory > 0 && SystemUsage.ownPeakMemory > 0)
        #expect(SystemUsage(of: -1) == nil)
    }

    @Test func `the shortest exchange says how far two clocks are apart`() {
        let exchanges = [
            ClockOffset.Exchange(asked: 100, answered: 900, remote: 5_000),
            ClockOffset.Exchange(asked: 1_000, answered: 1_020, remote: 6_010),
            ClockOffset.Exchange(asked: 2_000, answered: 2_400, remote: 6_300),
        ]
        #expect(ClockOffset.estimate(exchanges) == 5_000)
        #expect(ClockOffset.estimate([.init(asked: 5_000, answered: 5_000, remote: 1_000)]) == -4_000)
        #expect(ClockOffset.estimate([]) == 0)
    }

    @Test func `the environment says what is noted`() {
        func settings(_ variables: [String: String]) -> ObservationSettings {
            ObservationSettings { variables[$0] }
        }
        #expect(settings([:]) == .none && !settings([:]).isOn && settings([:]).recordSize == 0)
        #expect(!settings(["SWIFT_MPI_SUMMARY": "0", "SWIFT_MPI_TRACE": ""]).isOn)
        let summary = settings(["SWIFT_MPI_SUMMARY": "1"])
        #expect(summary.hasSummary && summary.eventCapacity == 0 && summary.recordSize == 128)
        let trace = settings(["SWIFT_MPI_TRACE": "/tmp/t.json"])
        #expect(trace.tracePath == "/tmp/t.json" && trace.eventCapacity == 8192)
        let small = settings(["SWIFT_MPI_TRACE": "t", "SWIFT_MPI_TRACE_EVENTS": "-3"])
        #expect(small.eventCapacity == 16)
    }
}
