internal import Synchronization

/// A use of MPI that a part of a program begins and ends by itself, independently of all other parts.
///
/// It knows the sets of processes that the launcher has made, from which groups and communicators are made.
///
/// ```swift
/// let session = try Session()
/// let group = try session.group(ofProcessSet: "mpi://WORLD")
/// let team = try Communicator.make(from: group, tag: "org.example.solver")
/// ```
/// `MPI_Session` (MPI 4.0 §11.3); the library must have it
public final class Session: Sendable {
    private let holder: Mutex<RawSession?>

    /// Begins a session.
    ///
    /// - Parameter info: Hints for the library.
    /// - Throws: `MPIError` of class `notSupported` if the library is older than MPI 4.0, or what it reports.
    ///
    /// Local · `MPI_Session_init` (MPI 4.0 §11.3.1)
    public init(info: Info = [:]) throws(MPIError) {
        try Runtime.initialize(.multiple)
        let raw = try info.withRaw { (info) throws(MPIError) in try RawSession(info) }
        holder = Mutex(raw)
    }

    private var raw: RawSession {
        get throws(MPIError) {
            guard let raw = holder.withLock({ $0 }) else {
                throw MPIError(.notRunning, call: "MPI_Session_finalize", text: "the session has ended")
            }
            return raw
        }
    }

    /// Ends the session, after all communicators that were made of its groups have been freed.
    ///
    /// - Throws: `MPIError` of class `notRunning` if it has ended, or what the MPI library reports.
    ///
    /// May be collective · `MPI_Session_finalize` (MPI 4.0 §11.3.1)
    public func finalize() throws(MPIError) {
        let raw = try raw
        holder.withLock { $0 = nil }
        try raw.finalize()
    }

    /// The names of the sets of processes that the library knows; `mpi://WORLD` and `mpi://SELF` are among them.
    ///
    /// - Throws: `MPIError` of class `notRunning` if the session has ended.
    ///
    /// Local · `MPI_Session_get_num_psets`, `MPI_Session_get_nth_pset` (MPI 4.0 §11.3.3)
    public var processSets: [String] {
        get throws(MPIError) { try raw.processSets() }
    }

    /// What the library says of a set of processes: `mpi_size` at least.
    ///
    /// - Parameter name: Its name.
    /// - Returns: The keys with their values.
    /// - Throws: `MPIError` if there is no such set.
    ///
    /// Local · `MPI_Session_get_pset_info` (MPI 4.0 §11.3.3)
    public func info(ofProcessSet name: String) throws(MPIError) -> Info {
        Info(try raw.info(ofProcessSet: name))
    }

    /// The processes of a set.
    ///
    /// - Parameter name: Its name.
    /// - Returns: The group.
    /// - Throws: `MPIError` if there is no such set.
    ///
    /// Local · `MPI_Group_from_session_pset` (MPI 4.0 §7.3.2)
    public func group(ofProcessSet name: String) throws(MPIError) -> Group {
        try Group(raw.group(ofProcessSet: name))
    }
}

extension Communicator {
    /// Makes a communicator of a group, without one that it is a part of.
    ///
    /// Every process of the group calls it with the same tag.
    ///
    /// - Parameters:
    ///   - group: The processes.
    ///   - tag: Tells calls that happen at the same time apart: by convention the reversed name of a domain, and what follows.
    ///   - info: Hints for the library.
    /// - Returns: The communicator.
    /// - Throws: `MPIError` of class `notSupported` if the library is older than MPI 4.0, or what it reports.
    ///
    /// Collective · blocking · `MPI_Comm_create_from_group` (MPI 4.0 §7.4.2)
    public static func make(from group: Group, tag: String, info: Info = [:]) throws(MPIError) -> Communicator
    {
        let raw = try info.withRaw { (info) throws(MPIError) in
            try RawSession.makeCommunicator(group.raw, tag, info)
        }
        return try Communicator(raw, isOwned: true)
    }
}
