/// A name by which ranks of another job, or of another communicator, reach these.
///
/// ```swift
/// let port = try Port.open()
/// try port.publish(as: "weather")
/// let clients = try world.accept(port)               // until somebody connects
/// ```
/// ```swift
/// let server = try world.connect(Port.lookUp("weather"))
/// ```
/// Jobs started by different `mpirun` commands find each other's names only with a name server: `ompi-server` for Open MPI. Without one, tell the other
/// the port's ``name`` in some other way.
///
/// MPI 3.1 §10.4
public struct Port: Sendable, Hashable {
    /// What the library calls it.
    public let name: String

    /// Makes a port from its name, which another rank has told.
    ///
    /// - Parameter name: What the library calls it.
    public init(named name: String) { self.name = name }

    /// Opens a port.
    ///
    /// - Parameter info: Hints for the library.
    /// - Returns: The port; ``close()`` gives it back.
    /// - Throws: `MPIError` if the MPI library fails; of class `notSupported` if it has no ports, as MPICH over UCX.
    ///
    /// Local · `MPI_Open_port` (MPI 3.1 §10.4.2)
    public static func open(info: Info = [:]) throws(MPIError) -> Port {
        try Runtime.initialize(.multiple)
        return Port(named: try info.withRaw { (info) throws(MPIError) in try RawCommunicator.openPort(info) })
    }

    /// Closes the port.
    ///
    /// - Throws: `MPIError` of class `port` if there is no such port.
    ///
    /// Local · `MPI_Close_port` (MPI 3.1 §10.4.2)
    public func close() throws(MPIError) { try RawCommunicator.closePort(name) }

    /// Makes the port known under a name.
    ///
    /// - Parameters:
    ///   - service: The name.
    ///   - info: Hints for the library.
    /// - Throws: `MPIError` of class `service` if it is taken.
    ///
    /// Local · `MPI_Publish_name` (MPI 3.1 §10.4.4)
    public func publish(as service: String, info: Info = [:]) throws(MPIError) {
        let name = name
        try info.withRaw { (info) throws(MPIError) in try RawCommunicator.publish(service, name, info) }
    }

    /// Takes a name back.
    ///
    /// - Parameters:
    ///   - service: The name.
    ///   - info: Hints for the library.
    /// - Throws: `MPIError` of class `service` if it is not published.
    ///
    /// Local · `MPI_Unpublish_name` (MPI 3.1 §10.4.4)
    public func unpublish(_ service: String, info: Info = [:]) throws(MPIError) {
        let name = name
        try info.withRaw { (info) throws(MPIError) in try RawCommunicator.unpublish(service, name, info) }
    }

    /// Finds the port that is known under a name.
    ///
    /// - Parameters:
    ///   - service: The name.
    ///   - info: Hints for the library.
    /// - Returns: The port.
    /// - Throws: `MPIError` of class `name` if there is none.
    ///
    /// Local · `MPI_Lookup_name` (MPI 3.1 §10.4.4)
    public static func lookUp(_ service: String, info: Info = [:]) throws(MPIError) -> Port {
        try Runtime.initialize(.multiple)
        return Port(
            named: try info.withRaw { (info) throws(MPIError) in try RawCommunicator.lookUp(service, info) }
        )
    }
}

extension Communicator {
    /// Waits until other ranks connect to a port.
    ///
    /// Every rank calls it; the port of the root counts. MPI has no limit for the wait.
    ///
    /// - Parameters:
    ///   - port: The port.
    ///   - info: Hints for the library.
    ///   - root: The rank whose port counts.
    /// - Returns: A communicator to those that have connected.
    /// - Throws: `MPIError` of class `port` if there is no such port.
    ///
    /// Collective · blocking · `MPI_Comm_accept` (MPI 3.1 §10.4.2)
    public final func accept(_ port: Port, info: Info = [:], root: Int = 0) throws(MPIError)
        -> Intercommunicator
    {
        let (raw, number) = (try raw, try rootNumber(root, "MPI_Comm_accept"))
        let made = try info.withRaw { (info) throws(MPIError) in try raw.accept(port.name, info, root: number)
        }
        return try Intercommunicator(takingOver: made, among: self)
    }

    /// Connects to a port that other ranks wait at.
    ///
    /// Every rank calls it; the port of the root counts.
    ///
    /// - Parameters:
    ///   - port: The port.
    ///   - info: Hints for the library.
    ///   - root: The rank whose port counts.
    /// - Returns: A communicator to those that waited.
    /// - Throws: `MPIError` of class `port` if there is no such port, or nobody waits there.
    ///
    /// Collective · blocking · `MPI_Comm_connect` (MPI 3.1 §10.4.3)
    public final func connect(_ port: Port, info: Info = [:], root: Int = 0) throws(MPIError)
        -> Intercommunicator
    {
        let (raw, number) = (try raw, try rootNumber(root, "MPI_Comm_connect"))
        let made = try info.withRaw { (info) throws(MPIError) in
            try raw.connect(port.name, info, root: number)
        }
        return try Intercommunicator(takingOver: made, among: self)
    }

    /// Joins two processes that have a socket between them.
    ///
    /// Both call it with their end of the socket, over which nothing may be under way.
    ///
    /// - Parameter fileDescriptor: The socket.
    /// - Returns: A communicator to the other process.
    /// - Throws: `MPIError` of class `communicator` if they cannot reach each other.
    ///
    /// Blocking · `MPI_Comm_join` (MPI 3.1 §10.5.5)
    public static func join(fileDescriptor: Int32) throws(MPIError) -> Intercommunicator {
        try Runtime.initialize(.multiple)
        guard let made = try RawCommunicator.join(fileDescriptor) else {
            throw MPIError(
                .communicator,
                call: "MPI_Comm_join",
                text: "the two processes cannot communicate by MPI"
            )
        }
        return try Intercommunicator(takingOver: made, among: .alone)
    }
}
