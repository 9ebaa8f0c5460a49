extension Diagnosis {
    /// Whether hosts can be told apart, and ranks will use the network that leads to the others.
    static func network(_ facts: Facts) -> [Finding] {
        doubledNames(facts) + missingNetworks(facts) + choice(facts)
    }

    private static func doubledNames(_ facts: Facts) -> [Finding] {
        Dictionary(grouping: facts.hosts, by: \.name).filter { $0.value.count > 1 }.keys.sorted().map {
            name in
            .problem(
                "several hosts, or containers with a /dev/shm of their own, are called \(name): Open MPI takes them for one, "
                    + "and looks for shared memory that is not there",
                cure: "give each a name of its own: hostnamectl set-hostname, or docker run --hostname"
            )
        }
    }

    /// Whether a host has none of the networks that Open MPI was told to use.
    private static func missingNetworks(_ facts: Facts) -> [Finding] {
        guard let setting = facts.namedNetworks, setting.hasPrefix("btl_tcp_if_include=") else { return [] }
        let words = setting.split(separator: "=", maxSplits: 1)[1].split(separator: ",").map(String.init)
        return facts.hosts.filter { host in
            !host.interfaces.isEmpty
                && !host.interfaces.contains { interface in words.contains(where: interface.isMeant) }
        }
        .map { host in
            .problem(
                "\(host.name) has none of the networks that \(setting) names, only "
                    + list(host.interfaces),
                cure: "name one that all hosts have, such as "
                    + (commonNetworks(facts.hosts).first ?? host.interfaces.first { !$0.isLoopback }?.network
                        ?? "lo")
            )
        }
    }

    /// Whether Open MPI has a choice, and may make the wrong one.
    private static func choice(_ facts: Facts) -> [Finding] {
        guard facts.namedNetworks == nil,
            Dictionary(grouping: facts.hosts, by: \.name).count == facts.hosts.count
        else { return [] }
        // A job on one host needs no network; without a launcher nobody knows yet.
        guard facts.hosts.count > 1 || facts.announcedRankCount == nil else { return [] }
        if let (address, hosts) = sharedAddress(facts.hosts) {
            return [
                .note(
                    "\(hosts.joined(separator: " and ")) have the same address \(address): a rank that uses it for the other "
                        + "finds itself",
                    cure: cure(facts)
                )
            ]
        }
        for host in facts.hosts {
            let ways = host.interfaces.filter { !$0.isLoopback }
            guard ways.count > 1 else { continue }
            let purpose = facts.hosts.count > 1 ? "" : ", in jobs on several hosts"
            let bridges = ways.filter(\.isBridge).map(\.name)
            let remark =
                bridges.isEmpty
                ? ""
                : " (\(bridges.joined(separator: ", ")) \(bridges.count == 1 ? "leads" : "lead") nowhere)"
            return [
                .note(
                    "\(host.name) has several networks, \(list(ways)), and Open MPI may take any of them\(purpose)"
                        + remark,
                    cure: cure(facts)
                )
            ]
        }
        return []
    }

    private static func cure(_ facts: Facts) -> String {
        let network =
            commonNetworks(facts.hosts).first
            ?? facts.hosts.first?.interfaces.first { !$0.isLoopback && !$0.isBridge }?.network ?? "10.0.0.0/8"
        return "name the one that leads to the other hosts: export OMPI_MCA_btl_tcp_if_include=\(network) "
            + "OMPI_MCA_oob_tcp_if_include=\(network) PRTE_MCA_prte_if_include=\(network)"
    }

    /// The networks that all hosts have, each with an address of its own.
    static func commonNetworks(_ hosts: [Facts.Host]) -> [String] {
        guard let first = hosts.first else { return [] }
        return first.interfaces.filter { !$0.isLoopback && !$0.isBridge }.map(\.network).filter { network in
            let addresses = hosts.compactMap { host in
                host.interfaces.first { $0.network == network }?.address
            }
            return Set(addresses).count == hosts.count
        }
    }

    private static func sharedAddress(_ hosts: [Facts.Host]) -> (address: String, hosts: [String])? {
        var owners: [UInt32: String] = [:]
        for host in hosts {
            for way in host.interfaces where !way.isLoopback {
                if let other = owners[way.address] { return (way.addressText, [other, host.name]) }
            }
            for way in host.interfaces { owners[way.address] = host.name }
        }
        return nil
    }

    private static func list(_ ways: [Facts.Interface]) -> String {
        ways.map { "\($0.name) (\($0.network))" }.joined(separator: ", ")
    }
}
