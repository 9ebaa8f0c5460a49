internal import CProcessSupport
internal import Glibc

/// Memory that a process and its Host share, in which the process notes what it does: the Host reads it now and then, and when the
/// process has ended, however that came about.
///
/// Layout: number of events that there have been 8 · nanoseconds that threads have waited 8 · what the first thread is at: its task, and
/// below that what it waits for, four numbers each, of which the end is 1 while it is so · 48 bytes of room · the events, the latest
/// of which take the place of the earliest.
final class RecordMemory {
    private static let headerSize = 128
    private static let writtenField = 0
    private static let waitedField = 1

    /// What the first thread can be at.
    enum Activity: Int, CaseIterable {
        case task = 2
        case wait = 6
    }

    private let base: UnsafeMutableRawPointer
    let eventCapacity: Int
    // Keeps the memory; without it, it is this object's own.
    private let mapping: SharedMapping?

    static func size(eventCapacity: Int) -> Int { headerSize + eventCapacity * TraceEvent.size }

    /// The memory at an offset; `nil` if it is too small.
    init?(_ mapping: SharedMapping, from offset: Int, size: Int) {
        guard size >= RecordMemory.headerSize, mapping.size - offset >= size else { return nil }
        self.mapping = mapping
        base = mapping.base + offset
        eventCapacity = (size - RecordMemory.headerSize) / TraceEvent.size
    }

    /// Memory of its own, for a main program, whose Host is in the same process.
    init(eventCapacity: Int) {
        mapping = nil
        self.eventCapacity = eventCapacity
        let size = RecordMemory.size(eventCapacity: eventCapacity)
        base = .allocate(byteCount: size, alignment: 64)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    }

    deinit { if mapping == nil { base.deallocate() } }

    private func load(_ field: Int) -> UInt64 { cps_load_acquire(base + 8 * field) }
    private func store(_ value: UInt64, _ field: Int) { cps_store_release(base + 8 * field, value) }

    private func words(from field: Int) -> (UInt64, UInt64, UInt64, UInt64) {
        (load(field), load(field + 1), load(field + 2), load(field + 3))
    }

    private func field(of event: UInt64) -> Int {
        RecordMemory.headerSize / 8 + Int(event % UInt64(eventCapacity)) * TraceEvent.wordCount
    }

    // MARK: In the process, one thread at a time

    /// How many events there have been.
    var eventCount: UInt64 { load(RecordMemory.writtenField) }

    func append(_ event: TraceEvent) {
        guard eventCapacity > 0 else { return }
        let count = eventCount
        // Whoever finds a part of the new event where an old one was sees by this number that it cannot be right.
        let place = field(of: count)
        let words = event.words
        store(words.0, place)
        store(words.1, place + 1)
        store(words.2, place + 2)
        store(words.3, place + 3)
        store(count &+ 1, RecordMemory.writtenField)
    }

    func begin(_ activity: Activity, _ event: TraceEvent) {
        let words = event.words
        store(words.0, activity.rawValue)
        store(words.2, activity.rawValue + 2)
        store(words.3, activity.rawValue + 3)
        store(1, activity.rawValue + 1)
    }

    func end(_ activity: Activity) { store(0, activity.rawValue + 1) }

    func noteWait(of nanoseconds: UInt64) {
        store(load(RecordMemory.waitedField) &+ nanoseconds, RecordMemory.waitedField)
    }

    // MARK: In its Host

    /// For how long threads of the process have waited, in nanoseconds.
    var waited: UInt64 { load(RecordMemory.waitedField) }

    /// The events from that one on, as far as they are still there.
    ///
    /// The place of the earliest one that there is room for may just be taken, so it does not count.
    func events(from first: UInt64) -> (events: [TraceEvent], next: UInt64, lostCount: UInt64) {
        let written = eventCount
        // A process that has gone astray may have changed the number.
        guard eventCapacity > 1, written > first else { return ([], max(first, written), 0) }
        let room = UInt64(eventCapacity - 1)
        let start = max(first, written - min(written, room))
        let found = (start..<written).map { TraceEvent(words(from: field(of: $0))) }
        cps_fence()
        // What was written meanwhile has taken the places of some of these.
        let last = eventCount
        let intact = max(start, last - min(last, room))
        let kept = found.dropFirst(Int(clamping: intact - start)).compactMap { $0 }
        return (kept, written, written - first - UInt64(kept.count))
    }

    /// What the first thread was at when the process ended at that time: the task before what it waited for.
    func unfinished(at time: UInt64) -> [TraceEvent] {
        Activity.allCases.compactMap { activity in
            var words = words(from: activity.rawValue)
            guard words.1 == 1, words.0 > 0, words.0 <= time else { return nil }
            words.1 = time
            return TraceEvent(words)
        }
    }
}
