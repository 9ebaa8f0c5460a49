internal import CProcessSupport

/// A Swift function value: two words, the code and the context.
///
/// The code word of an asynchronous function points to a record of two 32-bit numbers: the distance to the code and the
/// size of the frame it needs. The context is a retained heap object, or null if nothing is captured.
struct FunctionWords: BitwiseCopyable {
    var code: UInt
    var context: UInt

    /// The words of a function that lies in memory in the most general abstraction, as generic storage holds it.
    init(at pointer: UnsafeRawPointer) {
        self = pointer.loadUnaligned(as: FunctionWords.self)
    }

    init(code: UInt, context: UInt) {
        self.code = code
        self.context = context
    }

    /// Makes sure that the code word is a place where a function's code begins, or may begin.
    static func check(code: UInt, isAsync: Bool, in image: LoadedImage) throws(ClosureCodingError) {
        guard let segment = image.segment(of: code) else {
            throw .invalidCode("its code lies outside of its image")
        }
        guard isAsync else {
            guard segment.isExecutable else { throw .invalidCode("its code is not in an executable segment") }
            return
        }
        guard code % 4 == 0, segment.end - code >= 8,
            image.segment(of: Memory(code).relative(0))?.isExecutable == true
        else { throw .invalidCode("its record for asynchronous calls leads to no code") }
    }
}
