/// A frame that has brought nothing but one large chunk, and that becomes the assignment of a worker as it is: its inputs stay
/// where they are, and what stands before them is written over.
///
/// Layout of the body: what the assignment says of the job 24 · what it says of the chunk 32 · inputs.
struct PoolCarrier {
    private var frame: Frame
    /// Where the inputs are in the frame.
    private let place: Range<Int>

    /// How much more an assignment says than a client that adds to a job, which leaves so many bytes free.
    static let spareSize = headSize - 32
    private static let headSize = 24 + 32
    /// With less than that, to put chunks together is worth more.
    private static let leastSize = 16 << 10

    /// Whether inputs at this place in a frame are worth it, and lie where those of an assignment do.
    static func fits(_ place: Range<Int>) -> Bool {
        place.count >= leastSize && place.lowerBound == Frame.headerSize + headSize
    }

    /// Takes over a frame whose inputs lie where they should.
    ///
    /// Nobody else should have the frame: it would be copied.
    init(_ frame: consuming Frame, inputs place: Range<Int>) {
        frame.bytes.removeLast(frame.bytes.count - place.upperBound)
        self.frame = frame
        self.place = place
    }

    var inputs: ArraySlice<UInt8> { frame.bytes[place] }

    /// The assignment of tasks of the chunk, whose memory both have in common.
    mutating func assignment(
        of tasks: Range<Int>,
        firstOfChunk first: Int,
        ofJob job: UInt64,
        _ ticket: PoolTicket,
        to worker: Waiter,
        from service: Address
    ) -> Frame {
        frame.kind = .partialReply
        frame.code = Outcome.done.rawValue
        frame.source = service
        frame.destination = worker.address
        frame.correlation = worker.correlation
        frame.argument = 0
        frame.timeout = .none
        let numbers = [
            job, ticket.rawValue, .max, UInt64(first), UInt64(tasks.lowerBound), UInt64(tasks.upperBound),
            UInt64(place.count),
        ]
        frame.bytes.withUnsafeMutableBytes { bytes in
            for (index, number) in numbers.enumerated() {
                bytes.storeBytes(
                    of: number.littleEndian,
                    toByteOffset: Frame.headerSize + 8 * index,
                    as: UInt64.self
                )
            }
        }
        frame.seal()
        return frame
    }
}
