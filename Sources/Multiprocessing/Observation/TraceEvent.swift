/// Something that a process has done, as it notes it: four numbers in memory that its Host reads.
struct TraceEvent: Equatable, Sendable {
    enum Kind: UInt8, Sendable {
        /// A task of a pool; the detail is its number in the job.
        case task = 1
        /// The same, of one that threw an error.
        case failedTask = 2
        /// A thread waited for an answer; the detail is the address that was asked.
        case wait = 3
        /// A Swift task waited, as any number of them can at a time.
        case suspension = 4
        /// A frame was sent; the detail is the address that it went to, the end is its size in bytes.
        case frame = 5
    }

    var kind: Kind
    /// Which thread of its process: 0 for the first one that noted something.
    var lane: UInt16 = 0
    /// What was asked for, or sent.
    var operation: UInt16 = 0
    /// The lower half of the number of the pool's job.
    var job: UInt32 = 0
    /// In nanoseconds.
    var start: UInt64
    var end: UInt64
    var detail: UInt64

    static let wordCount = 4
    static let size = 8 * wordCount

    var address: Address {
        Address(
            rank: Int32(truncatingIfNeeded: detail >> 32),
            serial: UInt32(truncatingIfNeeded: detail)
        )
    }

    /// An address in the place of a detail.
    static func detail(_ address: Address) -> UInt64 {
        UInt64(UInt32(bitPattern: address.rank)) << 32 | UInt64(address.serial)
    }

    /// Layout: start · end · kind 8 bits, lane 16, padding 8, job 32 in the upper half · detail.
    ///
    /// Operations have the place of jobs.
    var words: (UInt64, UInt64, UInt64, UInt64) {
        let upper = kind == .task || kind == .failedTask ? job : UInt32(operation)
        return (start, end, UInt64(kind.rawValue) | UInt64(lane) << 8 | UInt64(upper) << 32, detail)
    }

    /// The event of these words; `nil` if it is none: a process may write anything there, also by mistake.
    init?(_ words: (UInt64, UInt64, UInt64, UInt64)) {
        guard let kind = Kind(rawValue: UInt8(truncatingIfNeeded: words.2)) else { return nil }
        let upper = UInt32(truncatingIfNeeded: words.2 >> 32)
        let isTask = kind == .task || kind == .failedTask
        guard kind == .frame || words.0 <= words.1 else { return nil }
        self.init(
            kind: kind,
            lane: UInt16(truncatingIfNeeded: words.2 >> 8),
            operation: isTask ? 0 : UInt16(truncatingIfNeeded: upper),
            job: isTask ? upper : 0,
            start: words.0,
            end: words.1,
            detail: words.3
        )
    }

    init(
        kind: Kind,
        lane: UInt16 = 0,
        operation: UInt16 = 0,
        job: UInt32 = 0,
        start: UInt64,
        end: UInt64,
        detail: UInt64
    ) {
        (self.kind, self.lane, self.operation, self.job) = (kind, lane, operation, job)
        (self.start, self.end, self.detail) = (start, end, detail)
    }
}
