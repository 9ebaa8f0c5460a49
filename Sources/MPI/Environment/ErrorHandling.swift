/// What happens when the MPI library finds an error.
///
/// Local · `MPI_Errhandler` (MPI 3.1 §8.3)
public struct ErrorHandling: Sendable {
    enum Kind: Sendable {
        case throwing
        case ending
        case telling(@Sendable (MPIError) -> Void)
    }

    let kind: Kind

    /// The operation throws an `MPIError`: what this library arranges for everything it makes.
    ///
    /// The corresponding C constant is `MPI_ERRORS_RETURN`.
    public static let throwing = ErrorHandling(kind: .throwing)

    /// The library ends all ranks of the job with a message of its own: what MPI arranges without this library.
    ///
    /// The corresponding C constant is `MPI_ERRORS_ARE_FATAL`.
    public static let ending = ErrorHandling(kind: .ending)

    /// A closure is told of the error, then the operation throws it.
    ///
    /// - Parameter listener: Is called by the thread that called the operation, from within the library: it must not communicate.
    /// - Returns: The way to handle errors.
    public static func telling(_ listener: @escaping @Sendable (MPIError) -> Void) -> ErrorHandling {
        ErrorHandling(kind: .telling(listener))
    }
}

extension Communicator {
    /// Decides what happens when the library finds an error in an operation of this communicator.
    ///
    /// A duplicate made afterwards throws its errors, whatever was decided here.
    ///
    /// ```swift
    /// try world.handleErrors(by: .telling { error in log(error) })
    /// ```
    /// - Parameter handling: What happens.
    /// - Throws: `MPIError` if the communicator has been freed.
    ///
    /// Local · `MPI_Comm_set_errhandler` (MPI 3.1 §8.3.1)
    public func handleErrors(by handling: ErrorHandling) throws(MPIError) {
        try raw.setErrorHandler(handling)
    }

    /// Does with an error of the program's own what is done with those of the library.
    ///
    /// - Parameter error: The error; its code is what counts.
    /// - Throws: `MPIError` if the communicator has been freed.
    ///
    /// Local · `MPI_Comm_call_errhandler` (MPI 3.1 §8.3.4)
    public func handle(_ error: MPIError) throws(MPIError) {
        try raw.callErrorHandler(Int32(truncatingIfNeeded: error.code))
    }
}
