/// One program of a job and the number of ranks that run it.
public struct RankProgram: Sendable, Hashable {
    /// The program: a path, or a name to look for in `PATH`.
    public var executable: String
    /// Its arguments.
    public var arguments: [String]
    /// How many ranks run it; `nil` for one plain process without a launcher.
    public var ranks: Int?

    /// A program for a job.
    ///
    /// - Parameters:
    ///   - executable: A path, or a name to look for in `PATH`.
    ///   - arguments: Its arguments.
    ///   - ranks: How many ranks run it.
    public init(_ executable: String, arguments: [String] = [], ranks: Int?) {
        self.executable = executable
        self.arguments = arguments
        self.ranks = ranks
    }
}
