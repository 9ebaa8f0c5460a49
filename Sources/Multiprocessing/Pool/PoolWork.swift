internal import ClosureCoding
internal import MessageCoding

/// What a pool's workers do for one job: a value that travels together with its type.
protocol PoolWork: Codable {
    /// Decodes the inputs of a chunk and returns the tasks, ready to run one by one.
    func open(_ inputs: UnsafeRawBufferPointer) throws -> any PoolTasks
}

/// The tasks of one chunk.
protocol PoolTasks {
    /// Runs the task at the offset and appends its encoded result. Blocks until it is done.
    func run(at offset: Int, appendingTo bytes: inout [UInt8]) throws
}

/// A function for each input.
struct MapWork<Input: Codable, Output: Codable>: PoolWork {
    let transform: PortableFunction<@Sendable (Input) throws -> Output>

    func open(_ inputs: UnsafeRawBufferPointer) throws -> any PoolTasks {
        Tasks(inputs: try MessageDecoder().decode([Input].self, from: inputs), transform: transform.function)
    }

    private struct Tasks: PoolTasks {
        let inputs: [Input]
        let transform: @Sendable (Input) throws -> Output

        func run(at offset: Int, appendingTo bytes: inout [UInt8]) throws {
            try MessageEncoder().encode(try transform(inputs[offset]), appendingTo: &bytes)
        }
    }
}

/// A function that may suspend, for each input.
struct AsyncMapWork<Input: Codable & Sendable, Output: Codable & Sendable>: PoolWork {
    let transform: PortableFunction<@Sendable (Input) async throws -> Output>

    func open(_ inputs: UnsafeRawBufferPointer) throws -> any PoolTasks {
        Tasks(inputs: try MessageDecoder().decode([Input].self, from: inputs), transform: transform.function)
    }

    private struct Tasks: PoolTasks {
        let inputs: [Input]
        let transform: @Sendable (Input) async throws -> Output

        func run(at offset: Int, appendingTo bytes: inout [UInt8]) throws {
            let (input, transform) = (inputs[offset], transform)
            try MessageEncoder().encode(try waitForTask { try await transform(input) }, appendingTo: &bytes)
        }
    }
}

/// One call without an input.
struct CallWork<Output: Codable>: PoolWork {
    let function: PortableFunction<@Sendable () throws -> Output>

    func open(_ inputs: UnsafeRawBufferPointer) -> any PoolTasks { Tasks(function: function.function) }

    private struct Tasks: PoolTasks {
        let function: @Sendable () throws -> Output

        func run(at offset: Int, appendingTo bytes: inout [UInt8]) throws {
            try MessageEncoder().encode(try function(), appendingTo: &bytes)
        }
    }
}

/// One call without an input, of a function that may suspend.
struct AsyncCallWork<Output: Codable & Sendable>: PoolWork {
    let function: PortableFunction<@Sendable () async throws -> Output>

    func open(_ inputs: UnsafeRawBufferPointer) -> any PoolTasks { Tasks(function: function.function) }

    private struct Tasks: PoolTasks {
        let function: @Sendable () async throws -> Output

        func run(at offset: Int, appendingTo bytes: inout [UInt8]) throws {
            try MessageEncoder().encode(try waitForTask(function), appendingTo: &bytes)
        }
    }
}

/// Runs a suspending function in a task of its own and blocks the calling thread, which is none of the cooperative pool, until it is done.
private func waitForTask<Output: Sendable>(_ function: @escaping @Sendable () async throws -> Output) throws
    -> Output
{
    let outcome = Monitor<Result<Output, any Error>?>(nil)
    Task {
        let result: Result<Output, any Error>
        do {
            result = .success(try await function())
        } catch {
            result = .failure(error)
        }
        outcome.withLock { $0 = result }
        outcome.wakeAll()
    }
    // Without a deadline the wait ends only with an outcome.
    guard let result = outcome.wait({ $0 }) else { throw CancellationError() }
    return try result.get()
}

/// Pool work of any type, as it travels: the type first, then the value.
struct PortablePoolWork: Codable {
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
