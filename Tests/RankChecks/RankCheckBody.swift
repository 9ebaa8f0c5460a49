import CRankCheckEntry

/// What a check does on every rank.
public typealias RankCheckBody = @Sendable () throws -> Void

/// What a check does on every rank, with `await`.
public typealias AsyncRankCheckBody = @Sendable () async throws -> Void

/// Where the code of a check lies in the test program.
///
/// The ranks run the same file, so an offset into it is all that must travel to find the closure of a test there. That
/// holds for closures that capture nothing: a function value without captures is a code pointer beside an empty word.
struct RankCheckCode {
    /// The body itself, as one finds it or finds it again.
    enum Body {
        case synchronous(RankCheckBody)
        case asynchronous(AsyncRankCheckBody)
    }

    /// Why a body cannot be found from another process.
    enum Refusal: Error, CustomStringConvertible {
        case captures
        case isElsewhere

        var description: String {
            switch self {
            case .captures:
                """
                the closure of a rank check must not use anything from around it, since it runs in other processes: \
                ask for the number of ranks there, or pass values with `arguments:` and read them with \
                `RankCheck.argument(_:as:)`
                """
            case .isElsewhere:
                "the closure of a rank check must be part of the test program, not of a library that it loads"
            }
        }
    }

    var isAsynchronous: Bool
    var offset: UInt

    /// A function as a stored property has its own calling convention; as a generic argument it would be wrapped.
    private struct Words {
        var code: UnsafeRawPointer?
        var context: UnsafeRawPointer?
    }
    private struct SynchronousFunction {
        var body: RankCheckBody
    }
    private struct AsynchronousFunction {
        var body: AsyncRankCheckBody
    }

    /// Finds out where a body is.
    init(of body: Body) throws(Refusal) {
        let words =
            switch body {
            case .synchronous(let body): unsafeBitCast(SynchronousFunction(body: body), to: Words.self)
            case .asynchronous(let body): unsafeBitCast(AsynchronousFunction(body: body), to: Words.self)
            }
        guard words.context == nil else { throw .captures }
        offset = rank_check_offset(words.code)
        if offset == 0 { throw .isElsewhere }
        isAsynchronous = if case .asynchronous = body { true } else { false }
    }

    init(isAsynchronous: Bool, offset: UInt) {
        self.isAsynchronous = isAsynchronous
        self.offset = offset
    }

    /// The body that lies there, or `nil` if nothing does.
    var body: Body? {
        guard let code = rank_check_address(offset) else { return nil }
        let words = Words(code: code, context: nil)
        return isAsynchronous
            ? .asynchronous(unsafeBitCast(words, to: AsynchronousFunction.self).body)
            : .synchronous(unsafeBitCast(words, to: SynchronousFunction.self).body)
    }
}
