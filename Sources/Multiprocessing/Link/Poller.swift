internal import CProcessSupport
internal import Glibc

/// Waits for any of many descriptors (Linux's epoll).
struct Poller: ~Copyable {
    /// What happened to a descriptor.
    struct Event {
        let descriptor: Int32
        let isReadable: Bool
        let isWritable: Bool
    }

    private let descriptor: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: 64)

    init() throws(ProcessingError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else {
            throw ProcessingError(.resources, "cannot create an epoll descriptor: \(SystemError())")
        }
    }

    deinit { close(descriptor) }

    /// Watches a descriptor for input, and for room for output if asked.
    ///
    /// Returns false for what cannot be watched (a regular file).
    @discardableResult
    func add(_ watched: Int32, forOutput: Bool = false) -> Bool { control(EPOLL_CTL_ADD, watched, forOutput) }

    /// Changes whether room for output is of interest.
    func update(_ watched: Int32, forOutput: Bool) { control(EPOLL_CTL_MOD, watched, forOutput) }

    func remove(_ watched: Int32) {
        var event = epoll_event()
        epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, &event)
    }

    @discardableResult
    private func control(_ operation: Int32, _ watched: Int32, _ forOutput: Bool) -> Bool {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | (forOutput ? EPOLLOUT.rawValue : 0)
        event.data.fd = watched
        return epoll_ctl(descriptor, operation, watched, &event) == 0
    }

    /// Returns what has happened, waiting for it if `nanoseconds` is positive (a negative number waits without limit).
    mutating func wait(nanoseconds: Int64) -> [Event] {
        // epoll_wait counts in milliseconds; the epoll descriptor itself can be waited for with ppoll, which counts in nanoseconds.
        if nanoseconds != 0, cps_wait(descriptor, Int16(POLLIN), nanoseconds) <= 0 { return [] }
        let count = epoll_wait(descriptor, &events, Int32(events.count), 0)
        guard count > 0 else { return [] }
        return events.prefix(Int(count)).map { event in
            Event(
                descriptor: event.data.fd,
                isReadable: event.events & (EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0,
                isWritable: event.events & EPOLLOUT.rawValue != 0
            )
        }
    }
}
