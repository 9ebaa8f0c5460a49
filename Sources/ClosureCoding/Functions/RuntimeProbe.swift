/// Finds out once whether functions and objects are laid out as this module knows it.
enum RuntimeProbe {
    private static let result: Result<Void, ClosureCodingError> = {
        guard MemoryLayout<UInt>.size == 8, MemoryLayout<Probe<() -> Void>>.size == 16 else {
            return .failure(.unsupportedRuntime("a function value is not two words"))
        }
        let number = CommandLine.argc
        let text = String(number)
        return probe(number: number, text: text)
    }()

    /// - Throws: `ClosureCodingError` if it is not as known.
    static func check() throws(ClosureCodingError) {
        try result.get()
    }

    /// A function in generic storage, as `PortableFunction` holds it.
    private struct Probe<Function> {
        let function: Function
    }

    /// Looks at a closure with two captures of known types and values.
    @inline(never)
    private static func probe(number: Int32, text: String) -> Result<Void, ClosureCodingError> {
        let holder = Probe<(Int32, String) -> Bool>(function: { $0 == number && $1 == text })
        let problem = withUnsafePointer(to: holder) { pointer -> String? in
            // Generic storage puts a thunk around the closure, whose context holds the closure itself.
            var words = FunctionWords(at: UnsafeRawPointer(pointer))
            for _ in 0..<4 {
                guard words.context != 0, words.context % 8 == 0 else {
                    return "a closure's context is not an object"
                }
                guard let (plan, _) = try? ContextPlan.plan(forContext: words.context) else {
                    return "a closure's captures are described in an unknown way"
                }
                guard let base = UnsafeRawPointer(bitPattern: words.context) else {
                    return "a context is null"
                }
                if plan.captures.count == 1, case .function = plan.captures[0].shape {
                    words = FunctionWords(at: base + plan.captures[0].offset)
                    continue
                }
                guard plan.captures.count == 2 else {
                    return "a closure's captures are not described in full"
                }
                guard plan.captures[0].type == Int32.self, plan.captures[1].type == String.self,
                    (base + plan.captures[0].offset).load(as: Int32.self) == number,
                    (base + plan.captures[1].offset).assumingMemoryBound(to: String.self).pointee == text
                else { return "captured values are not where they should be" }
                return nil
            }
            return "a closure is wrapped in too many others"
        }
        // Keeps the closure, and with it the context, in use.
        guard holder.function(number, text) else {
            return .failure(.unsupportedRuntime("a closure does not work"))
        }
        return problem.map { .failure(.unsupportedRuntime($0)) } ?? .success(())
    }
}
