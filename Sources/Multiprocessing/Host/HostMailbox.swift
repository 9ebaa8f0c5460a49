internal import CProcessSupport
internal import Glibc
internal import Synchronization

/// Where the threads of a rank leave frames for its Host.
final class HostMailbox: Outlet {
    private struct Contents {
        var frames: [Frame] = []
        var isHostAsleep = false
        var isClosed = false
    }

    private let contents = Mutex(Contents())
    /// Readable when the Host should wake.
    let descriptor: Int32

    init() throws(ProcessingError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else {
            throw ProcessingError(.resources, "cannot make an event descriptor: \(SystemError())")
        }
    }

    deinit { close(descriptor) }

    func send(_ frame: consuming Frame) throws(ProcessingError) {
        let taken = frame
        let (isClosed, mustWake) = contents.withLock { contents in
            guard !contents.isClosed else { return (true, false) }
            contents.frames.append(taken)
            defer { contents.isHostAsleep = false }
            return (false, contents.isHostAsleep)
        }
        guard !isClosed else {
            throw ProcessingError(
                .noScope,
                "`withProcesses` has ended, and its processes, queues, pipes and pools with it"
            )
        }
        if mustWake {
            var one: UInt64 = 1
            write(descriptor, &one, 8)
        }
    }

    /// Takes everything that was left.
    func takeAll() -> [Frame] {
        contents.withLock { contents in
            guard !contents.frames.isEmpty else { return [] }
            defer { contents.frames = [] }
            return contents.frames
        }
    }

    /// Says that the Host is about to sleep.
    ///
    /// Returns false when there is something to do first.
    func prepareToSleep() -> Bool {
        contents.withLock { contents in
            guard contents.frames.isEmpty else { return false }
            contents.isHostAsleep = true
            return true
        }
    }

    /// Says that the Host is awake.
    func wakeUp() {
        contents.withLock { $0.isHostAsleep = false }
        var count: UInt64 = 0
        read(descriptor, &count, 8)
    }

    /// Makes the Host look around, now or as soon as it would sleep.
    func nudge() {
        var one: UInt64 = 1
        write(descriptor, &one, 8)
    }

    /// Refuses all further frames.
    func closeForGood() { contents.withLock { $0.isClosed = true } }
}
