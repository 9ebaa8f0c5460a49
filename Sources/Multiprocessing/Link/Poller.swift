internal import CProcessSupport
internal import Glibc

/// Tells which of many descriptors have something to read (Linux's epoll).
struct Poller: ~Copyable {
    /// Readable itself when one of them is: what a thread waits for that has nothing else to do.
    let descriptor: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: 64)

    init() throws(ProcessingError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else {
            throw ProcessingError(.resources, "cannot create an epoll descriptor: \(SystemError())")
        }
    }

    deinit { close(descriptor) }

    /// Watches a descriptor.
    ///
    /// Returns false for what cannot be watched (a regular file).
    @discardableResult
    func add(_ watched: Int32) -> Bool {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.fd = watched
        return epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event) == 0
    }

    func remove(_ watched: Int32) {
        var event = epoll_event()
        epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, &event)
    }

    /// The descriptors that have something to read, or whose other side is gone, now.
    mutating func poll() -> [Int32] {
        let count = epoll_wait(descriptor, &events, Int32(events.count), 0)
        return count > 0 ? events.prefix(Int(count)).map { $0.data.fd } : []
    }
}
