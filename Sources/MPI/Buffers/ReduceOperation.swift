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
/// commutative, only associative. There may be any number of them at a time.
///
/// Local · `MPI_Op` (MPI 3.1 §5.9.2)
public struct ReduceOperation<Element: BufferElement>: Sendable {
    @usableFromInline let predefined: PredefinedOperation
    @usableFromInline let combine: @Sendable (Element, Element) -> Element

    /// An operation that C has made.
    @usableFromInline let foreign: RawOperation?

    /// Combines two buffers as wholes, in the place of the second one; `nil` if elements are combined one by one.
    let combineBuffers:
        (@Sendable (UnsafeBufferPointer<Element>, UnsafeMutableBufferPointer<Element>) -> Void)?

    /// Whether the order of the ranks makes no difference.
    public let isCommutative: Bool

    /// Makes an operation from a closure.
    ///
    /// - Parameters:
    ///   - isCommutative: Whether the order of the ranks makes no difference, so that the library need not keep it.
    ///   - combine: Combines what comes from lower ranks, the first argument, with what comes from higher ranks. It has to be
    ///     associative.
    public init(isCommutative: Bool = false, _ combine: @escaping @Sendable (Element, Element) -> Element) {
        predefined = .none
        self.combine = combine
        combineBuffers = nil
        foreign = nil
        self.isCommutative = isCommutative
    }

    /// Makes an operation from a closure over whole buffers, for what cannot be done element by element.
    ///
    /// ```swift
    /// let merge = ReduceOperation<Int>(overBuffers: { lower, higher in mergeSorted(lower, into: &higher) })
    /// ```
    /// - Parameters:
    ///   - isCommutative: Whether the order of the ranks makes no difference.
    ///   - overBuffers: Combines the buffer that comes from lower ranks, the first argument, with the one that comes from higher ranks, whose
    ///     place the result takes. Both are as long as what each rank gives. It has to be associative.
    public init(
        isCommutative: Bool = false,
        overBuffers: @escaping @Sendable (Span<Element>, inout MutableSpan<Element>) -> Void
    ) {
        predefined = .none
        foreign = nil
        self.isCommutative = isCommutative
        combineBuffers = { lower, higher in
            var result = MutableSpan(_unsafeElements: higher)
            overBuffers(Span(_unsafeElements: lower), &result)
        }
        combine = { lower, higher in
            var result = higher
            withUnsafePointer(to: lower) { lower in
                withUnsafeMutablePointer(to: &result) { result in
                    var span = MutableSpan(_unsafeStart: result, count: 1)
                    overBuffers(Span(_unsafeStart: lower, count: 1), &span)
                }
            }
            return result
        }
    }

    @usableFromInline
    init(_ predefined: PredefinedOperation, _ combine: @escaping @Sendable (Element, Element) -> Element) {
        self.predefined = predefined
        self.combine = combine
        combineBuffers = nil
        foreign = nil
        isCommutative = true
    }

    /// Takes an operation of the library's, which calculates here, too.
    init(foreign: RawOperation, as predefined: PredefinedOperation, isCommutative: Bool) {
        self.predefined = predefined
        self.foreign = foreign
        combineBuffers = nil
        self.isCommutative = isCommutative
        combine = { lower, higher in
            var result = higher
            withUnsafePointer(to: lower) { lower in
                withUnsafeMutablePointer(to: &result) { foreign.combine(lower, $0, Element.datatype) }
            }
            return result
        }
    }

    /// The operation as the library takes it, for so many elements.
    ///
    /// It has to be kept as long as something is under way with it.
    @inlinable
    func library(forCount count: Int) throws(MPIError) -> LibraryReduction {
        if let own = LibraryReduction(foreign, predefined, onElements: count, of: Element.datatype) {
            return own
        }
        return try closureLibrary(forCount: count)
    }

    @usableFromInline
    @inline(never)
    func closureLibrary(forCount count: Int) throws(MPIError) -> LibraryReduction {
        let datatype = Element.datatype
        if let combineBuffers {
            return try LibraryReduction(
                onElements: count,
                together: Swift.max(count, 1),
                of: datatype,
                isCommutative: isCommutative
            ) { lower, higher, groups in
                let lower = lower.assumingMemoryBound(to: Element.self)
                let higher = higher.assumingMemoryBound(to: Element.self)
                for group in 0..<groups {
                    combineBuffers(
                        UnsafeBufferPointer(start: lower + group * count, count: count),
                        UnsafeMutableBufferPointer(start: higher + group * count, count: count)
                    )
                }
            }
        }
        let combine = combine
        return try LibraryReduction(onElements: count, of: datatype, isCommutative: isCommutative) {
            lower,
            higher,
            count in
            let lower = lower.assumingMemoryBound(to: Element.self)
            let higher = higher.assumingMemoryBound(to: Element.self)
            for index in 0..<count { higher[index] = combine(lower[index], higher[index]) }
        }
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
    case minLocation
    case maxLocation
    case replace
    case noOperation
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

extension ReduceOperation {
    /// What comes from the higher rank: for ``Window`` operations, where it is what is put.
    ///
    /// The corresponding C constant is `MPI_REPLACE`.
    @inlinable
    public static var replace: ReduceOperation { ReduceOperation(.replace) { $1 } }

    /// What is there already: for ``Window`` operations that only fetch.
    ///
    /// The corresponding C constant is `MPI_NO_OP`.
    @inlinable
    public static var noOperation: ReduceOperation { ReduceOperation(.noOperation) { left, _ in left } }
}

extension ReduceOperation where Element: FixedWidthInteger {
    /// 1 if no element is 0, else 0: integers as the truth values of C.
    ///
    /// The corresponding C constant is `MPI_LAND`.
    @inlinable
    public static var logicalAnd: ReduceOperation {
        ReduceOperation(.logicalAnd) { $0 != 0 && $1 != 0 ? 1 : 0 }
    }

    /// 1 if any element is not 0, else 0: integers as the truth values of C.
    ///
    /// The corresponding C constant is `MPI_LOR`.
    @inlinable
    public static var logicalOr: ReduceOperation {
        ReduceOperation(.logicalOr) { $0 != 0 || $1 != 0 ? 1 : 0 }
    }

    /// 1 if an odd number of elements is not 0, else 0: integers as the truth values of C.
    ///
    /// The corresponding C constant is `MPI_LXOR`.
    @inlinable
    public static var logicalXor: ReduceOperation {
        ReduceOperation(.logicalXor) { ($0 != 0) != ($1 != 0) ? 1 : 0 }
    }
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
