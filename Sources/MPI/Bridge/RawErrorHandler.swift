internal import CMPI
internal import Synchronization

/// The closures that are told of errors, by the handle of the communicator, window or file.
///
/// The library knows one C function for all of them, which looks its closure up here.
final class ErrorListeners: Sendable {
    typealias Listener = @Sendable (MPIError) -> Void

    private let listeners = Mutex<[UInt: Listener]>([:])

    static let ofCommunicators = ErrorListeners()
    static let ofWindows = ErrorListeners()
    static let ofFiles = ErrorListeners()

    func listen(to bits: UInt, _ listener: Listener?) {
        listeners.withLock { $0[bits] = listener }
    }

    func report(_ code: Int32, of bits: UInt, _ name: StaticString) {
        guard let listener = listeners.withLock({ $0[bits] }) else { return }
        listener(MPIError(code: code, call: name))
    }
}

/// The C library's handlers that call the listeners, made when they are needed first.
private enum ListeningHandler {
    static let ofCommunicators = make("MPI_Comm_create_errhandler") { made in
        cmpi_comm_create_errhandler(
            { ErrorListeners.ofCommunicators.report($1, of: $0, "an operation of a communicator") },
            &made
        )
    }

    static let ofWindows = make("MPI_Win_create_errhandler") { made in
        cmpi_win_create_errhandler(
            { ErrorListeners.ofWindows.report($1, of: $0, "an operation of a window") },
            &made
        )
    }

    static let ofFiles = make("MPI_File_create_errhandler") { made in
        cmpi_file_create_errhandler(
            { ErrorListeners.ofFiles.report($1, of: $0, "an operation of a file") },
            &made
        )
    }

    private static func make(_ name: StaticString, _ body: (inout ErrorHandlerHandle) -> Int32) -> Result<
        UInt, MPIError
    > {
        var made: ErrorHandlerHandle = cmpi_errhandler_null()
        do throws(MPIError) {
            try call(name) { body(&made) }
            let bits = cmpi_errhandler_bits(made)
            Runtime.freeAtEnd {
                var gone = cmpi_errhandler_from_bits(bits)
                _ = MPI_Errhandler_free(&gone)
            }
            return .success(bits)
        } catch {
            return .failure(error)
        }
    }
}

extension RawCommunicator {
    func setErrorHandler(_ handling: ErrorHandling) throws(MPIError) {
        ErrorListeners.ofCommunicators.listen(to: bits, handling.listener)
        let handler = try handling.handler { () throws(MPIError) in try ListeningHandler.ofCommunicators.get()
        }
        try call("MPI_Comm_set_errhandler") { MPI_Comm_set_errhandler(handle, handler) }
    }

    func callErrorHandler(_ code: Int32) throws(MPIError) {
        try call("MPI_Comm_call_errhandler") { MPI_Comm_call_errhandler(handle, code) }
    }
}

extension ErrorHandling {
    var listener: (@Sendable (MPIError) -> Void)? {
        if case .telling(let listener) = kind { listener } else { nil }
    }

    func windowHandler() throws(MPIError) -> ErrorHandlerHandle {
        try handler { () throws(MPIError) in try ListeningHandler.ofWindows.get() }
    }

    func fileHandler() throws(MPIError) -> ErrorHandlerHandle {
        try handler { () throws(MPIError) in try ListeningHandler.ofFiles.get() }
    }

    fileprivate func handler(_ listening: () throws(MPIError) -> UInt) throws(MPIError) -> ErrorHandlerHandle
    {
        switch kind {
        case .throwing: cmpi_errors_return()
        case .ending: cmpi_errors_are_fatal()
        case .telling: cmpi_errhandler_from_bits(try listening())
        }
    }
}

extension ErrorClass {
    static func addClass() throws(MPIError) -> Int32 {
        var made: Int32 = 0
        try call("MPI_Add_error_class") { MPI_Add_error_class(&made) }
        return made
    }

    static func addCode(_ errorClass: Int32) throws(MPIError) -> Int32 {
        var made: Int32 = 0
        try call("MPI_Add_error_code") { MPI_Add_error_code(errorClass, &made) }
        return made
    }

    #if MPI_INTEGER_HANDLES
    /// MPICH has another text in place of that of a code in one of its own classes.
    private static let ownTexts = Mutex<[Int32: String]>([:])

    static func ownText(of code: Int32) -> String? { ownTexts.withLock { $0[code] } }
    #else
    static func ownText(of code: Int32) -> String? { nil }
    #endif

    static func addText(_ text: String, to code: Int32) throws(MPIError) {
        try CText.expectWhole(text, "MPI_Add_error_string")
        try call("MPI_Add_error_string") { MPI_Add_error_string(code, text) }
        #if MPI_INTEGER_HANDLES
        ownTexts.withLock { $0[code] = text }
        #endif
    }

    static var longestText: Int { Int(cmpi_max_error_string()) }
}
