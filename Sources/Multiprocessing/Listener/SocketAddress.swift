internal import Glibc

/// Where a listener can be reached.
///
/// ```swift
/// let anywhere = SocketAddress.tcp(host: "localhost", port: 0)     // any free port of this machine
/// let file = SocketAddress.unix(path: "/run/user/1000/results")    // a socket in the file system
/// ```
/// As the addresses of `multiprocessing.connection` in Python.
public enum SocketAddress: Hashable, Sendable, Codable, CustomStringConvertible {
    /// A port of a machine, given by name or by its IPv4 or IPv6 address.
    ///
    /// A listener at port 0 gets a free one, and at an empty host it can be reached over every interface.
    case tcp(host: String, port: Int)
    /// A socket in the file system: only processes of this machine reach it, and only those that may write the file.
    case unix(path: String)
    /// A socket of this machine that has a name but no file; it is gone when its listener is.
    case abstract(name: String)

    /// The address in words.
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "tcp [\(host)]:\(port)" : "tcp \(host):\(port)"
        case .unix(let path): "unix \(path)"
        case .abstract(let name): "unix @\(name)"
        }
    }
}

/// An address as the system takes it.
struct SystemAddress {
    let family: Int32
    /// The bytes of a `sockaddr` of the family.
    let bytes: [UInt8]

    /// Calls `use` with the address in the system's form.
    func withSocketAddress<Result>(_ use: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { $0.copyBytes(from: bytes.prefix($0.count)) }
        return withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { use($0, socklen_t(bytes.count)) }
        }
    }
}

extension SocketAddress {
    /// The addresses of the system that this one means, the most likely first.
    ///
    /// A name of a machine is looked up, which may take a while.
    func resolved(forListening: Bool) throws(ProcessingError) -> [SystemAddress] {
        switch self {
        case .tcp(let host, let port): try Self.lookUp(host, port, forListening)
        case .unix(let path): [try Self.local(Array(path.utf8), isAbstract: false)]
        case .abstract(let name): [try Self.local([0] + Array(name.utf8), isAbstract: true)]
        }
    }

    private static func local(_ name: [UInt8], isAbstract: Bool) throws(ProcessingError) -> SystemAddress {
        var address = sockaddr_un()
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        let offset = MemoryLayout<sockaddr_un>.size - capacity
        let text = String(decoding: name.drop { $0 == 0 }, as: UTF8.self)
        guard !text.isEmpty, isAbstract || !name.contains(0) else {
            throw ProcessingError(.misuse, "a socket needs a path, or a name, without zero bytes")
        }
        guard name.count < capacity else {
            throw ProcessingError(
                .misuse,
                "the path of a socket has at most \(capacity - 1) bytes, and \(text) has \(name.count)"
            )
        }
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = withUnsafeBytes(of: address) { Array($0.prefix(offset)) } + name
        if !isAbstract { bytes.append(0) }
        return SystemAddress(family: AF_UNIX, bytes: bytes)
    }

    private static func lookUp(_ host: String, _ port: Int, _ forListening: Bool)
        throws(ProcessingError) -> [SystemAddress]
    {
        guard ((forListening ? 0 : 1)...65535).contains(port) else {
            throw ProcessingError(.misuse, "\(port) is no port")
        }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV | (forListening ? AI_PASSIVE : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host.isEmpty ? nil : host, "\(port)", &hints, &list)
        guard result == 0 else {
            let reason = gai_strerror(result).map { String(cString: $0) } ?? "error \(result)"
            throw ProcessingError(.notFound, "the host \"\(host)\" cannot be found: \(reason)")
        }
        defer { freeaddrinfo(list) }
        var addresses: [SystemAddress] = []
        while let entry = list?.pointee {
            list = entry.ai_next
            guard let address = entry.ai_addr else { continue }
            let bytes = UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
            addresses.append(SystemAddress(family: entry.ai_family, bytes: Array(bytes)))
        }
        // A socket of IPv6 that listens everywhere takes connections over IPv4 as well.
        guard host.isEmpty else { return addresses }
        return addresses.filter { $0.family == AF_INET6 } + addresses.filter { $0.family != AF_INET6 }
    }

    /// The address of an end of a socket; `nil` if that has none, as the connecting end of a socket in the file system.
    init?(ofSocket descriptor: Int32, isPeer: Bool) {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                isPeer ? getpeername(descriptor, $0, &size) : getsockname(descriptor, $0, &size)
            }
        }
        guard result == 0 else { return nil }
        if Int32(storage.ss_family) == AF_UNIX {
            let name = withUnsafeBytes(of: storage) { Array($0.prefix(Int(size)).dropFirst(2)) }
            guard let first = name.first else { return nil }
            let text = String(
                decoding: first == 0 ? name.dropFirst() : name.prefix { $0 != 0 },
                as: UTF8.self
            )
            self = first == 0 ? .abstract(name: text) : .unix(path: text)
            return
        }
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let named = withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getnameinfo(
                    $0,
                    size,
                    &host,
                    socklen_t(host.count),
                    &port,
                    socklen_t(port.count),
                    NI_NUMERICHOST | NI_NUMERICSERV
                )
            }
        }
        guard named == 0 else { return nil }
        func text(_ characters: [CChar]) -> String {
            String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        self = .tcp(host: text(host), port: Int(text(port)) ?? 0)
    }
}
