enum VariableBox {
    static func isLikely(_ function: FunctionWords) -> Bool { false }
}
