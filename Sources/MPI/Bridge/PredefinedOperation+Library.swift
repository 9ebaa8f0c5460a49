internal import CMPI

extension PredefinedOperation {
    /// The library's operation, if it is defined for a datatype.
    func raw(for datatype: Datatype) -> RawOperation? {
        guard datatype.isNumber else { return nil }
        switch self {
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
