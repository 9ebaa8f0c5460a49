/// A complex number, laid out as in C, Fortran and NumPy.
///
/// Arrays of it travel as buffers, and the library adds and multiplies them.
///
/// ```swift
/// let total = try world.allReduce(ComplexNumber(re, im), .sum)
/// ```
/// The `Complex` of swift-numerics cannot be an element of a buffer: it is not declared to be `BitwiseCopyable`, and Swift lets no other module
/// declare that. Its parts are laid out in the same way: `ComplexNumber(z.real, z.imaginary)`.
@frozen
public struct ComplexNumber<Part: BinaryFloatingPoint & BufferElement & Codable>: Hashable, Codable,
    BitwiseCopyable, Sendable
{
    /// The real part.
    public var real: Part

    /// The imaginary part.
    public var imaginary: Part

    /// Makes a number from its parts.
    ///
    /// - Parameters:
    ///   - real: The real part.
    ///   - imaginary: The imaginary part.
    @inlinable
    public init(_ real: Part, _ imaginary: Part = 0) {
        self.real = real
        self.imaginary = imaginary
    }
}

extension ComplexNumber: BufferElement {
    /// `MPI_C_FLOAT_COMPLEX` or `MPI_C_DOUBLE_COMPLEX`; bytes, if the parts are something else.
    public static var datatype: Datatype {
        if Part.self == Float.self { return .floatComplex }
        if Part.self == Double.self { return .doubleComplex }
        return .bytes(MemoryLayout<Self>.stride)
    }
}

extension ComplexNumber: Numeric {
    /// Makes a real number.
    ///
    /// - Parameter value: The real part.
    @inlinable
    public init(integerLiteral value: Part.IntegerLiteralType) {
        self.init(Part(integerLiteral: value))
    }

    /// Makes a real number, if the parts have it exactly.
    ///
    /// - Parameter source: The real part.
    @inlinable
    public init?<Source: BinaryInteger>(exactly source: Source) {
        guard let real = Part(exactly: source) else { return nil }
        self.init(real)
    }

    /// The distance from zero.
    @inlinable
    public var magnitude: Part {
        let (larger, smaller) = (
            Swift.max(real.magnitude, imaginary.magnitude), Swift.min(real.magnitude, imaginary.magnitude)
        )
        // Scaled, so that the squares are in range.
        guard larger > 0, larger.isFinite else { return larger + smaller }
        let ratio = smaller / larger
        return larger * (1 + ratio * ratio).squareRoot()
    }

    /// The sum of two numbers.
    ///
    /// - Parameters:
    ///   - lhs: One.
    ///   - rhs: The other.
    /// - Returns: The sum.
    @inlinable
    public static func + (lhs: ComplexNumber, rhs: ComplexNumber) -> ComplexNumber {
        ComplexNumber(lhs.real + rhs.real, lhs.imaginary + rhs.imaginary)
    }

    /// The difference of two numbers.
    ///
    /// - Parameters:
    ///   - lhs: What is subtracted from.
    ///   - rhs: What is subtracted.
    /// - Returns: The difference.
    @inlinable
    public static func - (lhs: ComplexNumber, rhs: ComplexNumber) -> ComplexNumber {
        ComplexNumber(lhs.real - rhs.real, lhs.imaginary - rhs.imaginary)
    }

    /// The product of two numbers.
    ///
    /// - Parameters:
    ///   - lhs: One.
    ///   - rhs: The other.
    /// - Returns: The product.
    @inlinable
    public static func * (lhs: ComplexNumber, rhs: ComplexNumber) -> ComplexNumber {
        ComplexNumber(
            lhs.real * rhs.real - lhs.imaginary * rhs.imaginary,
            lhs.real * rhs.imaginary + lhs.imaginary * rhs.real
        )
    }

    /// Multiplies a number by another.
    ///
    /// - Parameters:
    ///   - lhs: The number.
    ///   - rhs: What it is multiplied by.
    @inlinable
    public static func *= (lhs: inout ComplexNumber, rhs: ComplexNumber) { lhs = lhs * rhs }
}

extension ComplexNumber: CustomStringConvertible {
    /// Both parts, as `(1.0, -2.0)`.
    public var description: String { "(\(real), \(imaginary))" }
}
