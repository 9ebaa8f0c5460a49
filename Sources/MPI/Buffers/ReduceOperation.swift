/// How two elements become one in a reduction.
///
/// Which operations there are depends on the type of the elements, so that a pairing without a meaning does not compile: numbers have
/// a sum, integers a bitwise exclusive or, truth values a logical and.
///
/// ```swift
/// let total = try world.allReduce(Double(world.rank), .sum)
/// let farthest = try world.allReduce(distance, ReduceOperation { abs($0) > abs($1) ? $0 : $1 })
/// ```
/// An operation of MPI may be applied in any order. One made of a closure is applied in the order of the ranks, so it need not be
/// commutative, only associative.
///
/// Local · `MPI_Op` (MPI 3.1 §5.9.2)
public struct ReduceOperation<Element: BufferElement>: Sendable {
    @usableFromInline let predefined: PredefinedOperation
    @usableFromInline let combine: @Sendable (Element, Element) -> Element

    /// Makes an operation from a closure.
    ///
    /// - Parameter combine: Combines what comes from lower ranks, the first argument, with what comes from higher ranks. It has to be
    ///   associative.
    public init(_ combine: @escaping @Sendable (Element, Element) -> Element) {
        predefined = .none
        self.combine = combine
    }

    @usableFromInline
    init(_ predefined: PredefinedOperation, _ combine: @escaping @Sendable (Element, Element) -> Element) {
        self.predefined = predefined
        self.combine = combine
    }
}

/// An operation that MPI has.
@usableFromInline
enum PredefinedOperation: UInt8, Sendable {
    case none
    case sum
    case product
    case min
    case max
    case bitwiseAnd
    case bitwiseOr
    case bitwiseXor
    case logicalAnd
    case logicalOr
    case logicalXor
}

extension ReduceOperation where Element: AdditiveArithmetic {
    /// The sum.
    ///
    /// Integers wrap around on overflow.
    ///
    /// The corresponding C constant is `MPI_SUM`.
    @inlinable
    public static var sum: ReduceOperation { ReduceOperation(.sum) { $0 + $1 } }
}

extension ReduceOperation where Element: Numeric {
    /// The product.
    ///
    /// Integers wrap around on overflow.
    ///
    /// The corresponding C constant is `MPI_PROD`.
    @inlinable
    public static var product: ReduceOperation { ReduceOperation(.product) { $0 * $1 } }
}

extension ReduceOperation where Element: Comparable {
    /// The smallest.
    ///
    /// The corresponding C constant is `MPI_MIN`.
    @inlinable
    public static var min: ReduceOperation { ReduceOperation(.min) { $1 < $0 ? $1 : $0 } }

    /// The largest.
    ///
    /// The corresponding C constant is `MPI_MAX`.
    @inlinable
    public static var max: ReduceOperation { ReduceOperation(.max) { $0 < $1 ? $1 : $0 } }
}

extension ReduceOperation where Element: FixedWidthInteger {
    /// The bits that all have.
    ///
    /// The corresponding C constant is `MPI_BAND`.
    @inlinable
    public static var bitwiseAnd: ReduceOperation { ReduceOperation(.bitwiseAnd) { $0 & $1 } }

    /// The bits that any has.
    ///
    /// The corresponding C constant is `MPI_BOR`.
    @inlinable
    public static var bitwiseOr: ReduceOperation { ReduceOperation(.bitwiseOr) { $0 | $1 } }

    /// The bits that an odd number has.
    ///
    /// The corresponding C constant is `MPI_BXOR`.
    @inlinable
    public static var bitwiseXor: ReduceOperation { ReduceOperation(.bitwiseXor) { $0 ^ $1 } }
}

extension ReduceOperation where Element == Bool {
    /// Whether all are true.
    ///
    /// The corresponding C constant is `MPI_LAND`.
    public static var logicalAnd: ReduceOperation { ReduceOperation(.logicalAnd) { $0 && $1 } }

    /// Whether any is true.
    ///
    /// The corresponding C constant is `MPI_LOR`.
    public static var logicalOr: ReduceOperation { ReduceOperation(.logicalOr) { $0 || $1 } }

    /// Whether an odd number is true.
    ///
    /// The corresponding C constant is `MPI_LXOR`.
    public static var logicalXor: ReduceOperation { ReduceOperation(.logicalXor) { $0 != $1 } }
}
