import Testing

@testable import swift_mpi

@Suite("The doctor's conclusions about networks")
struct NetworkDiagnosisTests {
    private func interface(_ name: String, _ bytes: UInt32..., prefix: Int = 24) -> Facts.Interface {
        Facts.Interface(
            name: name,
            address: bytes.reduce(0) { $0 << 8 | $1 },
            prefixLength: prefix,
            isLoopback: name == "lo"
        )
    }

    private func host(_ name: String, identity: String = "", _ ways: Facts.Interface...) -> Facts.Host {
        Facts.Host(
            name: name,
            identity: identity,
            interfaces: [interface("lo", 127, 0, 0, 1, prefix: 8)] + ways
        )
    }

    private func findings(_ hosts: [Facts.Host], ranks: Int? = nil, named: String? = nil) -> [Finding] {
        var facts = Facts()
        facts.hosts = hosts
        facts.announcedRankCount = ranks
        facts.namedNetworks = named
        return Diagnosis.network(facts)
    }

    @Test("one network needs no choice, nor does a job on one host")
    func noChoice() {
        let docker = interface("docker0", 172, 17, 0, 1, prefix: 16)
        #expect(findings([host("a", interface("eth0", 10, 0, 0, 1))]).isEmpty)
        #expect(findings([host("a", interface("eth0", 10, 0, 0, 1), docker)], ranks: 4).isEmpty)
        let both = [host("a", interface("eth0", 10, 0, 0, 1)), host("b", interface("eth0", 10, 0, 0, 2))]
        #expect(findings(both, ranks: 4).isEmpty)
    }

    @Test("with several the cure names the one that is no bridge, for ranks and for both launchers")
    func choice() throws {
        let docker = interface("docker0", 172, 17, 0, 1, prefix: 16)
        let found = try #require(findings([host("a", docker, interface("eth0", 10, 1, 2, 3))]).first)
        #expect(found.level == .note && found.text.contains("docker0 leads nowhere"))
        for setting in ["btl_tcp_if_include", "oob_tcp_if_include", "prte_if_include"] {
            #expect(found.cure?.contains("\(setting)=10.1.2.0/24") == true)
        }
        #expect(
            findings(
                [host("a", docker, interface("eth0", 10, 1, 2, 3))],
                named: "btl_tcp_if_include=eth0"
            ).isEmpty
        )
    }

    @Test("the network that all hosts have is the one to name")
    func common() {
        let hosts = [
            host("a", interface("eth0", 192, 168, 1, 1), interface("eth1", 10, 0, 0, 1)),
            host("b", interface("eth0", 192, 168, 2, 1), interface("eth1", 10, 0, 0, 2)),
        ]
        #expect(Diagnosis.commonNetworks(hosts) == ["10.0.0.0/24"])
        let found = findings(hosts, ranks: 2)
        #expect(found.count == 1 && found[0].cure?.contains("=10.0.0.0/24") == true)
    }

    @Test("an address that several hosts have is named with them")
    func sharedAddress() {
        let docker = interface("docker0", 172, 17, 0, 1, prefix: 16)
        let hosts = [
            host("a", interface("eth0", 10, 0, 0, 1), docker),
            host("b", interface("eth0", 10, 0, 0, 2), docker),
        ]
        let found = findings(hosts, ranks: 2)
        #expect(found.count == 1 && found[0].text.contains("a and b have the same address 172.17.0.1"))
    }

    @Test("a host without any of the named networks is a problem, by name, address and network")
    func missing() {
        let one = host("a", interface("eth0", 10, 0, 0, 1))
        let found = findings([one], named: "btl_tcp_if_include=ib0,192.168.0.0/16")
        #expect(found.map(\.level) == [.problem])
        #expect(
            found[0].text.contains("eth0 (10.0.0.0/24)") && found[0].cure?.contains("10.0.0.0/24") == true
        )
        for word in ["eth0", "10.0.0.0/8", "10.0.0.1", "ib0,lo"] {
            #expect(findings([one], named: "btl_tcp_if_include=\(word)").isEmpty, "\(word)")
        }
        #expect(findings([one], named: "btl_tcp_if_exclude=ib0").isEmpty)
    }

    @Test(
        "words that are no network mean no interface",
        arguments: ["", "/", "10.0.0", "10.0.0.1/99", "10.0.0.1/x", "a/b/c", "256.0.0.1"]
    )
    func nonsense(word: String) {
        #expect(!interface("eth0", 10, 0, 0, 1).isMeant(by: word))
    }

    @Test("two hosts of one name are a problem")
    func doubled() {
        let found = findings([host("a", identity: "1"), host("a", identity: "2"), host("b")], ranks: 3)
        #expect(found.map(\.level) == [.problem])
        #expect(found[0].text.contains("called a:") && found[0].cure?.contains("hostnamectl") == true)
    }
}
