/// A plain type whose arrays travel as buffers: as they lie in memory, without being encoded.
///
/// The numbers of the standard library conform, and travel as the MPI datatypes that other languages use for them. A structure of
/// plain elements conforms by saying so; it travels as bytes, padding included, so sender and receiver must be built alike.
///
/// ```swift
/// struct Particle: BufferElement { var x, y, z: Double; var kind: Int32 }
/// ```
/// A type with pointers in it must not conform: they mean nothing in another process.
public protocol BufferElement: BitwiseCopyable, Sendable {
    /// The MPI datatype of an element.
    static var datatype: Datatype { get }
}

extension BufferElement {
    /// Bytes, as many as an element of an array takes.
    @inlinable
    public static var datatype: Datatype { .bytes(MemoryLayout<Self>.stride) }
}

extension Int8: BufferElement {
    /// `MPI_INT8_T`.
    public static var datatype: Datatype { .int8 }
}

extension Int16: BufferElement {
    /// `MPI_INT16_T`.
    public static var datatype: Datatype { .int16 }
}

extension Int32: BufferElement {
    /// `MPI_INT32_T`.
    public static var datatype: Datatype { .int32 }
}

extension Int64: BufferElement {
    /// `MPI_INT64_T`.
    public static var datatype: Datatype { .int64 }
}

extension Int: BufferElement {
    /// `MPI_INT64_T`, or `MPI_INT32_T` on a machine with 32 bits.
    public static var datatype: Datatype { MemoryLayout<Int>.size == 8 ? .int64 : .int32 }
}

extension UInt8: BufferElement {
    /// `MPI_UINT8_T`.
    public static var datatype: Datatype { .uint8 }
}

extension UInt16: BufferElement {
    /// `MPI_UINT16_T`.
    public static var datatype: Datatype { .uint16 }
}

extension UInt32: BufferElement {
    /// `MPI_UINT32_T`.
    public static var datatype: Datatype { .uint32 }
}

extension UInt64: BufferElement {
    /// `MPI_UINT64_T`.
    public static var datatype: Datatype { .uint64 }
}

extension UInt: BufferElement {
    /// `MPI_UINT64_T`, or `MPI_UINT32_T` on a machine with 32 bits.
    public static var datatype: Datatype { MemoryLayout<UInt>.size == 8 ? .uint64 : .uint32 }
}

extension Float: BufferElement {
    /// `MPI_FLOAT`.
    public static var datatype: Datatype { .float }
}

extension Double: BufferElement {
    /// `MPI_DOUBLE`.
    public static var datatype: Datatype { .double }
}

#if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
/// Travels as bytes, since MPI has no such numbers; reductions calculate in Swift.
extension Float16: BufferElement {}
#endif

#if (arch(x86_64) || arch(i386)) && !os(Windows) && !os(Android)
extension Float80: BufferElement {
    /// `MPI_LONG_DOUBLE`; bytes, if the machine has other ones.
    public static var datatype: Datatype {
        MemoryLayout<Float80>.stride == 16 ? .longDouble : .bytes(MemoryLayout<Float80>.stride)
    }
}
#endif

/// Travels as bytes, since MPI has no such numbers; reductions calculate in Swift.
@available(macOS 15, *)
extension Int128: BufferElement {}

/// Travels as bytes, since MPI has no such numbers; reductions calculate in Swift.
@available(macOS 15, *)
extension UInt128: BufferElement {}

extension Bool: BufferElement {
    /// `MPI_C_BOOL`.
    ///
    /// What is received and neither 0 nor 1 becomes `true`. That is not done for a `Bool` within a structure: those must be sent by Swift.
    public static var datatype: Datatype { .bool }
}
