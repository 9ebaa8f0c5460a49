internal import MessageCoding
internal import Synchronization

/// The inputs of one job as far as its workers take them out of memory that they share with the main program.
final class LargeInputs: Sendable {
    private let type: any PlainArray.Type
    private let store: @Sendable () -> InputStore?
    private let owner: Address
    private let state = Mutex(State())

    /// Short arrays are decoded together in less time than one by one.
    private static let leastAverage = 4096

    private struct State {
        var tokens: [UInt64] = []
        var isOver = false
    }

    /// `nil` if inputs of that type do not go this way, or not to that pool.
    init?<Input>(_: Input.Type, of pool: Pool) {
        guard let type = Input.self as? any PlainArray.Type,
            pool.endpoint.address == Address.main(ofRank: Int(pool.address.rank))
        else { return nil }
        self.type = type
        owner = pool.endpoint.address
        store = { [weak pool] in pool?.inputStore() }
    }

    /// Leaves the inputs of a chunk there and appends where they are, as it travels; `nil` if they are too few, or there is no room.
    func leave<Input>(_ inputs: ArraySlice<Input>, appendingTo bytes: inout [UInt8]) -> InputLot? {
        // For all of them at once: to ask each what it is takes longer than to encode a short one.
        let size = type.byteCount(of: inputs)
        guard size >= InputStore.leastSize, size / LargeInputs.leastAverage >= inputs.count,
            let store = store(), store.ticket != nil,
            let lot = store.makeLot(size, for: owner)
        else { return nil }
        InputReference.append(lot, type.copy(inputs, to: lot.bytes), to: &bytes)
        // A job that has ended will not claim it.
        state.withLock { state in
            guard !state.isOver else { return }
            // A job may have no end; and no more lots than that fit into a store.
            if state.tokens.count >= 2 * InputStore.capacity / InputStore.leastSize {
                state.tokens = InputLot.unclaimed(among: state.tokens)
            }
            state.tokens.append(lot.token)
            lot.leave()
        }
        return lot
    }

    // If the job was never begun.
    deinit { end() }

    /// The job is over: what its pool was not told of is wanted by nobody.
    func end() {
        let tokens = state.withLock { state in
            state.isOver = true
            defer { state.tokens = [] }
            return state.tokens
        }
        InputLot.forget(tokens)
    }
}

/// Where the inputs of a chunk are that was left in a store, as it travels.
///
/// Layout: 3 · ticket 8 · token 8 · offset 8 · number of inputs 8 · length of each 8.
struct InputReference {
    let ticket: LaneTicket
    let token: UInt64
    let offset: Int
    let lengths: [Int]
    /// From where on it is as that of inputs which travel: behind form, ticket, token and offset.
    private static let placesOffset = 1 + 8 + 8 + 8

    /// Appends that of inputs of these lengths which were left.
    static func append(_ lot: InputLot, _ lengths: [Int], to bytes: inout [UInt8]) {
        bytes.append(PoolInputs.Form.left.rawValue)
        PoolWire.append(lot.store.ticket?.rawValue ?? 0, to: &bytes)
        for number in [lot.token, UInt64(lot.offset), UInt64(lengths.count)] {
            PoolWire.append(number, to: &bytes)
        }
        for length in lengths { PoolWire.append(UInt64(length), to: &bytes) }
    }

    /// Throws for what is none, or reaches beyond the store.
    init(_ bytes: UnsafeRawBufferPointer) throws(FrameError) {
        var reader = PoolWire.Reader(bytes)
        guard try reader.number(UInt8.self) == PoolInputs.Form.left.rawValue,
            let ticket = LaneTicket(rawValue: try reader.number())
        else { throw .truncated(byteCount: bytes.count) }
        self.ticket = ticket
        token = try reader.number()
        offset = try reader.count()
        lengths = try reader.lengths()
        guard size <= InputStore.capacity, offset <= InputStore.capacity - size, reader.isAtEnd else {
            throw .tooLong(UInt64(offset))
        }
    }

    /// How many bytes the inputs have.
    var size: Int { lengths.reduce(0, +) }

    /// Whether that is what inputs are that were left.
    static func isReference(_ inputs: some Collection<UInt8>) -> Bool {
        inputs.first == PoolInputs.Form.left.rawValue
    }

    /// Appends the inputs as they travel to a worker that cannot take them by itself: 2 · number of inputs 8 · length of each 8 · inputs.
    static func appendInputs(of lot: InputLot, _ reference: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(PoolInputs.Form.plain.rawValue)
        bytes.append(contentsOf: reference.dropFirst(placesOffset))
        bytes.append(contentsOf: UnsafeRawBufferPointer(lot.bytes))
    }

    /// How many bytes that appends.
    static func size(of lot: InputLot, _ reference: ArraySlice<UInt8>) -> Int {
        1 + max(0, reference.count - placesOffset) + lot.count
    }
}

extension PoolWire.Reader {
    /// A number, and as many lengths, whose sum is a number.
    mutating func lengths() throws(FrameError) -> [Int] {
        let count = try self.count()
        // Each takes 8 bytes.
        guard count <= (bytes.count - position) / 8 else { throw .truncated(byteCount: bytes.count) }
        var lengths: [Int] = []
        lengths.reserveCapacity(count)
        var sum = 0
        for _ in 0..<count {
            let length = try self.count()
            let (total, isTooMuch) = sum.addingReportingOverflow(length)
            guard !isTooMuch else { throw .tooLong(UInt64(length)) }
            sum = total
            lengths.append(length)
        }
        return lengths
    }
}

/// Arrays of plain numbers, which are what their bytes are.
protocol PlainArray {
    /// How many bytes the arrays of a slice have together; 0 if it is no slice of such arrays.
    static func byteCount(of arrays: Any) -> Int
    /// Copies the arrays of a slice, one behind the other, into memory that has room for them; returns how many bytes each has.
    static func copy(_ arrays: Any, to memory: UnsafeMutableRawBufferPointer) -> [Int]
    /// The array with these bytes; `nil` if that is no whole number of elements.
    static func copy(of bytes: UnsafeRawBufferPointer) -> Self?
}

extension Array: PlainArray where Element: PlainType {
    static func byteCount(of arrays: Any) -> Int {
        guard let arrays = arrays as? ArraySlice<[Element]> else { return 0 }
        return arrays.reduce(0) { $0 + $1.count } * MemoryLayout<Element>.stride
    }

    static func copy(_ arrays: Any, to memory: UnsafeMutableRawBufferPointer) -> [Int] {
        guard let arrays = arrays as? ArraySlice<[Element]> else { return [] }
        var rest = memory[...]
        return arrays.map { array in
            array.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: rest).copyMemory(from: bytes)
                rest = rest.dropFirst(bytes.count)
                return bytes.count
            }
        }
    }

    static func copy(of bytes: UnsafeRawBufferPointer) -> [Element]? {
        let (count, rest) = bytes.count.quotientAndRemainder(dividingBy: MemoryLayout<Element>.stride)
        guard rest == 0 else { return nil }
        return [Element](unsafeUninitializedCapacity: count) { memory, initializedCount in
            UnsafeMutableRawBufferPointer(memory).copyMemory(from: bytes)
            initializedCount = count
        }
    }
}
