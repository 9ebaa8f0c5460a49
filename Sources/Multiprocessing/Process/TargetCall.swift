internal import ClosureCoding

/// A call of a function with arguments of any number and types, as it travels.
///
/// The runtime cannot find a type by its name that has a list of types for its parameter, so the types of the arguments travel one by
/// one, and the type of the call is put together again from them.
protocol TargetCall: Sendable {
    /// The type of a call that has one more argument, at the end.
    static func appending<Next: Codable & Sendable>(_ type: Next.Type) -> any TargetCall.Type
    /// Reads what `encode` wrote after the types.
    init(values container: inout any UnkeyedDecodingContainer) throws
    /// Writes the types and then the values.
    func encode(into container: inout any UnkeyedEncodingContainer) throws
    /// Calls the function.
    func callAny() throws -> Any
}

/// A call whose types are known.
struct TypedTargetCall<Output, each Argument: Codable & Sendable>: TargetCall {
    /// A function with any number of parameters can be stored only inside a structure.
    private struct Target: FunctionWrapper, Sendable {
        static var isAsync: Bool { false }
        let function: @Sendable (repeat each Argument) throws -> Output
    }

    private let target: PortableFunction<Target>
    private let arguments: (repeat each Argument)

    init(target: @escaping @Sendable (repeat each Argument) throws -> Output, arguments: repeat each Argument) {
        self.target = PortableFunction(Target(function: target))
        self.arguments = (repeat each arguments)
    }

    func callAny() throws -> Any { try call() }

    func call() throws -> Output {
        let (function, arguments) = (target.function.function, arguments)
        return try function(repeat each arguments)
    }

    // MARK: Travelling

    static func appending<Next: Codable & Sendable>(_ type: Next.Type) -> any TargetCall.Type {
        TypedTargetCall<Output, repeat each Argument, Next>.self
    }

    func encode(into container: inout any UnkeyedEncodingContainer) throws {
        var types = [try TypeReference(Output.self)]
        repeat types.append(try TypeReference((each Argument).self))
        try container.encode(types)
        try container.encode(target)
        repeat try container.encode(each arguments)
    }

    init(values container: inout any UnkeyedDecodingContainer) throws {
        target = try container.decode(PortableFunction<Target>.self)
        arguments = (repeat try container.decode((each Argument).self))
    }
}

/// A call of any types, as it travels.
struct PortableTargetCall: Codable, Sendable {
    let call: any TargetCall

    init(_ call: any TargetCall) { self.call = call }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try call.encode(into: &container)
    }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        let types = try container.decode([TypeReference].self).map { try $0.resolve() }
        guard let output = types.first else { throw ProcessingError(.coding, "a call without the type of its result") }
        var type = PortableTargetCall.callType(returning: output)
        for argument in types.dropFirst() {
            guard let argument = argument as? any (Codable & Sendable).Type else {
                throw ProcessingError(.coding, "\(argument) is not Codable and cannot be an argument")
            }
            type = PortableTargetCall.extend(type, argument)
        }
        call = try type.init(values: &container)
    }

    private static func callType(returning type: Any.Type) -> any TargetCall.Type {
        func open<Output>(_ type: Output.Type) -> any TargetCall.Type { TypedTargetCall<Output>.self }
        return _openExistential(type, do: open)
    }

    private static func extend<Next: Codable & Sendable>(
        _ type: any TargetCall.Type,
        _ next: Next.Type
    ) -> any TargetCall.Type {
        type.appending(next)
    }
}
