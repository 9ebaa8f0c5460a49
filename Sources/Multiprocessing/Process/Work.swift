internal import ClosureCoding
internal import MessageCoding

/// Something to be done in another process: a value that travels together with its type.
protocol Work: Codable {
    func perform(in process: Process) async throws
    /// Itself, if it can be done without suspending.
    ///
    /// A cast would have Swift's runtime search all conformances of the program.
    var withoutSuspending: (any SynchronousWork)? { get }
}

extension Work {
    var withoutSuspending: (any SynchronousWork)? { nil }
}

/// Work that can be done without suspending runs on the thread that its process has for it, and may block.
protocol SynchronousWork: Work {
    func performNow(in process: Process) throws
}

extension SynchronousWork {
    var withoutSuspending: (any SynchronousWork)? { self }
    func perform(in process: Process) async throws { try performNow(in: process) }
}

/// A closure.
struct ClosureWork: SynchronousWork, Sendable {
    let closure: PortableFunction<@Sendable () throws -> Void>
    func performNow(in process: Process) throws { try closure.function() }
}

/// A closure that may suspend.
struct AsynchronousClosureWork: Work, Sendable {
    let closure: PortableFunction<@Sendable () async throws -> Void>
    func perform(in process: Process) async throws { try await closure.function() }
}

/// A function and its arguments; what it returns is of no interest.
struct TargetWork<Call: TargetCall>: SynchronousWork, Sendable {
    let target: Call
    func performNow(in process: Process) throws { _ = try target.call() }
}

/// A `ProcessBody` of the user.
struct BodyWork<Body: ProcessBody>: SynchronousWork, Sendable {
    let body: Body
    func performNow(in process: Process) throws { try body.run() }
}

/// An `AsyncProcessBody` of the user.
struct AsyncBodyWork<Body: AsyncProcessBody>: Work, Sendable {
    let body: Body
    func perform(in process: Process) async throws { try await body.run() }
}

/// An instance of a subclass of `Process`, whose `run` method is the work.
struct SubclassWork: SynchronousWork {
    let instance: PortableObject
    func performNow(in process: Process) throws { try process.run() }
}

/// An instance of any class, with all its stored properties.
struct PortableObject: Codable {
    let object: AnyObject

    init(_ object: AnyObject) { self.object = object }
    init(from decoder: any Decoder) throws { object = try ObjectCoding.decode(from: decoder) }
    func encode(to encoder: any Encoder) throws { try ObjectCoding.encode(object, to: encoder) }
}

/// Work of any type, as it travels: the type first, then the value.
struct PortableWork: Codable {
    let work: any Work

    init(_ work: any Work) { self.work = work }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        let type = try container.decode(TypeReference.self).resolve()
        guard let workType = type as? any Work.Type else {
            throw ProcessingError(.coding, "the type \(type) is not work that a process can do")
        }
        work = try container.decode(workType)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(TypeReference(type(of: work)))
        try container.encode(work)
    }
}
