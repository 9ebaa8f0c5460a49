internal import CMPI

/// A kind of failure, the same in every MPI library.
///
/// Local · MPI 3.1 §8.4
public struct ErrorClass: RawRepresentable, Hashable, Sendable {
    /// The number of the class: the MPI library's, or a negative one for what only this library finds out.
    public let rawValue: Int

    /// Makes a class from its number.
    ///
    /// - Parameter rawValue: The number that the MPI library gives the class.
    public init(rawValue: Int) {
        self.rawValue = rawValue
    }
}

// MARK: Found by this library

extension ErrorClass {
    /// What was received is not what was asked for: a value of another type, or a buffer instead of a value.
    public static let mismatch = ErrorClass(rawValue: -1)

    /// The time given for a wait was up.
    public static let timedOut = ErrorClass(rawValue: -2)

    /// Another rank failed in a collective operation; the text says which, and what happened there.
    public static let remoteFailure = ErrorClass(rawValue: -3)

    /// MPI has not been initialized, or has been finalized.
    public static let notRunning = ErrorClass(rawValue: -4)

    /// The thread level at which MPI was initialized does not allow this thread to communicate.
    public static let wrongThread = ErrorClass(rawValue: -5)
}

// MARK: Reported by the MPI library

extension ErrorClass {
    /// The address of a buffer is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_BUFFER`.
    public static var buffer: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_buffer())) }

    /// A number of elements is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_COUNT`.
    public static var count: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_count())) }

    /// A datatype is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_TYPE`.
    public static var type: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_type())) }

    /// A tag is negative or too large.
    ///
    /// The corresponding C constant is `MPI_ERR_TAG`.
    public static var tag: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_tag())) }

    /// A communicator is not valid, or has been freed.
    ///
    /// The corresponding C constant is `MPI_ERR_COMM`.
    public static var communicator: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_comm())) }

    /// There is no such rank in the communicator.
    ///
    /// The corresponding C constant is `MPI_ERR_RANK`.
    public static var rank: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_rank())) }

    /// A request is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_REQUEST`.
    public static var request: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_request())) }

    /// There is no such root in the communicator.
    ///
    /// The corresponding C constant is `MPI_ERR_ROOT`.
    public static var root: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_root())) }

    /// A group is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_GROUP`.
    public static var group: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_group())) }

    /// An operation is not valid, or not defined for the datatype.
    ///
    /// The corresponding C constant is `MPI_ERR_OP`.
    public static var operation: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_op())) }

    /// The communicator does not have the topology asked for.
    ///
    /// The corresponding C constant is `MPI_ERR_TOPOLOGY`.
    public static var topology: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_topology())) }

    /// The dimensions of a topology are not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_DIMS`.
    public static var dimensions: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_dims())) }

    /// An argument is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_ARG`.
    public static var argument: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_arg())) }

    /// The library does not know what failed.
    ///
    /// The corresponding C constant is `MPI_ERR_UNKNOWN`.
    public static var unknown: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_unknown())) }

    /// A message was longer than the memory it was to be received into.
    ///
    /// The corresponding C constant is `MPI_ERR_TRUNCATE`.
    public static var truncation: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_truncate())) }

    /// A failure that belongs to no class; the text says which.
    ///
    /// The corresponding C constant is `MPI_ERR_OTHER`.
    public static var other: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_other())) }

    /// The library found a mistake of its own.
    ///
    /// The corresponding C constant is `MPI_ERR_INTERN`.
    public static var internalFailure: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_intern())) }

    /// One of several requests failed.
    ///
    /// The corresponding C constant is `MPI_ERR_IN_STATUS`.
    public static var inStatus: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_in_status())) }

    /// A request is neither finished nor failed.
    ///
    /// The corresponding C constant is `MPI_ERR_PENDING`.
    public static var pending: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_pending())) }

    /// A file may not be accessed.
    ///
    /// The corresponding C constant is `MPI_ERR_ACCESS`.
    public static var access: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_access())) }

    /// The mode in which a file was to be opened is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_AMODE`.
    public static var accessMode: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_amode())) }

    /// An assertion about one-sided communication is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_ASSERT`.
    public static var assertion: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_assert())) }

    /// The name of a file is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_BAD_FILE`.
    public static var badFile: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_bad_file())) }

    /// The base address of a window is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_BASE`.
    public static var base: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_base())) }

    /// A conversion of data failed.
    ///
    /// The corresponding C constant is `MPI_ERR_CONVERSION`.
    public static var conversion: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_conversion())) }

    /// A displacement is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_DISP`.
    public static var displacement: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_disp())) }

    /// A data representation of this name exists.
    ///
    /// The corresponding C constant is `MPI_ERR_DUP_DATAREP`.
    public static var duplicateRepresentation: ErrorClass {
        ErrorClass(rawValue: Int(cmpi_err_dup_datarep()))
    }

    /// The file exists.
    ///
    /// The corresponding C constant is `MPI_ERR_FILE_EXISTS`.
    public static var fileExists: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_file_exists())) }

    /// The file is open elsewhere.
    ///
    /// The corresponding C constant is `MPI_ERR_FILE_IN_USE`.
    public static var fileInUse: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_file_in_use())) }

    /// A file is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_FILE`.
    public static var file: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_file())) }

    /// A key of an info object is too long.
    ///
    /// The corresponding C constant is `MPI_ERR_INFO_KEY`.
    public static var infoKey: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_info_key())) }

    /// An info object has no such key.
    ///
    /// The corresponding C constant is `MPI_ERR_INFO_NOKEY`.
    public static var infoMissingKey: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_info_nokey())) }

    /// A value of an info object is too long.
    ///
    /// The corresponding C constant is `MPI_ERR_INFO_VALUE`.
    public static var infoValue: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_info_value())) }

    /// An info object is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_INFO`.
    public static var info: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_info())) }

    /// Reading or writing failed.
    ///
    /// The corresponding C constant is `MPI_ERR_IO`.
    public static var inputOutput: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_io())) }

    /// A key of an attribute is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_KEYVAL`.
    public static var keyValue: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_keyval())) }

    /// A kind of lock is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_LOCKTYPE`.
    public static var lockType: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_locktype())) }

    /// No service of this name has been published.
    ///
    /// The corresponding C constant is `MPI_ERR_NAME`.
    public static var name: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_name())) }

    /// There is not enough memory.
    ///
    /// The corresponding C constant is `MPI_ERR_NO_MEM`.
    public static var noMemory: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_no_mem())) }

    /// Ranks gave different arguments where they must be the same.
    ///
    /// The corresponding C constant is `MPI_ERR_NOT_SAME`.
    public static var notSame: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_not_same())) }

    /// There is not enough space in the file system.
    ///
    /// The corresponding C constant is `MPI_ERR_NO_SPACE`.
    public static var noSpace: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_no_space())) }

    /// The file does not exist.
    ///
    /// The corresponding C constant is `MPI_ERR_NO_SUCH_FILE`.
    public static var noSuchFile: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_no_such_file())) }

    /// A port is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_PORT`.
    public static var port: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_port())) }

    /// A quota of the file system is exceeded.
    ///
    /// The corresponding C constant is `MPI_ERR_QUOTA`.
    public static var quota: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_quota())) }

    /// The file or file system can only be read.
    ///
    /// The corresponding C constant is `MPI_ERR_READ_ONLY`.
    public static var readOnly: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_read_only())) }

    /// Accesses to a window conflict.
    ///
    /// The corresponding C constant is `MPI_ERR_RMA_CONFLICT`.
    public static var accessConflict: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_rma_conflict())) }

    /// A window was accessed outside an epoch that allows it.
    ///
    /// The corresponding C constant is `MPI_ERR_RMA_SYNC`.
    public static var accessSynchronization: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_rma_sync())) }

    /// Memory outside the window was to be accessed.
    ///
    /// The corresponding C constant is `MPI_ERR_RMA_RANGE`.
    public static var accessRange: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_rma_range())) }

    /// Memory cannot be attached to the window.
    ///
    /// The corresponding C constant is `MPI_ERR_RMA_ATTACH`.
    public static var accessAttachment: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_rma_attach())) }

    /// The window is of another kind.
    ///
    /// The corresponding C constant is `MPI_ERR_RMA_FLAVOR`.
    public static var accessFlavor: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_rma_flavor())) }

    /// Memory cannot be shared.
    ///
    /// The corresponding C constant is `MPI_ERR_RMA_SHARED`.
    public static var accessSharing: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_rma_shared())) }

    /// A service cannot be withdrawn.
    ///
    /// The corresponding C constant is `MPI_ERR_SERVICE`.
    public static var service: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_service())) }

    /// A size is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_SIZE`.
    public static var size: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_size())) }

    /// Processes could not be started.
    ///
    /// The corresponding C constant is `MPI_ERR_SPAWN`.
    public static var spawn: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_spawn())) }

    /// A data representation is not supported.
    ///
    /// The corresponding C constant is `MPI_ERR_UNSUPPORTED_DATAREP`.
    public static var unsupportedRepresentation: ErrorClass {
        ErrorClass(rawValue: Int(cmpi_err_unsupported_datarep()))
    }

    /// The MPI library cannot do this.
    ///
    /// The corresponding C constant is `MPI_ERR_UNSUPPORTED_OPERATION`.
    public static var notSupported: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_unsupported_operation())) }

    /// A window is not valid.
    ///
    /// The corresponding C constant is `MPI_ERR_WIN`.
    public static var window: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_win())) }
}

// MARK: Failures of ranks

extension ErrorClass {
    /// A rank that took part in the operation has failed, so that it cannot be completed.
    ///
    /// The corresponding C constant is `MPIX_ERR_PROC_FAILED`.
    public static var processFailed: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_proc_failed())) }

    /// A rank that may have been going to send the message that is waited for has failed.
    ///
    /// The corresponding C constant is `MPIX_ERR_PROC_FAILED_PENDING`.
    public static var processFailedPending: ErrorClass {
        ErrorClass(rawValue: Int(cmpi_err_proc_failed_pending()))
    }

    /// A rank has revoked the communicator.
    ///
    /// The corresponding C constant is `MPIX_ERR_REVOKED`.
    public static var revoked: ErrorClass { ErrorClass(rawValue: Int(cmpi_err_revoked())) }
}

extension ErrorClass {
    /// Whether a code that somebody says to have from the library can be one of its codes.
    ///
    /// MPICH looks for the text of a class that it does not have behind the end of its table.
    static func canHave(code: Int32) -> Bool {
        #if MPI_INTEGER_HANDLES
        var number: Int32 = 0
        guard code >= 0, MPI_Error_class(code, &number) == 0 else { return false }
        let isAdded = number & 0x4000_0000 != 0
        return isAdded || [0...58, 75...77, 101...105].contains { $0.contains(number) }
        #else
        return true
        #endif
    }
}

extension MPIError {
    /// Makes an error from a code that the MPI library returned.
    @inline(never)
    init(code: Int32, call: StaticString) {
        var number: Int32 = 0
        var text = [CChar](repeating: 0, count: Int(cmpi_max_error_string()) + 1)
        var length: Int32 = 0
        if MPI_Error_class(code, &number) != 0 { number = cmpi_err_unknown() }
        if MPI_Error_string(code, &text, &length) != 0 { length = 0 }
        let words =
            ErrorClass.ownText(of: code)
            ?? String(
                decoding: text.prefix(Int(max(0, length))).map { UInt8(bitPattern: $0) },
                as: UTF8.self
            )
        self.init(
            errorClass: ErrorClass(rawValue: Int(number)),
            code: Int(code),
            call: String(describing: call),
            text: words.isEmpty ? "the MPI library reports no text for this failure" : words
        )
    }
}
