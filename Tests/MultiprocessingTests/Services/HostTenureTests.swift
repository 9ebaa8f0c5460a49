import MessageCoding
import Testing

@testable import Multiprocessing

/// How long a Host keeps services, by what it is told of who can use them.
@Suite("Services of a Host")
struct HostTenureTests {
    private let maker = HostRig.stranger(0)
    private let other = HostRig.stranger(1)

    /// Has the Host make a service for `maker`.
    private func makeService(_ rig: HostRig, hasTenure: Bool = true) throws -> UInt32 {
        let before = Set(rig.host.services.keys)
        var frame = Frame(
            .notice,
            code: Operation.createService.rawValue,
            from: maker,
            to: .host(ofRank: 0),
            argument: hasTenure ? 1 : 0
        )
        try MessageEncoder().encode(ServiceOrder.event, appendingTo: &frame.bytes)
        frame.seal()
        rig.host.route(frame)
        return try #require(Set(rig.host.services.keys).subtracting(before).first)
    }

    private func say(
        _ rig: HostRig,
        _ operation: Multiprocessing.Operation,
        of serial: UInt32,
        from source: Address,
        argument: UInt64 = 0
    ) {
        rig.host.route(
            Frame(
                .notice,
                code: operation.rawValue,
                from: source,
                to: Address(rank: 0, serial: serial),
                argument: argument
            )
        )
    }

    private func end(_ rig: HostRig, _ address: Address) throws {
        let end = ProcessEnd(
            address: address,
            parent: .main(ofRank: 0),
            name: "stranger",
            pid: 1,
            status: .signalled(9),
            host: "here"
        )
        rig.host.notify(.processEnded, rank: 0, body: try MessageEncoder().encode(end))
    }

    @Test("a service is removed with its maker's last word, once every passage is closed")
    func passage() throws {
        let rig = try HostRig()
        let serial = try makeService(rig)
        let token = ReservationToken.next(of: maker)
        say(rig, .openPassage, of: serial, from: maker, argument: token)
        say(rig, .letGo, of: serial, from: maker)
        #expect(rig.host.services[serial] != nil)
        rig.host.closePassages([ServicePassage(service: Address(rank: 0, serial: serial), token: token)])
        #expect(rig.host.services[serial] == nil)
    }

    @Test("a service is removed when its maker ends, unless it is kept, or has no tenure")
    func makersEnd() throws {
        let rig = try HostRig()
        let (gone, kept) = (try makeService(rig), try makeService(rig))
        let lasting = try makeService(rig, hasTenure: false)
        say(rig, .keep, of: kept, from: other)
        try end(rig, other)
        #expect([gone, kept, lasting].allSatisfy { rig.host.services[$0] != nil })
        try end(rig, maker)
        #expect(rig.host.services[gone] == nil)
        #expect(rig.host.services[kept] != nil && rig.host.services[lasting] != nil)
    }

    @Test("a process speaks for itself alone")
    func foreignWords() throws {
        let rig = try HostRig()
        let serial = try makeService(rig)
        let token = ReservationToken.next(of: maker)
        say(rig, .openPassage, of: serial, from: maker, argument: token)
        say(rig, .letGo, of: serial, from: maker)
        say(rig, .closePassage, of: serial, from: other, argument: token)
        #expect(rig.host.services[serial] != nil)
        let unshared = try makeService(rig)
        say(rig, .letGo, of: unshared, from: other)
        #expect(rig.host.services[unshared] != nil)
        // Neither does it hold anything in another one's name.
        say(rig, .openPassage, of: serial, from: other, argument: ReservationToken.next(of: maker))
        say(rig, .closePassage, of: serial, from: maker, argument: token)
        #expect(rig.host.services[serial] == nil)
    }

    @Test("what is handed in to a pool that is gone holds nothing")
    func lostSubmission() throws {
        let rig = try HostRig()
        let serial = try makeService(rig)
        let passage = ServicePassage(
            service: Address(rank: 0, serial: serial),
            token: ReservationToken.next(of: maker)
        )
        say(rig, .openPassage, of: serial, from: maker, argument: passage.token)
        say(rig, .letGo, of: serial, from: maker)
        var frame = Frame(
            .request,
            code: Operation.submit.rawValue,
            from: maker,
            to: Address(rank: 0, serial: 999)
        )
        PoolSubmission.append(.whole, retries: 0, work: [1], [passage], to: &frame.bytes)
        frame.seal()
        #expect(rig.host.services[serial] != nil)
        rig.host.route(frame)
        #expect(rig.host.services[serial] == nil)
    }
}
