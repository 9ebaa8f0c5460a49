import Dispatch

/// Tells when a child process has ended, without reaping it.
///
/// On Linux the process descriptor that the child was started with becomes readable; elsewhere the system's
/// process events say so.
final class ExitWatch: Sendable {
    // A dispatch source may be used from any thread; it is set up before anybody else sees it, and only cancelled after.
    private nonisolated(unsafe) let source: any DispatchSourceProtocol
    private let end = FirstValue<Void>()

    /// Begins to watch a child.
    ///
    /// - Parameters:
    ///   - identifier: Its process id.
    ///   - descriptor: Its process descriptor, open until `stop()` has returned.
    init(processIdentifier identifier: Int32, processDescriptor descriptor: Int32) {
        #if os(Linux)
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
        #else
        source = DispatchSource.makeProcessSource(identifier: identifier, eventMask: .exit)
        #endif
        source.setEventHandler { [end] in end.set(()) }
        source.activate()
    }

    /// Waits until the process has ended.
    func wait() async {
        await end.value
    }

    /// Stops watching; the descriptor may be closed afterwards.
    func stop() async {
        await withCheckedContinuation { continuation in
            source.setCancelHandler { continuation.resume() }
            source.cancel()
        }
    }
}
