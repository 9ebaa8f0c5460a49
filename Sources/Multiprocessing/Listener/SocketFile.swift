internal import Glibc

/// The file of a socket that a listener has made.
///
/// It is removed when the listener is closed, if it is still the same one. One that a dead listener has left is
/// replaced; one at which somebody listens, or what is no socket, never is.
struct SocketFile: Hashable, Codable, Sendable {
    let path: String
    let device: UInt64
    let node: UInt64

    /// A file that is known from elsewhere.
    init(path: String, device: UInt64, node: UInt64) {
        self.path = path
        self.device = device
        self.node = node
    }

    /// The same file for processes with another working directory.
    var withAbsolutePath: SocketFile {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return self }
        defer { free(folder) }
        return SocketFile(path: String(cString: folder) + "/" + path, device: device, node: node)
    }

    /// Binds a socket to its address and listens, in one step as far as other listeners at the path can see.
    static func bind(
        _ descriptor: Int32,
        to address: SystemAddress,
        at path: String,
        backlog: Int32
    ) throws(ProcessingError) -> SocketFile {
        let lock = FolderLock(ofFolderOf: path)
        defer { lock.release() }
        var result = address.withSocketAddress { Glibc.bind(descriptor, $0, $1) }
        if result != 0, errno == EADDRINUSE {
            try removeIfStale(path, address)
            result = address.withSocketAddress { Glibc.bind(descriptor, $0, $1) }
        }
        guard result == 0 else {
            throw ProcessingError(.resources, "cannot make the socket \(path): \(SystemError())")
        }
        guard listen(descriptor, backlog) == 0, let file = SocketFile(path) else {
            let reason = SystemError()
            unlink(path)
            throw ProcessingError(.resources, "cannot listen at \(path): \(reason)")
        }
        return file
    }

    /// Remembers the socket that is at a path.
    private init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        self.path = path
        device = UInt64(status.st_dev)
        node = UInt64(status.st_ino)
    }

    /// Removes the file, unless another listener has replaced it.
    func remove() {
        let lock = FolderLock(ofFolderOf: path)
        defer { lock.release() }
        guard let now = SocketFile(path), now.device == device, now.node == node else { return }
        unlink(path)
    }

    private static func removeIfStale(_ path: String, _ address: SystemAddress) throws(ProcessingError) {
        guard SocketFile(path) != nil else {
            throw ProcessingError(.resources, "\(path) exists already and is no socket: it is not replaced")
        }
        let probe = try SocketDescriptor.make(family: AF_UNIX)
        defer { probe.close() }
        let isDeserted = try probe.use { descriptor in
            address.withSocketAddress { connect(descriptor, $0, $1) } != 0 && errno == ECONNREFUSED
        }
        guard isDeserted else {
            throw ProcessingError(.resources, "somebody listens at \(path) already")
        }
        unlink(path)
    }
}

/// A lock on a folder, by which listeners take turns at looking whether a socket there is still in use.
private struct FolderLock {
    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// A folder that cannot be read, or that somebody else has locked for long, goes without.
    init(ofFolderOf path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        for _ in 0..<200 where flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            poll(nil, 0, 10)
        }
    }

    func release() { if descriptor >= 0 { close(descriptor) } }
}
