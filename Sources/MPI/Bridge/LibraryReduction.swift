internal import CMPI

/// A reduce operation as the library takes it: an operation, and the datatype that it is defined for.
///
/// A closure has no place in the library's operation, which is a C function without a context. So there is one such function for all
/// closures, and each closure has a datatype of its own, as long as an element, with the closure as an attribute. The function finds it there.
/// So there may be any number of them, and all of the library's algorithms work with them.
@usableFromInline
struct LibraryReduction: Sendable {
    /// Combines so many elements: what comes from lower ranks, with what comes from higher ranks, in the place of the latter.
    typealias Combine = @Sendable (UnsafeRawPointer, UnsafeMutableRawPointer, Int) -> Void

    let operation: RawOperation

    /// The datatype of the elements that the operation is defined for.
    let type: RawDatatype

    /// How many of them the buffer has.
    let count: Int

    /// Keeps the datatype of a closure.
    let owner: ClosureDatatype?

    /// An operation that the library has, on so many elements; `nil` if it has none for them.
    @usableFromInline
    init?(
        _ foreign: RawOperation?,
        _ predefined: PredefinedOperation,
        onElements elementCount: Int,
        of datatype: Datatype
    ) {
        guard let operation = foreign ?? predefined.raw(for: datatype) else { return nil }
        self.operation = operation
        type = datatype.raw
        count = elementCount * datatype.unitCount
        owner = nil
    }

    /// An operation that is a closure, on so many elements, of which some have to stay together.
    init(
        onElements elementCount: Int,
        together: Int = 1,
        of datatype: Datatype,
        isCommutative: Bool,
        _ combine: @escaping Combine
    ) throws(MPIError) {
        operation = try isCommutative ? ClosureOperation.commutative.get() : ClosureOperation.ordered.get()
        let owner = try ClosureDatatype(datatype.raw.row(of: together * datatype.unitCount), combine)
        type = owner.raw
        count = elementCount / together
        self.owner = owner
    }
}

/// A datatype that carries a closure.
final class ClosureDatatype: Sendable {
    let raw: RawDatatype

    fileprivate init(_ raw: RawDatatype, _ combine: @escaping LibraryReduction.Combine) throws(MPIError) {
        self.raw = raw
        let closure = Unmanaged.passRetained(ClosureOperation.Box(combine)).toOpaque()
        do throws(MPIError) {
            let key = try ClosureOperation.key.get()
            try call("MPI_Type_set_attr") { MPI_Type_set_attr(raw.handle, key, closure) }
        } catch {
            Unmanaged<ClosureOperation.Box>.fromOpaque(closure).release()
            throw error
        }
    }

    /// Frees the datatype, and with it the closure.
    ///
    /// Nothing may be under way with it.
    deinit {
        if !Runtime.libraryIsFinalized { raw.free() }
    }
}

/// The two operations behind all closures.
private enum ClosureOperation {
    /// A closure as an object that C can keep.
    final class Box: Sendable {
        let combine: LibraryReduction.Combine

        init(_ combine: @escaping LibraryReduction.Combine) { self.combine = combine }
    }

    static let ordered = make(isCommutative: false)
    static let commutative = make(isCommutative: true)

    /// The key of the attribute; deleting it lets the closure go.
    static let key: Result<Int32, MPIError> = {
        var key = cmpi_keyval_invalid()
        do throws(MPIError) {
            try call("MPI_Type_create_keyval") {
                MPI_Type_create_keyval(
                    cmpi_type_null_copy_fn(),
                    { _, _, value, _ in
                        if let value { Unmanaged<Box>.fromOpaque(value).release() }
                        return cmpi_success()
                    },
                    &key,
                    nil
                )
            }
            let made = key
            Runtime.freeAtEnd {
                var gone = made
                _ = MPI_Type_free_keyval(&gone)
            }
            return .success(key)
        } catch {
            return .failure(error)
        }
    }()

    private static func make(isCommutative: Bool) -> Result<RawOperation, MPIError> {
        var made: OperationHandle = cmpi_op_null()
        do throws(MPIError) {
            try call("MPI_Op_create") {
                MPI_Op_create(
                    { lower, higher, count, type in
                        guard let lower, let higher, let count, let type else { return }
                        ClosureOperation.apply(lower, higher, Int(count.pointee), type.pointee)
                    },
                    isCommutative ? 1 : 0,
                    &made
                )
            }
            let operation = RawOperation(made)
            Runtime.freeAtEnd {
                var gone = operation.handle
                _ = MPI_Op_free(&gone)
            }
            return .success(operation)
        } catch {
            return .failure(error)
        }
    }

    private static func apply(
        _ lower: UnsafeMutableRawPointer,
        _ higher: UnsafeMutableRawPointer,
        _ count: Int,
        _ type: DatatypeHandle
    ) {
        var closure: UnsafeMutableRawPointer?
        var isThere: Int32 = 0
        guard case .success(let key) = key,
            MPI_Type_get_attr(type, key, &closure, &isThere) == cmpi_success(), isThere != 0, let closure
        else {
            Runtime.report("the MPI library has lost the closure of a reduction")
            Runtime.abort(status: 1)
        }
        Unmanaged<Box>.fromOpaque(closure).takeUnretainedValue().combine(lower, higher, count)
    }
}
