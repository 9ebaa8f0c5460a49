internal import CProcessSupport
internal import DequeModule
internal import Glibc

/// Prints to a stream of the main program what processes have written that do not write there themselves, without waiting for whoever
/// reads the stream.
///
/// What there is room for is written at once, so that it comes before what happens next. Only what has to wait is left to a
/// thread, which exists as long as there is something. Nothing gets into a line that the main program is printing.
final class OutputPrinter: Sendable {
    private struct State {
        var waiting: Deque<[UInt8]> = []
        /// What waits, and what the thread is at.
        var byteCount = 0
        /// Whether the thread has something to do, or is about to have.
        var isBehind = false
        /// Whether it has waited for some time until the main program finishes its line, and not for whoever reads the stream.
        var isLockedOut = false
        /// Whether everything has to be printed now, whoever is printing.
        var isEnding = false
        var thread: NativeThread?

        mutating func next() -> [UInt8]? {
            let bytes = waiting.popFirst()
            isBehind = bytes != nil
            return bytes
        }
    }

    /// How often it is tried after a tenth of a millisecond each time, until it counts as locked out.
    private static let quickTries = 50
    /// More than this is kept for no reader, however slow: beyond it, the one who prints has to wait after all.
    private let greatestByteCount: Int
    private let stream: Int32
    private let onCatchingUp: @Sendable () -> Void
    private let state = Monitor(State())

    /// - Parameters:
    ///   - stream: 1 or 2.
    ///   - greatestByteCount: How much may wait.
    ///   - onCatchingUp: Called on the thread when it has printed everything, or waits until the main program has finished its line.
    init(
        stream: Int32,
        greatestByteCount: Int = 16 << 20,
        onCatchingUp: @escaping @Sendable () -> Void = {}
    ) {
        self.stream = stream
        self.greatestByteCount = greatestByteCount
        self.onCatchingUp = onCatchingUp
    }

    /// Whether something waits to be printed.
    var isBehind: Bool { state.withLock { $0.isBehind } }

    /// Whether something waits for the reader of the stream; what waits for the main program must not hold that up.
    var isHeldUp: Bool { state.withLock { $0.isBehind && !$0.isLockedOut } }

    /// Prints bytes after everything that was printed before; to be called by one thread, which prints nothing else.
    func print(_ bytes: UnsafeRawBufferPointer) {
        // What comes later must not get ahead.
        let written = isBehind ? 0 : cps_print(stream, bytes.baseAddress, bytes.count, 0, 0)
        guard written < bytes.count else { return }
        leave(Array(bytes[max(0, written)...]))
    }

    private func leave(_ bytes: [UInt8]) {
        let predecessor = state.wait { state -> NativeThread?? in
            guard state.byteCount < greatestByteCount else { return nil }
            state.waiting.append(bytes)
            state.byteCount += bytes.count
            guard !state.isBehind else { return .some(nil) }
            state.isBehind = true
            return .some(state.thread.take())
        }
        // It is at its end.
        if case .some(.some(let thread)) = predecessor { thread.join() }
        let isServed = state.withLock { state in
            guard state.isBehind, state.thread == nil else { return true }
            state.thread = try? NativeThread(name: "mpi-output") { self.serve() }
            return state.thread != nil
        }
        // Without a thread there is no other way.
        if !isServed { serve() }
    }

    private func serve() {
        while let bytes = state.withLock({ $0.next() }) {
            write(bytes)
            state.withLock { $0.byteCount -= bytes.count }
            state.wakeAll()
        }
        state.withLock { $0.isLockedOut = false }
        state.wakeAll()
        onCatchingUp()
    }

    /// Prints bytes once the main program has finished its line.
    private func write(_ bytes: [UInt8]) {
        // Nothing tells when that is. At the end, it may be this program's last line that waits for the end.
        var patience = 1000
        var tries = 0
        while cps_print(stream, bytes, bytes.count, patience == 0 ? 1 : 0, 1) < 0 {
            tries += 1
            // Mostly it prints something short; but it may as well wait for what is held up until this is printed.
            let isLong = tries >= OutputPrinter.quickTries
            let (isNew, isEnding) = state.withLock { state in
                defer { state.isLockedOut = isLong }
                return (isLong && !state.isLockedOut, state.isEnding)
            }
            if isNew { onCatchingUp() }
            if isEnding { patience -= 1 }
            usleep(isLong || isEnding ? 1000 : 100)
        }
        state.withLock { $0.isLockedOut = false }
    }

    /// Waits until everything is printed and the thread is gone.
    func finish() {
        state.withLock { $0.isEnding = true }
        let thread = state.wait { state -> NativeThread?? in
            guard !state.isBehind else { return nil }
            return .some(state.thread.take())
        }
        if case .some(.some(let thread)) = thread { thread.join() }
        state.withLock { $0.isEnding = false }
    }
}
