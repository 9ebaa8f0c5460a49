/// Who has made an MPI library, and its version.
public struct Vendor: Hashable, Sendable, CustomStringConvertible {
    /// The library's name, such as `Open MPI`, `MPICH` or `Intel MPI`.
    public let name: String

    /// The parts of its version, such as 4, 1, 4; empty if the library does not say.
    public let version: [Int]

    /// Name and version.
    public var description: String {
        version.isEmpty ? name : "\(name) \(version.map(String.init).joined(separator: "."))"
    }

    /// Whether the library is Open MPI, of a version at least.
    ///
    /// - Parameter major: The first part of the version.
    /// - Returns: Whether it is.
    public func isOpenMPI(atLeast major: Int = 0) -> Bool {
        name == "Open MPI" && (version.first ?? 0) >= major
    }

    /// Reads what a library says of itself, such as `Open MPI v4.1.4, package: …` or `MPICH Version:      4.0.2`.
    init(libraryVersion text: String) {
        let names = [
            ("Open MPI", "Open MPI"), ("Intel(R) MPI", "Intel MPI"), ("MVAPICH", "MVAPICH"),
            ("CRAY MPICH", "Cray MPICH"),
            ("MPICH", "MPICH"),
        ]
        guard let (mark, name) = names.first(where: { text.contains($0.0) }),
            let found = text.firstRange(of: mark)
        else {
            name = String(text.prefix { $0 != "\n" && $0 != "," })
            version = []
            return
        }
        self.name = name
        let rest = text[found.upperBound...].drop { !$0.isNumber && $0 != "\n" }
        version = rest.prefix { $0.isNumber || $0 == "." }.split(separator: ".").compactMap { Int($0) }
    }
}

extension Environment {
    /// Who has made the MPI library, and its version.
    ///
    /// Local · from `MPI_Get_library_version` (MPI 3.1 §8.1.1)
    public static var vendor: Vendor { Vendor(libraryVersion: libraryVersion) }
}
