internal import ClosureCoding

/// A call of a function with arguments of any number and types, as it travels.
///
/// The runtime cannot find a type by its name that has a list of types for its parameter, so the types of the arguments travel one by
/// one, and the type of the call is put together again from them.
protocol TargetCall: Sendable {
    /// The type of a call that has one more argument, at the end.
    static func appending<Next>(_ type: Next.Type) -> any TargetCall.Type
    /// Reads what `encode` wrote after the types.
    init(values container: inout any UnkeyedDecodingContainer) throws
    /// Writes the types and then the values.
    func encode(into container: inout any UnkeyedEncodingContainer) throws
    /// Calls the function.
    func callAny() throws -> Any
}

/// A call whose types are known.
///
/// That the arguments are `Codable` is looked up when they travel, one by one: a type that was put together at run time brings no
/// list of conformances along that optimised code could rely on.
struct TypedTargetCall<Output, each Argument>: TargetCall, @unchecked Sendable {
    /// A function with any number of parameters can be stored only inside a structure.
    private struct Target: FunctionWrapper, Sendable {
        static var isAsync: Bool { false }
        let function: @Sendable (repeat each Argument) throws -> Output
    }

    // Sendable because the initializer that takes arguments from a program takes only such.
    private let target: PortableFunction<Target>
    private let arguments: (repeat each Argument)

    init(
        target: @escaping @Sendable (repeat each Argument) throws -> Output,
        arguments: repeat each Argument
    ) where repeat each Argument: Sendable {
        self.target = PortableFunction(Target(function: target))
        self.arguments = (repeat each arguments)
    }

    func callAny() throws -> Any { try call() }

    func call() throws -> Output {
        let (function, arguments) = (target.function.function, arguments)
        return try function(repeat each arguments)
    }

    // MARK: Travelling

    static func appending<Next>(_ type: Next.Type) -> any TargetCall.Type {
        TypedTargetCall<Output, repeat each Argument, Next>.self
    }

    func encode(into container: inout any UnkeyedEncodingContainer) throws {
        var types = [try TypeReference(Output.self)]
        repeat types.append(try TypeReference((each Argument).self))
        try container.encode(types)
        try container.encode(target)
        repeat try TargetArgument.encode(each arguments, into: &container)
    }

    init(values container: inout any UnkeyedDecodingContainer) throws {
        target = try container.decode(PortableFunction<Target>.self)
        arguments = (repeat try TargetArgument.decode((each Argument).self, from: &container))
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
            type = PortableTargetCall.extend(type, argument)
        }
        call = try type.init(values: &container)
    }

    private static func callType(returning type: Any.Type) -> any TargetCall.Type {
        func open<Output>(_ type: Output.Type) -> any TargetCall.Type { TypedTargetCall<Output>.self }
        return _openExistential(type, do: open)
    }

    private static func extend(_ type: any TargetCall.Type, _ next: Any.Type) -> any TargetCall.Type {
        func open<Next>(_ next: Next.Type) -> any TargetCall.Type { type.appending(next) }
        return _openExistential(next, do: open)
    }
}

/// An argument on its way.
private enum TargetArgument {
    static func encode<Value>(_ value: Value, into container: inout any UnkeyedEncodingContainer) throws {
        guard let encodable = value as? any Encodable else {
            throw ProcessingError(.coding, "\(Value.self) is not Codable and cannot be an argument")
        }
        try container.encode(encodable)
    }

    static func decode<Value>(
        _ type: Value.Type,
        from container: inout any UnkeyedDecodingContainer
    ) throws -> Value {
        guard let decodable = type as? any Decodable.Type, let value = try container.decode(decodable) as? Value else {
            throw ProcessingError(.coding, "\(type) is not Codable and cannot be an argument")
        }
        return value
    }
}
