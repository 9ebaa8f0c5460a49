internal import CProcessSupport
internal import Glibc

/// A thread of the operating system: for work that blocks, which must stay off Swift's cooperative pool.
struct NativeThread: Sendable {
    private let identifier: pthread_t

    /// Starts a thread that runs `body`, under a name of at most 15 bytes that debuggers show.
    init(name: String, _ body: @escaping @Sendable () -> Void) throws(ProcessingError) {
        let context = Unmanaged.passRetained(ThreadBody(run: body, name: name))
        var identifier = pthread_t()
        let result = pthread_create(
            &identifier,
            nil,
            { argument in
                guard let argument else { return nil }
                let body = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
                cps_set_thread_title(body.name)
                body.run()
                return nil
            },
            context.toOpaque()
        )
        guard result == 0 else {
            context.release()
            throw ProcessingError(.resources, "cannot start a thread: \(SystemError(result))")
        }
        self.identifier = identifier
    }

    /// Waits until the thread has ended.
    ///
    /// To be called once, unless `detach` was.
    func join() { pthread_join(identifier, nil) }

    /// Lets the thread end unobserved.
    func detach() { pthread_detach(identifier) }

    /// Whether it is the calling thread.
    var isCurrent: Bool { pthread_equal(identifier, pthread_self()) != 0 }

    /// The number of threads that the calling process has now.
    static var count: Int {
        guard let directory = opendir("/proc/self/task") else { return 1 }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            if entry.pointee.d_name.0 != UInt8(ascii: ".") { count += 1 }
        }
        return count
    }
}

/// Something that one thread gives to another for good.
struct HandedOver<Value>: @unchecked Sendable {
    // Sendable because the giver does not touch it again.
    let value: Value
    init(_ value: Value) { self.value = value }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    let name: String
    init(run: @escaping @Sendable () -> Void, name: String) {
        self.run = run
        self.name = name
    }
}
