internal import Glibc
internal import Synchronization

/// Notes what the calling process does, if somebody wants to know.
///
/// Without that there is none, and whoever would note something finds that out by one look.
final class Recorder: @unchecked Sendable {
    // `memory` is written only between locking and unlocking `lanes`; its Host reads it at any time.
    private let memory: RecordMemory
    /// Whether events are kept, besides the time that is waited.
    let keepsEvents: Bool
    private let lanes = Mutex(Lanes())

    private struct Lanes {
        var numbers: [pthread_t: UInt16] = [:]

        /// The calling thread's number; one that comes late shares the last.
        mutating func own() -> UInt16 {
            let thread = pthread_self()
            if let number = numbers[thread] { return number }
            let number = UInt16(min(numbers.count, Int(UInt16.max)))
            numbers[thread] = number
            return number
        }
    }

    /// The bits of a pointer to it; 0 for none.
    private static let place = Atomic<UInt>(0)

    /// The calling process's, if it notes anything.
    static var current: Recorder? {
        guard let place = UnsafeRawPointer(bitPattern: place.load(ordering: .acquiring)) else { return nil }
        return Unmanaged<Recorder>.fromOpaque(place).takeUnretainedValue()
    }

    /// Begins to note into that memory, or, without any, ends it; the calling thread is the first one.
    ///
    /// A thread of an earlier `withProcesses` may still hold the recorder of that, so none is ever freed.
    static func begin(_ memory: RecordMemory?) {
        let recorder = memory.map { memory in
            let recorder = Recorder(memory)
            _ = recorder.lanes.withLock { $0.own() }
            return UInt(bitPattern: Unmanaged.passRetained(recorder).toOpaque())
        }
        place.store(recorder ?? 0, ordering: .releasing)
    }

    private init(_ memory: RecordMemory) {
        self.memory = memory
        keepsEvents = memory.eventCapacity > 0
    }

    /// The calling process's if it keeps events.
    static var tracing: Recorder? {
        guard let current, current.keepsEvents else { return nil }
        return current
    }

    private func append(_ event: TraceEvent) {
        guard keepsEvents else { return }
        let isHalfFull = lanes.withLock { _ in
            memory.append(event)
            return memory.eventCount % UInt64(max(1, memory.eventCapacity / 2)) == 0
        }
        guard isHalfFull, let endpoint = Endpoint.current else { return }
        // If the Host is gone, nobody wants to know any more.
        try? endpoint.notify(endpoint.makeFrame(.takeRecord, to: endpoint.host))
    }

    // MARK: Waits

    /// A wait that goes on.
    struct Wait {
        fileprivate let recorder: Recorder
        fileprivate var event: TraceEvent

        /// It is over.
        func end() { recorder.end(self) }
    }

    /// The calling thread, or the calling task, begins to wait for an answer.
    func beginWait(_ operation: UInt16, on service: Address, isSuspension: Bool = false) -> Wait {
        var event = TraceEvent(
            kind: isSuspension ? .suspension : .wait,
            operation: operation,
            start: MonotonicClock.now,
            end: 0,
            detail: TraceEvent.detail(service)
        )
        lanes.withLock { lanes in
            guard !isSuspension else { return }
            event.lane = lanes.own()
            if event.lane == 0 { memory.begin(.wait, event) }
        }
        return Wait(recorder: self, event: event)
    }

    private func end(_ wait: Wait) {
        var event = wait.event
        event.end = MonotonicClock.now
        lanes.withLock { _ in
            memory.noteWait(of: event.end - event.start)
            if event.kind == .wait, event.lane == 0 { memory.end(.wait) }
        }
        append(event)
    }

    // MARK: Tasks of a pool, which the first thread does

    func beginTask(_ index: Int, ofJob job: UInt64) {
        let event = TraceEvent(
            kind: .task,
            job: UInt32(truncatingIfNeeded: job),
            start: MonotonicClock.now,
            end: 0,
            detail: UInt64(clamping: index)
        )
        lanes.withLock { _ in memory.begin(.task, event) }
    }

    /// The task that was begun last is over.
    func endTask(hasFailed: Bool = false) {
        let now = MonotonicClock.now
        let event = lanes.withLock { _ in
            defer { memory.end(.task) }
            return memory.unfinished(at: now).first { $0.kind == .task }
        }
        guard var event else { return }
        if hasFailed { event.kind = .failedTask }
        append(event)
    }

    // MARK: Frames

    /// A frame is about to be sent.
    func noteFrame(_ frame: borrowing Frame) {
        guard keepsEvents, frame.code != Operation.takeRecord.rawValue else { return }
        let event = TraceEvent(
            kind: .frame,
            operation: frame.code,
            start: MonotonicClock.now,
            end: UInt64(frame.bytes.count),
            detail: TraceEvent.detail(frame.destination)
        )
        append(event)
    }
}
