/// The memory between a process and its Host: a ring of bytes each way, then the claims of the process on what it is lent, a word about what
/// it prints, and behind them what the process notes of itself, and the journal of one that keeps a journal.
struct LinkMemory {
    /// How many bytes are under way at most in each direction; a longer frame passes in pieces.
    static let ringCapacity = 256 << 10

    let mapping: SharedMapping
    /// How much of it, behind the rings, is for what the process notes of itself; known to it once it has been told.
    var recordSize = 0

    /// New memory, in the Host.
    init(journalSize: Int, recordSize: Int = 0) throws(ProcessingError) {
        self.recordSize = recordSize
        mapping = try SharedMapping(size: LinkMemory.recordOffset + recordSize + max(0, journalSize))
    }

    /// The memory behind a descriptor, in the process.
    init(takingOver descriptor: Int32) throws(ProcessingError) {
        mapping = try SharedMapping(takingOver: descriptor)
        guard mapping.size >= LinkMemory.recordOffset else {
            throw ProcessingError(
                .resources,
                "the memory of this process is too small: \(mapping.size) bytes"
            )
        }
    }

    private static let ringSize = Ring.controlSize + ringCapacity
    private static let outputOffset = 2 * ringSize + ClaimMemory.size
    private static let recordOffset = outputOffset + OutputInHand.size

    /// What the Host says.
    var toProcess: Ring { Ring(at: mapping.base, capacity: LinkMemory.ringCapacity) }
    /// What the process says.
    var toHost: Ring { Ring(at: mapping.base + LinkMemory.ringSize, capacity: LinkMemory.ringCapacity) }

    /// What the process has taken of what it was lent.
    var claims: ClaimMemory { ClaimMemory(mapping, from: 2 * LinkMemory.ringSize) }

    /// Whether the Host has something in hand that the process has printed.
    var outputInHand: OutputInHand { OutputInHand(mapping, at: LinkMemory.outputOffset) }

    /// The journal, if there is room for one.
    var journal: JournalMemory? {
        JournalMemory(mapping, from: LinkMemory.recordOffset + recordSize)
    }

    /// What the process notes of itself, if it does.
    var record: RecordMemory? {
        RecordMemory(mapping, from: LinkMemory.recordOffset, size: recordSize)
    }
}
