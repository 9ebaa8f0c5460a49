/// When a send is complete.
///
/// ```swift
/// try world.send(order, to: 1, mode: .synchronous)       // returns when rank 1 has begun to receive it
/// ```
/// Any receive takes messages of all modes.
///
/// MPI 3.1 §3.4
public enum SendMode: Sendable, Hashable {
    /// When the memory can be used again: the library copies a small message, and waits for the receiver of a large one.
    ///
    /// The corresponding C function is `MPI_Send`.
    case standard

    /// When the receiver has begun to receive.
    ///
    /// The corresponding C function is `MPI_Ssend`.
    case synchronous

    /// At once: the message is copied into the memory that ``Environment/attachSendBuffer(byteCount:)`` has provided.
    ///
    /// It is an error of class `buffer` if there is not enough.
    ///
    /// The corresponding C function is `MPI_Bsend`.
    case buffered

    /// As in standard mode; but the program promises that the receiver waits for the message already.
    ///
    /// If it does not, anything may happen. Values and buffers whose receive looks for the message first, as most of this library do, are always safe.
    ///
    /// The corresponding C function is `MPI_Rsend`.
    case ready
}
