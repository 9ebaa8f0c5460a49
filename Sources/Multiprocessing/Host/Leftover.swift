internal import Glibc

/// What a program has given a name in the system, and what would stay there after it: a rank that is killed cannot
/// remove it, so its fork server does.
enum Leftover: Hashable, Sendable {
    /// A block of shared memory, without the slash that its name begins with.
    case memory(name: String)
    case socketFile(SocketFile)

    /// Removes it, if it is still there.
    func remove() {
        switch self {
        case .memory(let name): shm_unlink("/" + name)
        case .socketFile(let file): file.remove()
        }
    }

    /// Layout: device 8 · node 8 · path; of shared memory both numbers are 0, since no file has that node.
    var bytes: [UInt8] {
        let (device, node, name): (UInt64, UInt64, String)
        switch self {
        case .memory(let block): (device, node, name) = (0, 0, block)
        case .socketFile(let file): (device, node, name) = (file.device, file.node, file.path)
        }
        var bytes: [UInt8] = []
        for number in [device, node] {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes + Array(name.utf8)
    }

    /// Reads what `bytes` has written; `nil` if it is too short for that.
    init?(_ bytes: [UInt8]) {
        guard bytes.count > 16 else { return nil }
        let (device, node) = bytes.withUnsafeBytes {
            (
                UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)),
                UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        let name = String(decoding: bytes[16...], as: UTF8.self)
        self =
            node == 0
            ? .memory(name: name) : .socketFile(SocketFile(path: name, device: device, node: node))
    }
}

extension Host {
    /// Makes sure that something is removed even if this rank is killed.
    func remember(_ leftover: Leftover, of serial: UInt32) {
        leftovers[serial] = leftover
        // A server that is gone has a successor, which is told all of it.
        try? server.remember(serial, leftover)
    }

    /// Ends a service; returns whether there was one.
    @discardableResult
    func removeService(_ serial: UInt32) -> Bool {
        disarm(serial)
        observeRemoval(of: serial)
        if leftovers.removeValue(forKey: serial) != nil { try? server.forget(serial) }
        return services.removeValue(forKey: serial) != nil
    }
}
