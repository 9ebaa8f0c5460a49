/// An implementation of MPI, as its library or its launcher names itself: make and version.
package struct MPIImplementation: Sendable, Hashable {
    /// Who makes it.
    package enum Make: Sendable, Hashable {
        case openMPI
        /// MPICH, and what is made from it: their launcher is Hydra.
        case mpich
        case other
    }

    package var make: Make
    /// Such as `4.1.4`; `nil` if the text has none.
    package var version: String?

    /// Reads what `MPI_Get_library_version` or `mpirun --version` says.
    package init(_ text: String) {
        if ["Open MPI", "OpenRTE", "PRRTE", "open-mpi"].contains(where: text.contains) {
            make = .openMPI
        } else if ["HYDRA", "MPICH", "Intel(R) MPI", "MVAPICH"].contains(where: text.contains) {
            make = .mpich
        } else {
            make = .other
        }
        version = Self.version(in: text)
    }

    /// How well a launcher fits a library.
    package enum Fit: Int, Comparable, Sendable {
        case otherMake
        case otherVersion
        case fits

        package static func < (left: Fit, right: Fit) -> Bool { left.rawValue < right.rawValue }
    }

    /// How well this launcher fits a library.
    ///
    /// A version that is not known is no reason against it.
    package func fit(_ library: MPIImplementation) -> Fit {
        guard make == library.make else { return .otherMake }
        guard let version, let wanted = library.version else { return .fits }
        return version == wanted ? .fits : .otherVersion
    }

    /// The first thing in a text that looks like a version: `4.1.4`.
    package static func version(in text: String) -> String? {
        for word in text.split(whereSeparator: { $0 != "." && !("0"..."9" ~= $0) }) {
            let parts = word.split(separator: ".")
            if parts.count >= 2 { return parts.prefix(3).joined(separator: ".") }
        }
        return nil
    }
}
