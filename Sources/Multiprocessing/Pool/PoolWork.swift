internal import ClosureCoding
internal import MessageCoding

/// What a pool's workers do for one job: a value that travels together with its type.
protocol PoolWork: Codable, Sendable {
    /// Prepares the tasks of a chunk, to be run one by one, from its encoded inputs.
    func open(_ inputs: UnsafeRawBufferPointer) throws -> any PoolTasks
}

/// The tasks of one chunk.
protocol PoolTasks {
    /// Runs the task at the offset and appends its encoded result. Blocks until it is done.
    func run(at offset: Int, appendingTo bytes: inout [UInt8]) throws
}

/// A function that pools can run: what it is called with and what it returns travel.
protocol PoolFunction: Codable, Sendable {
    associatedtype Input: Codable & Sendable
    associatedtype Output: Codable & Sendable
    /// Calls the function. Blocks until it is done.
    func call(_ input: Input) throws -> Output
}

/// A function for each input.
struct FunctionWork<Function: PoolFunction>: PoolWork {
    let function: Function

    init(_ function: Function) { self.function = function }

    func open(_ inputs: UnsafeRawBufferPointer) throws -> any PoolTasks {
        Tasks(inputs: try PoolInputs.Reader(inputs), function: function)
    }

    private struct Tasks: PoolTasks {
        let inputs: PoolInputs.Reader<Function.Input>
        let function: Function

        func run(at offset: Int, appendingTo bytes: inout [UInt8]) throws {
            let output = try function.call(try inputs.input(at: offset))
            try MessageEncoder().encode(departing: output, appendingTo: &bytes)
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
