internal import CProcessSupport
internal import Glibc

/// The other ranks of this node, each of which is held by a descriptor of its process that tells of its end at once, whatever has ended it.
///
/// That takes no message and no time limit; ranks on other nodes are watched by those that are there with them, and by `RankWatch`.
final class Neighbours: Sendable {
    /// Readable once the process of that rank has ended.
    let rankOfDescriptor: [Int32: Int]
    /// Those that had ended before they could be watched.
    private let absent: [Int]

    static let reason = "its process has ended"

    /// Where pids mean the same: on one machine, in one namespace for them; `nil` if that cannot be told, or the kernel has no descriptors
    /// of processes, so that each rank is as if it were alone.
    static var place: String? {
        let own = cps_watch_process(getpid())
        guard own >= 0 else { return nil }
        close(own)
        var namespace = stat()
        guard stat("/proc/self/ns/pid", &namespace) == 0 else { return nil }
        return Machine.identity + "\(namespace.st_ino)"
    }

    /// - Parameter pids: Those of the other ranks at this place.
    init(pids: [Int: pid_t]) {
        var rankOfDescriptor: [Int32: Int] = [:]
        var absent: [Int] = []
        for (rank, pid) in pids {
            let descriptor = cps_watch_process(pid)
            if descriptor >= 0 {
                rankOfDescriptor[descriptor] = rank
            } else if errno == ESRCH {
                absent.append(rank)
            }
            // A kernel without such descriptors leaves it to those who wait for a message.
        }
        self.rankOfDescriptor = rankOfDescriptor
        self.absent = absent
    }

    deinit { for descriptor in rankOfDescriptor.keys { close(descriptor) } }

    /// The ranks that have ended by now, in order.
    var ended: [Int] {
        var polled = rankOfDescriptor.keys.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&polled, nfds_t(polled.count), 0) > 0 else { return absent }
        return (absent + polled.filter { $0.revents != 0 }.compactMap { rankOfDescriptor[$0.fd] }).sorted()
    }
}
