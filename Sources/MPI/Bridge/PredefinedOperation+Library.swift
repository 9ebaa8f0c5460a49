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
