internal import CMPI

// Handles of the C library as bits: their C type is a pointer in one library and an integer in another, and in Swift all of
// Open MPI's are the same type, so that a communicator would pass for a datatype. No code above this folder sees anything else.

#if MPI_INTEGER_HANDLES
typealias CommunicatorHandle = MPI_Comm
typealias DatatypeHandle = MPI_Datatype
typealias OperationHandle = MPI_Op
typealias RequestHandle = MPI_Request
typealias MessageHandle = MPI_Message
typealias GroupHandle = MPI_Group
typealias ErrorHandlerHandle = MPI_Errhandler
typealias InfoHandle = MPI_Info
typealias WindowHandle = MPI_Win
#else
typealias CommunicatorHandle = MPI_Comm?
typealias DatatypeHandle = MPI_Datatype?
typealias OperationHandle = MPI_Op?
typealias RequestHandle = MPI_Request?
typealias MessageHandle = MPI_Message?
typealias GroupHandle = MPI_Group?
typealias ErrorHandlerHandle = MPI_Errhandler?
typealias InfoHandle = MPI_Info?
typealias WindowHandle = MPI_Win?
#endif

/// A pointer in both.
typealias FileHandle = MPI_File?

/// `MPI_Comm`.
struct RawCommunicator: Hashable, Sendable {
    let bits: UInt

    @inline(__always)
    init(bits: UInt) { self.bits = bits }

    @inline(__always)
    init(_ handle: CommunicatorHandle) { bits = cmpi_comm_bits(handle) }

    @inline(__always)
    var handle: CommunicatorHandle { cmpi_comm_from_bits(bits) }

    static var world: Self { Self(cmpi_comm_world()) }
    static var alone: Self { Self(cmpi_comm_self()) }
    static var null: Self { Self(cmpi_comm_null()) }
}

/// `MPI_Datatype`.
struct RawDatatype: Hashable, Sendable {
    let bits: UInt

    @inline(__always)
    init(bits: UInt) { self.bits = bits }

    @inline(__always)
    init(_ handle: DatatypeHandle) { bits = cmpi_datatype_bits(handle) }

    @inline(__always)
    var handle: DatatypeHandle { cmpi_datatype_from_bits(bits) }

    @inline(__always)
    static var byte: Self { Self(cmpi_byte()) }
}

/// `MPI_Op`.
@usableFromInline
struct RawOperation: Hashable, Sendable {
    @usableFromInline let bits: UInt

    @inline(__always)
    init(bits: UInt) { self.bits = bits }

    @inline(__always)
    init(_ handle: OperationHandle) { bits = cmpi_op_bits(handle) }

    @inline(__always)
    var handle: OperationHandle { cmpi_op_from_bits(bits) }

    static var max: Self { Self(cmpi_max()) }
    static var sum: Self { Self(cmpi_sum()) }
}

/// `MPI_Request`, which becomes null when the library has completed it.
struct RawRequest: Sendable {
    var bits: UInt

    @inline(__always)
    init(_ handle: RequestHandle) { bits = cmpi_request_bits(handle) }

    @inline(__always)
    var handle: RequestHandle { cmpi_request_from_bits(bits) }

    static var null: Self { Self(cmpi_request_null()) }
}

/// `MPI_Message`, with what the probe that found it said of it.
struct RawMessage: Sendable {
    let bits: UInt
    let status: Status

    @inline(__always)
    init(_ handle: MessageHandle, _ status: Status) {
        bits = cmpi_message_bits(handle)
        self.status = status
    }

    @inline(__always)
    var handle: MessageHandle { cmpi_message_from_bits(bits) }
}

/// Memory that a call reads.
typealias Source = UnsafeRawPointer?
/// Memory that a call writes.
typealias Target = UnsafeMutableRawPointer?
