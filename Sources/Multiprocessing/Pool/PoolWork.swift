internal import ClosureCoding
internal import MessageCoding

/// What a pool's workers do for one job: a value that travels together with its type.
protocol PoolWork: Codable, Sendable {
    /// What tells the work from all other work of its type, if nothing in it can change.
    var identity: FunctionIdentity? { get }
    /// Prepares the tasks of a chunk, to be run one by one, from its encoded inputs.
    func open(_ inputs: UnsafeRawBufferPointer) throws -> any PoolTasks
}

/// The tasks of one chunk.
protocol PoolTasks {
    /// How many bytes a result takes if results are plain, and go side by side.
    var resultSize: Int? { get }
    /// Runs the task at the offset and appends its result, encoded unless it is plain. Blocks until it is done.
    func run(at offset: Int, appendingTo bytes: inout [UInt8]) throws
    /// Runs tasks with plain results one after the other, for as long as they may begin. Blocks until they are done.
    func run(_ offsets: Range<Int>, in run: inout PlainRun) throws
}

/// A function that pools can run: what it is called with and what it returns travel.
protocol PoolFunction: Codable, Sendable {
    associatedtype Input: Codable & Sendable
    associatedtype Output: Codable & Sendable
    /// Calls the function. Blocks until it is done.
    func call(_ input: Input) throws -> Output
    /// What `call` does, for many calls: what has to be looked up for a call is looked up once.
    var body: (Input) throws -> Output { get }
    /// What tells the function from all others of its type, if it captures nothing.
    var identity: FunctionIdentity? { get }
}

extension PoolFunction {
    var body: (Input) throws -> Output { { try call($0) } }
    var identity: FunctionIdentity? { nil }
}

/// A function for each input.
struct FunctionWork<Function: PoolFunction>: PoolWork {
    let function: Function
    /// In a worker, which would look that up for every chunk: the size of a plain result, if results are plain.
    private let resultSize: Int??

    private enum CodingKeys: CodingKey { case function }

    init(_ function: Function) {
        self.function = function
        resultSize = nil
    }

    init(from decoder: any Decoder) throws {
        function = try decoder.container(keyedBy: CodingKeys.self).decode(Function.self, forKey: .function)
        resultSize = .some(PlainResult.size(of: Function.Output.self))
    }

    var identity: FunctionIdentity? { function.identity }

    func open(_ inputs: UnsafeRawBufferPointer) throws -> any PoolTasks {
        Tasks(
            inputs: try PoolInputs.Reader(inputs),
            body: function.body,
            resultSize: resultSize ?? PlainResult.size(of: Function.Output.self)
        )
    }

    private struct Tasks: PoolTasks {
        let inputs: PoolInputs.Reader<Function.Input>
        let body: (Function.Input) throws -> Function.Output
        let resultSize: Int?

        func run(at offset: Int, appendingTo bytes: inout [UInt8]) throws {
            let output = try body(try inputs.input(at: offset))
            if resultSize == nil {
                try MessageEncoder().encode(departing: output, appendingTo: &bytes)
            } else {
                withUnsafeBytes(of: output) { bytes.append(contentsOf: $0) }
            }
        }

        func run(_ offsets: Range<Int>, in run: inout PlainRun) throws {
            guard inputs.together.count >= offsets.upperBound else {
                for offset in offsets {
                    guard run.begin() else { return }
                    let output = try body(try inputs.input(at: offset))
                    withUnsafeBytes(of: output) { run.end($0) }
                }
                return
            }
            // One place for all results: what is plain can be written over, and needs no end.
            try withUnsafeTemporaryAllocation(of: Function.Output.self, capacity: 1) { place in
                guard let result = place.baseAddress else { return }
                try inputs.together.withUnsafeBufferPointer { inputs in
                    for offset in offsets {
                        guard run.begin() else { return }
                        result.initialize(to: try body(inputs[offset]))
                        run.end(UnsafeRawBufferPointer(place))
                    }
                }
            }
        }
    }
}

/// Pool work of any type, as it travels: the type first, then the value.
struct PortablePoolWork: Codable, Sendable {
    let work: any PoolWork

    init(_ work: any PoolWork) { self.work = work }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        let type = try container.decode(TypeReference.self).resolve()
        guard let workType = type as? any PoolWork.Type else {
            throw ProcessingError(.coding, "the type \(type) is not work that a pool can do")
        }
        work = try container.decode(workType)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(TypeReference(type(of: work)))
        try container.encode(work)
    }
}
