extension Facts {
    /// A way from a host to a network.
    struct Interface: Codable, Sendable, Equatable {
        var name: String
        /// The IPv4 address as a number.
        var address: UInt32
        /// How many of its bits are the network's.
        var prefixLength: Int
        var isLoopback = false
    }
}

extension Facts.Interface {
    /// Such as `10.0.0.0/24`.
    var network: String { "\(Self.text(address & mask))/\(prefixLength)" }

    var addressText: String { Self.text(address) }

    /// Whether the name is one that programs give to networks that do not leave the machine.
    var isBridge: Bool {
        [
            "docker", "br-", "virbr", "vboxnet", "vmnet", "cni", "flannel", "podman", "lxcbr", "lxdbr", "cbr",
            "kube",
            "veth", "cali",
        ].contains(where: name.hasPrefix)
    }

    private var mask: UInt32 { Self.mask(prefixLength) }

    private static func mask(_ length: Int) -> UInt32 {
        length <= 0 ? 0 : UInt32.max << UInt32(32 - min(32, length))
    }

    private static func text(_ address: UInt32) -> String {
        [24, 16, 8, 0].map { "\((address >> UInt32($0)) & 0xff)" }.joined(separator: ".")
    }

    /// Whether a setting means this interface: by its name, its address or its network (`10.0.0.0/24`).
    func isMeant(by word: String) -> Bool {
        if word == name { return true }
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        let bytes = parts[0].split(separator: ".").compactMap { UInt32($0) }.filter { $0 < 256 }
        guard bytes.count == 4, parts.count <= 2 else { return false }
        let length = parts.count == 2 ? Int(parts[1]) ?? -1 : 32
        guard (0...32).contains(length) else { return false }
        let wanted = bytes.reduce(0) { $0 << 8 | $1 }
        return wanted & Self.mask(length) == address & Self.mask(length)
    }
}
