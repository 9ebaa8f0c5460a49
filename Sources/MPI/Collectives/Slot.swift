/// What the ranks of a collective operation give each other first: whether their arguments are right, and the elements themselves where they are few.
///
/// It has the same length on every rank, since nobody knows yet what the others have: a header, and room for a block behind it.
enum Slot {
    /// How many bytes a slot has.
    ///
    /// As many take no longer than eight do, on one node.
    static let length = 128

    /// How many ranks exchange slots; more compare numbers that stand for their arguments, which takes less time for them.
    static let largestTeam = 32

    /// Where the block lies.
    static let headerLength = 16

    /// The longest block for which there is room.
    static let capacity = length - headerLength

    /// What a rank says of itself.
    struct Remarks: OptionSet {
        let rawValue: UInt64

        /// Its arguments are wrong.
        static let fails = Remarks(rawValue: 1)
        /// It has a number that C cannot count.
        static let isLarge = Remarks(rawValue: 2)
        /// It has a block for which there is no room.
        static let isLong = Remarks(rawValue: 4)

        init(rawValue: UInt64) { self.rawValue = rawValue }

        /// What is to be said of a rank whose longest block has so many bytes.
        @inline(__always)
        init(fails: Bool, isLarge: Bool, longest: Int) {
            rawValue = (fails ? 1 : 0) | (isLarge ? 2 : 0) | (longest > Slot.capacity ? 4 : 0)
        }
    }

    /// What the ranks have found out together, which is the same on all of them.
    enum Outcome {
        /// Everybody has everybody's block.
        case isDone
        /// The arguments are right, and some block is still to be moved.
        case isToBeMoved
        /// Some rank has a number that C cannot count: the blocks have to go another way.
        case isLarge

        /// What is to be done if no block can have been moved.
        init(isLarge: Bool) { self = isLarge ? .isLarge : .isToBeMoved }
    }

    /// Where the slots begin in memory that is not empty.
    @inline(__always)
    static func start(of memory: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawPointer {
        memory.baseAddress.unsafelyUnwrapped
    }

    @inline(__always)
    static func write(_ number: UInt64, _ remarks: Remarks, to slot: UnsafeMutableRawPointer) {
        slot.storeBytes(of: number, as: UInt64.self)
        slot.storeBytes(of: remarks.rawValue, toByteOffset: 8, as: UInt64.self)
    }

    @inline(__always)
    static func read(_ slot: UnsafeRawPointer) -> (number: UInt64, remarks: Remarks) {
        (slot.load(as: UInt64.self), Remarks(rawValue: slot.load(fromByteOffset: 8, as: UInt64.self)))
    }

    /// Copies a block of a length that the ranks agree on.
    @inline(__always)
    static func copy(_ source: UnsafeRawPointer?, _ byteCount: Int, to target: UnsafeMutableRawPointer?) {
        // Never more than a slot has, whatever the numbers are that ranks have agreed on.
        guard let source, let target, byteCount > 0, byteCount <= capacity else { return }
        target.copyMemory(from: source, byteCount: byteCount)
    }
}
