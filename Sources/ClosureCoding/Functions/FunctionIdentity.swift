/// What tells a function that captures nothing from all other functions of the process.
///
/// Functions with one identity are encoded to the same bytes, and what these are decoded to is as good as new however often it is
/// used: nothing in it can change. A function that is mentioned at several places of the program may have several identities.
public struct FunctionIdentity: Hashable, Sendable {
    /// The code of the function, and what it leads to.
    private let words: [UInt]

    /// How many thunks there are at most between a function and what it is seen as.
    private static let greatestDepth = 4

    /// The identity of a function; `nil` if it captures something, or that is not quick to tell.
    ///
    /// A closure that is stored as a value of a generic type is behind a thunk, which captures the closure and nothing else.
    init?(_ function: FunctionWords) {
        var function = function
        var words: [UInt] = []
        // Mostly there is one thunk, if any.
        words.reserveCapacity(3)
        words.append(function.code)
        while function.context != 0 {
            let metadata = Memory(function.context).word(0)
            guard words.count < 2 * Self.greatestDepth, Memory(metadata).word(0) == ContextPlan.contextKind,
                let (plan, types) = try? ContextPlan.plan(forContext: function.context),
                plan.bindingCount == 0, types.isEmpty, plan.captures.count == 1,
                case .function = plan.captures[0].shape,
                let base = UnsafeRawPointer(bitPattern: function.context)
            else { return nil }
            function = FunctionWords(at: base + plan.captures[0].offset)
            words.append(metadata)
            words.append(function.code)
        }
        self.words = words
    }
}

extension PortableFunction {
    /// By what the function is known in this process if it captures nothing, else `nil`.
    ///
    /// It is told quickly, so that work can be saved that was done before for the same function. It says nothing of whether the
    /// function can travel.
    public var identity: FunctionIdentity? {
        guard (try? RuntimeProbe.check()) != nil, (try? Self.isAsync) != nil else { return nil }
        return withUnsafePointer(to: self) { FunctionIdentity(FunctionWords(at: UnsafeRawPointer($0))) }
    }
}
