internal import MessageCoding

/// What a Host needs to know to start a process; the work itself follows it in the frame, unread until it arrives in the process.
struct ProcessOrder: Codable, Sendable {
    var name: String
    var identity: [Int]
    var isDaemon: Bool
    var startMethod: StartMethod
    /// Who starts it.
    var parent: Address
    var parentName: String
    var parentPid: Int32
    /// The rank whose main program the tree of processes belongs to: there its output is printed.
    var mainRank: Int
    /// The rank that shall host it, or `nil` for the next in turn.
    var requestedRank: Int?
    /// The ranks of which one shall host it, in turn; `nil` for what is usual.
    var ranks: RankSelection?
    /// Which cores it shall run on, and, when its Host hands it on, which ones these are; `nil` for all.
    var cores: CoreBinding?
    /// For a worker of a pool: what the number of workers is counted per.
    var share: WorkerShare?
    /// Connections that travel in the work.
    var passengers: [ConnectionReservation] = []
    /// Services whose handles travel in the work: they are held until the process has ended.
    var passages: [ServicePassage] = []
    /// The size of its journal in bytes, or 0 if it keeps none.
    var journalSize = 0
    /// Where its value is expected, if it is to return one.
    var result: Address?
    /// Who made the service that has it started, if a service does: its parent in the family.
    var maker: Address?
}

/// A connection that is on its way to a process.
struct ConnectionReservation: Codable, Hashable, Sendable {
    var pipe: Address
    var end: Int
    var token: UInt64

    /// As it travels in the argument of a frame; it may come from a process that has lost its mind.
    var argument: UInt64 { UInt64(truncatingIfNeeded: end) & 1 | token << 1 }
}

/// How a process ended.
struct ProcessEnd: Codable, Sendable {
    let address: Address
    /// Who had it started.
    let parent: Address
    let name: String
    var pid: Int32
    let status: ExitStatus
    /// Where it ran.
    let host: String
    /// Where its value was expected, if it was to return one.
    var result: Address? = nil
    /// Whether its rank was lost, and it with that.
    var isRankLost = false
}

extension Frame {
    /// The same with another order in the place of the one that it has.
    func replacingOrder(by order: ProcessOrder, workOffset: Int) throws -> Frame {
        var frame = self
        frame.bytes.removeSubrange(Frame.headerSize...)
        try frame.append(order)
        frame.bytes.append(contentsOf: body[workOffset...])
        frame.seal()
        return frame
    }

    /// Appends an order with its length before it, so that what follows can be told apart.
    mutating func append(_ order: ProcessOrder) throws {
        let encoded = try MessageEncoder().encode(order)
        withUnsafeBytes(of: UInt32(encoded.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: encoded)
    }

    /// The order at the beginning of the body, and where the work begins.
    func order() throws -> (order: ProcessOrder, workOffset: Int) {
        try withBody { body in
            guard body.count >= 4 else { throw FrameError.truncated(byteCount: body.count) }
            let length = Int(UInt32(littleEndian: body.loadUnaligned(as: UInt32.self)))
            guard length <= body.count - 4 else { throw FrameError.truncated(byteCount: body.count) }
            let encoded = UnsafeRawBufferPointer(rebasing: body[4..<4 + length])
            return (try MessageDecoder().decode(ProcessOrder.self, from: encoded), 4 + length)
        }
    }
}
