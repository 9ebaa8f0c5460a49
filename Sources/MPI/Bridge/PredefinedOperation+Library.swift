internal import CMPI

extension PredefinedOperation {
    /// The library's operation, if it is defined for a datatype.
    func raw(for datatype: Datatype) -> RawOperation? {
        if datatype.isPair {
            switch self {
            case .minLocation: return RawOperation(cmpi_minloc())
            case .maxLocation: return RawOperation(cmpi_maxloc())
            default: return nil
            }
        }
        guard datatype.isNumber else { return nil }
        switch self {
        // Of these the library makes use for windows only.
        case .replace, .noOperation: return nil
        case .minLocation, .maxLocation: return nil
        case .none: return nil
        case .sum: return RawOperation(cmpi_sum())
        case .product: return RawOperation(cmpi_prod())
        case .min: return RawOperation(cmpi_min())
        case .max: return RawOperation(cmpi_max())
        case .bitwiseAnd: return RawOperation(cmpi_band())
        case .bitwiseOr: return RawOperation(cmpi_bor())
        case .bitwiseXor: return RawOperation(cmpi_bxor())
        case .logicalAnd: return RawOperation(cmpi_land())
        case .logicalOr: return RawOperation(cmpi_lor())
        case .logicalXor: return RawOperation(cmpi_lxor())
        }
    }
}

extension PredefinedOperation {
    /// What an operation of the library's is here; `none`, if the program has made it.
    init(_ operation: RawOperation) {
        let table: [(OperationHandle, PredefinedOperation)] = [
            (cmpi_sum(), .sum), (cmpi_prod(), .product), (cmpi_min(), .min), (cmpi_max(), .max),
            (cmpi_band(), .bitwiseAnd), (cmpi_bor(), .bitwiseOr), (cmpi_bxor(), .bitwiseXor),
            (cmpi_land(), .logicalAnd), (cmpi_lor(), .logicalOr), (cmpi_lxor(), .logicalXor),
            (cmpi_minloc(), .minLocation), (cmpi_maxloc(), .maxLocation), (cmpi_replace(), .replace),
            (cmpi_no_op(), .noOperation),
        ]
        self = table.first { RawOperation($0.0) == operation }?.1 ?? .none
    }
}

extension RawOperation {
    static var null: Self { Self(cmpi_op_null()) }

    var fortranHandle: Int32 { cmpi_op_c2f(handle) }

    init(fortranHandle: Int32) { self.init(cmpi_op_f2c(fortranHandle)) }

    func isCommutative() throws(MPIError) -> Bool {
        var flag: Int32 = 0
        try call("MPI_Op_commutative") { MPI_Op_commutative(handle, &flag) }
        return flag != 0
    }

    /// Combines one element with another one, in the place of the latter.
    func combine(_ lower: UnsafeRawPointer, _ higher: UnsafeMutableRawPointer, _ datatype: Datatype) {
        do throws(MPIError) {
            try call("MPI_Reduce_local") {
                MPI_Reduce_local(lower, higher, Int32(datatype.unitCount), datatype.raw.handle, handle)
            }
        } catch {
            // There is no way to throw out of an operation, and no result to go on with.
            Runtime.report("an operation that C has made does not work on its elements: \(error)")
            Runtime.abort(status: 1)
        }
    }
}
