#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension HostExamination {
    /// The interfaces that are up and have an IPv4 address.
    static var interfaces: [Facts.Interface] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var interfaces: [Facts.Interface] = []
        var next = first
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard Int32(bitPattern: UInt32(entry.ifa_flags)) & Int32(IFF_UP) != 0,
                let address = number(entry.ifa_addr), let mask = number(entry.ifa_netmask)
            else { continue }
            interfaces.append(
                Facts.Interface(
                    name: String(cString: entry.ifa_name),
                    address: address,
                    prefixLength: mask.nonzeroBitCount,
                    isLoopback: entry.ifa_flags & UInt32(IFF_LOOPBACK) != 0
                )
            )
        }
        return interfaces
    }

    /// The number that an IPv4 address is.
    private static func number(_ address: UnsafeMutablePointer<sockaddr>?) -> UInt32? {
        guard let address, Int32(address.pointee.sa_family) == AF_INET else { return nil }
        return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
        }
    }
}
