import CClosureChildEntry
import ClosureCoding
import Foundation
import MessageCoding
import Testing

/// A function that one process encodes and another one decodes and calls.
struct FunctionCase: Sendable, CustomTestStringConvertible {
    let name: String
    let encode: @Sendable () throws -> Data
    let expected: @Sendable () async throws -> String
    let decodeAndCall: @Sendable (Data) async throws -> String

    /// A case with a name that is found again by the other process.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - make: Gives the function; called by the sender only.
    ///   - call: Calls it and tells the result as text; called on both sides.
    init<Function>(
        _ name: String,
        _ make: @escaping @Sendable () throws -> Function,
        call: @escaping @Sendable (Function) async throws -> String
    ) {
        self.name = name
        encode = { Data(try MessageEncoder().encode(PortableFunction(try make()))) }
        expected = { try await call(try make()) }
        decodeAndCall = { data in
            try await call(
                MessageDecoder().decode(PortableFunction<Function>.self, from: [UInt8](data)).function
            )
        }
    }

    var testDescription: String { name }

    /// A list that is filled one statement at a time, which compiles much faster than a literal.
    struct List {
        fileprivate(set) var cases: [FunctionCase] = []

        mutating func add<Function>(
            _ name: String,
            _ make: @escaping @Sendable () throws -> Function,
            call: @escaping @Sendable (Function) async throws -> String
        ) {
            cases.append(FunctionCase(name, make, call: call))
        }
    }

    static func collect(_ fill: (inout List) -> Void) -> [FunctionCase] {
        var list = List()
        fill(&list)
        return list.cases
    }

    static let all: [FunctionCase] =
        plainFunctions + captures + singleCaptures + effects + composites + generics + methods + objects
}

/// Hides a value from the optimizer, so that it has to be captured.
@inline(never)
func hidden<Value>(_ value: Value) -> Value {
    CommandLine.arguments.isEmpty ? value : [value][0]
}

extension Process {
    /// What the child writes back.
    struct Reply: Codable {
        var result: String?
        var error: String?
        var loadAddress: UInt
    }

    struct Request: Codable {
        var name: String
        var payload: Data
        var replyPath: String
    }
}

/// An address that differs between processes if the system loads programs at random places.
func loadAddress() -> UInt {
    unsafeBitCast(closureChildEntryIsLinked as @convention(c) () -> Int32, to: UInt.self)
}

/// The whole life of a process that was started to receive a function.
@c
func closureChildMain(_ path: UnsafePointer<CChar>) {
    let path = String(cString: path)
    let finished = DispatchSemaphore(value: 0)
    Task.detached {
        do {
            let request = try JSONDecoder().decode(
                Process.Request.self,
                from: try Data(contentsOf: URL(fileURLWithPath: path))
            )
            var reply = Process.Reply(loadAddress: loadAddress())
            do {
                guard let function = FunctionCase.all.first(where: { $0.name == request.name }) else {
                    throw CocoaError(.coderInvalidValue)
                }
                reply.result = try await function.decodeAndCall(request.payload)
            } catch {
                reply.error = "\(error)"
            }
            try JSONEncoder().encode(reply).write(to: URL(fileURLWithPath: request.replyPath))
        } catch {
            print("child: \(error)")
            exit(1)
        }
        finished.signal()
    }
    finished.wait()
}

/// Runs this executable again, gives it a function and returns its reply.
func runInAnotherProcess(_ name: String, _ payload: Data) throws -> Process.Reply {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let requestURL = folder.appendingPathComponent("request")
    let replyURL = folder.appendingPathComponent("reply")
    let request = Process.Request(name: name, payload: payload, replyPath: replyURL.path)
    try JSONEncoder().encode(request).write(to: requestURL)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    var environment = ProcessInfo.processInfo.environment
    environment["CLOSURE_CODING_REQUEST"] = requestURL.path
    process.environment = environment
    try process.run()
    process.waitUntilExit()
    guard let data = try? Data(contentsOf: replyURL) else {
        throw ChildFailure(name: name, status: process.terminationStatus)
    }
    return try JSONDecoder().decode(Process.Reply.self, from: data)
}

struct ChildFailure: Error {
    let name: String
    let status: Int32
}
