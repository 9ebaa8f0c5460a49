/// An error that a task threw, in words: for errors that are not `Codable` and so cannot travel as they are.
public struct RemoteError: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    /// The type of the error, with its module.
    public let typeName: String
    /// The error's own description.
    public let message: String
    /// The process in which it was thrown.
    public let process: String

    /// `MyModule.MyError in PoolWorker-1 (pid 42, rank 1 of 4 on node7): …`.
    public var description: String { "\(typeName) in \(process): \(message)" }
}
