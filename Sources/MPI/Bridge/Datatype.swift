internal import CMPI

/// How MPI sees the elements of a buffer.
///
/// Local · `MPI_Datatype` (MPI 3.1 chapter 4)
public struct Datatype: Hashable, Sendable {
    let raw: RawDatatype
    /// How many of the library's elements make one element in Swift.
    let unitCount: Int
    /// Whether MPI can calculate with it.
    let isNumber: Bool

    /// How many bytes one element in Swift has.
    let elementLength: Int

    /// Whether it is a value with its location.
    let isPair: Bool

    private init(
        _ handle: DatatypeHandle,
        unitCount: Int = 1,
        length: Int,
        isNumber: Bool = true,
        isPair: Bool = false
    ) {
        raw = RawDatatype(handle)
        self.unitCount = unitCount
        self.isNumber = isNumber
        elementLength = length
        self.isPair = isPair
    }

    /// A value of some type with its location, if MPI has such a pair and lays it out in the same way.
    static func pair<Value>(with type: Value.Type, length: Int) -> Datatype? {
        let handle: DatatypeHandle
        if type == Double.self {
            handle = cmpi_double_int()
        } else if type == Float.self {
            handle = cmpi_float_int()
        } else if type == Int32.self {
            handle = cmpi_2int()
        } else if type == Int16.self {
            handle = cmpi_short_int()
        } else if type == Int.self || type == Int64.self, MemoryLayout<CLong>.size == MemoryLayout<Value>.size
        {
            handle = cmpi_long_int()
        } else {
            return nil
        }
        // Where the library's extent is another, its operation would go astray.
        guard (try? RawDatatype(handle).extent().extent) == length else { return nil }
        return Datatype(handle, length: length, isNumber: false, isPair: true)
    }

    /// Bytes, without a meaning that MPI knows.
    ///
    /// The corresponding C constant is `MPI_BYTE`.
    ///
    /// - Parameter count: How many bytes make one element.
    /// - Returns: The datatype.
    public static func bytes(_ count: Int) -> Datatype {
        Datatype(cmpi_byte(), unitCount: count, length: count, isNumber: false)
    }

    /// A signed number of 8 bits.
    ///
    /// The corresponding C constant is `MPI_INT8_T`.
    public static var int8: Datatype { Datatype(cmpi_int8_t(), length: 1) }

    /// A signed number of 16 bits.
    ///
    /// The corresponding C constant is `MPI_INT16_T`.
    public static var int16: Datatype { Datatype(cmpi_int16_t(), length: 2) }

    /// A signed number of 32 bits.
    ///
    /// The corresponding C constant is `MPI_INT32_T`.
    public static var int32: Datatype { Datatype(cmpi_int32_t(), length: 4) }

    /// A signed number of 64 bits.
    ///
    /// The corresponding C constant is `MPI_INT64_T`.
    public static var int64: Datatype { Datatype(cmpi_int64_t(), length: 8) }

    /// An unsigned number of 8 bits.
    ///
    /// The corresponding C constant is `MPI_UINT8_T`.
    public static var uint8: Datatype { Datatype(cmpi_uint8_t(), length: 1) }

    /// An unsigned number of 16 bits.
    ///
    /// The corresponding C constant is `MPI_UINT16_T`.
    public static var uint16: Datatype { Datatype(cmpi_uint16_t(), length: 2) }

    /// An unsigned number of 32 bits.
    ///
    /// The corresponding C constant is `MPI_UINT32_T`.
    public static var uint32: Datatype { Datatype(cmpi_uint32_t(), length: 4) }

    /// An unsigned number of 64 bits.
    ///
    /// The corresponding C constant is `MPI_UINT64_T`.
    public static var uint64: Datatype { Datatype(cmpi_uint64_t(), length: 8) }

    /// A floating point number of 32 bits.
    ///
    /// The corresponding C constant is `MPI_FLOAT`.
    public static var float: Datatype { Datatype(cmpi_float(), length: 4) }

    /// A floating point number of 64 bits.
    ///
    /// The corresponding C constant is `MPI_DOUBLE`.
    public static var double: Datatype { Datatype(cmpi_double(), length: 8) }

    /// A floating point number of 80 bits, in 16 bytes.
    ///
    /// The corresponding C constant is `MPI_LONG_DOUBLE`, where that is such a number.
    static var longDouble: Datatype { Datatype(cmpi_long_double(), length: 16) }

    /// A complex number of two floating point numbers of 32 bits.
    ///
    /// The corresponding C constant is `MPI_C_FLOAT_COMPLEX`.
    public static var floatComplex: Datatype { Datatype(cmpi_c_float_complex(), length: 8) }

    /// A complex number of two floating point numbers of 64 bits.
    ///
    /// The corresponding C constant is `MPI_C_DOUBLE_COMPLEX`.
    public static var doubleComplex: Datatype { Datatype(cmpi_c_double_complex(), length: 16) }

    /// A truth value of 8 bits.
    ///
    /// The corresponding C constant is `MPI_C_BOOL`.
    public static var bool: Datatype { Datatype(cmpi_c_bool(), length: 1) }
}
