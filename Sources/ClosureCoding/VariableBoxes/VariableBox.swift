internal import Synchronization

/// Tells a closure that shares its one variable with its surroundings from a closure that captures one value.
///
/// A captured `var` lives in a box, and a closure that captures nothing else has this box as its context. Box and context
/// look alike down to their metadata, so the difference is looked for in the code: a closure *loads* a value that it
/// has captured, but takes the *address* of a shared variable, to announce an access to the exclusivity checks, to write to it or
/// to pass the box on. The code is followed from its entry until that is clear.
///
/// A shared variable that is read by inlined code without an exclusivity check is not found; the closure then
/// travels with the variable's value at the time. The sure way is a parameter of type `@Sendable`: then the compiler refuses
/// such closures.
enum VariableBox {
    /// What a register or a stack slot is known to hold.
    enum Value: Equatable {
        /// The context plus an offset.
        case context(Int)
        case constant(Int)
        /// An address in the frame.
        case stack
        case unknown
    }

    /// What the code of a closure does with its context.
    enum Use: Sendable {
        /// Nothing that only a box would be used for.
        case values
        /// It treats it as a variable's box.
        case box
        /// It keeps the context itself for later, as a suspended asynchronous function may.
        case kept
    }

    /// The first byte behind the header of a box and of a context.
    static let content = 16

    private static let uses = Mutex<[UInt: Use]>([:])

    /// Whether the function's context is a variable's box, as far as its code tells.
    ///
    /// - Parameters:
    ///   - function: A function with one capture.
    ///   - isAsync: Whether it is asynchronous.
    ///   - isLoadable: Whether the captured value is surely held in registers, and not used by its address.
    /// - Returns: `true` if a box is the only explanation.
    static func isLikely(_ function: FunctionWords, isAsync: Bool, isLoadable: Bool) -> Bool {
        let code = isAsync ? Memory(function.code).relative(0) : function.code
        let use = uses.withLock { $0[code] } ?? determineUse(of: code)
        switch use {
        case .values: return false
        case .box: return true
        case .kept: return isLoadable
        }
    }

    private static func determineUse(of code: UInt) -> Use {
        var use = Use.values
        if let image = LoadedImages.containing(code) {
            #if arch(x86_64)
            var walk = CodeWalkX86(code, image)
            use = walk.run()
            #elseif arch(arm64)
            var walk = CodeWalkARM(code, image)
            use = walk.run()
            #endif
        }
        uses.withLock { $0[code] = use }
        return use
    }

    /// Whether a value of the type is used from registers wherever the compiler has a choice.
    static func isLoadable(_ type: Any.Type?) -> Bool {
        guard let type else { return true }
        switch type {
        case is any BinaryInteger.Type, is any BinaryFloatingPoint.Type, is String.Type, is Bool.Type:
            return true
        case is any LoadableContainer.Type: return true
        default: return false
        }
    }
}

/// The standard types that are one or two words, whatever their elements are.
private protocol LoadableContainer {}
extension Array: LoadableContainer {}
extension Dictionary: LoadableContainer {}
extension Set: LoadableContainer {}
