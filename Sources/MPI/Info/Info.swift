/// Hints for the MPI library: what it may make use of when it makes a communicator, opens a file or starts processes.
///
/// A library ignores what it does not know.
///
/// ```swift
/// let worker = SpawnCommand("worker", count: 4, info: ["host": "node2", "wdir": "/scratch"])
/// ```
/// Local · `MPI_Info` (MPI 3.1 §9)
public struct Info: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// Keys and values.
    public var values: [String: String]

    /// Makes hints from a dictionary.
    ///
    /// - Parameter values: Keys and values.
    public init(_ values: [String: String] = [:]) {
        self.values = values
    }

    /// Makes hints from a literal; if a key is there twice the last one counts.
    ///
    /// - Parameter elements: Keys and values.
    public init(dictionaryLiteral elements: (String, String)...) {
        values = Dictionary(elements) { $1 }
    }

    /// The value of a key; `nil` if there is none.
    public subscript(key: String) -> String? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// What the program was started with, as far as the library says: its command, its arguments, its number of ranks.
    ///
    /// It initializes MPI if need be.
    ///
    /// - Throws: `MPIError` if MPI is not running.
    ///
    /// Local · `MPI_INFO_ENV` (MPI 3.1 §10.3.4)
    public static var environment: Info {
        get throws(MPIError) {
            try Runtime.initialize(.multiple)
            return try Info(RawInfo.environment.values())
        }
    }
}

extension Info: CustomStringConvertible {
    /// The keys and values, in the order of the keys.
    public var description: String {
        values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
    }
}
