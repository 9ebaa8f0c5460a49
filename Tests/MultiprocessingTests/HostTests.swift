import MessageCoding
import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What a Host does with what processes ask for that they should not.
@Suite("Host")
struct HostTests {
    private func order(_ change: (inout ProcessOrder) -> Void) -> ProcessOrder {
        var order = ProcessOrder(
            name: "stranger",
            identity: [1],
            isDaemon: true,
            startMethod: .forkServer,
            parent: .main(ofRank: 0),
            parentName: "main",
            parentPid: 1,
            mainRank: 0
        )
        change(&order)
        return order
    }

    private func ask(_ rig: HostRig, _ operation: Multiprocessing.Operation, _ order: ProcessOrder) throws
        -> Outcome?
    {
        var frame = rig.endpoint.makeFrame(operation, to: .host(ofRank: 0))
        try frame.append(order)
        return Outcome(rawValue: try rig.call(frame).code)
    }

    @Test("an order for a process that names no rank is refused", arguments: [-1, 1, 1 << 40, .max, .min])
    func foreignRanks(rank: Int) throws {
        let rig = try HostRig()
        #expect(try ask(rig, .startProcess, order { $0.mainRank = rank }) == .misused)
        #expect(try ask(rig, .placeProcess, order { $0.requestedRank = rank }) == .misused)
        try rig.checkThatItServes()
    }

    @Test(
        "an order whose connection has no such end is refused as any other",
        arguments: [-1, 2, .max, .min]
    )
    func foreignEnds(end: Int) throws {
        let rig = try HostRig()
        let order = order { order in
            order.requestedRank = 7
            order.passengers = [
                ConnectionReservation(pipe: Address(rank: 0, serial: 4), end: end, token: .max)
            ]
        }
        #expect(try ask(rig, .placeProcess, order) == .misused)
        try rig.checkThatItServes()
    }

    @Test("timers of services that are gone, and of waits that are over, do not add up")
    func timers() throws {
        let rig = try HostRig()
        for round in 0..<500 {
            let queue = try rig.makeService(.queue(capacity: nil))
            // A long wait, which ends at once.
            let get = rig.endpoint.makeFrame(.get, to: queue, timeout: Timeout(.seconds(3600 - round)))
            let pending = try rig.begin(get)
            _ = try rig.call(rig.endpoint.makeFrame(.put, to: queue))
            #expect(try pending.next()?.get().code == Outcome.done.rawValue)
            _ = try rig.call(rig.endpoint.makeFrame(.letGo, to: queue))
        }
        #expect(rig.host.timerCount < 200)
        // Those that have a meaning stay.
        let queue = try rig.makeService(.queue(capacity: nil))
        let pending = try rig.begin(
            rig.endpoint.makeFrame(.get, to: queue, timeout: Timeout(.milliseconds(1)))
        )
        while try pending.next()?.get() == nil { _ = rig.host.turn() }
    }

    @Test("how a process ended is forgotten once the one that started it knows, and that it has ended is not")
    func forgottenEnds() throws {
        let rig = try HostRig()
        var frame = rig.endpoint.makeFrame(.startProcess, to: .host(ofRank: 0))
        try frame.append(order { _ in })
        frame.bytes += try MessageEncoder().encode(PortableWork(ClosureWork(closure: .init { exit(3) })))
        let starting = try rig.begin(frame)
        var started: Frame?
        while started == nil {
            _ = rig.host.turn()
            started = try starting.next()?.get()
        }
        let serial = UInt32(truncatingIfNeeded: try #require(started).argument >> 32)
        while rig.host.processes[serial] != nil { _ = rig.host.turn() }
        func ask(_ serial: UInt32, _ operation: Multiprocessing.Operation = .processStatus) throws -> Frame {
            try rig.call(
                rig.endpoint.makeFrame(operation, to: .host(ofRank: 0), argument: UInt64(serial))
            )
        }
        #expect(try ask(serial).argument == 3)
        rig.host.route(
            Frame(
                .notice,
                code: Operation.forgetEnd.rawValue,
                from: HostRig.stranger(0),
                to: .host(ofRank: 0),
                argument: UInt64(serial)
            )
        )
        #expect(try ask(serial, .joinProcess).argument == 3)
        try rig.endpoint.notify(
            rig.endpoint.makeFrame(.forgetEnd, to: .host(ofRank: 0), argument: UInt64(serial))
        )
        #expect(try ask(serial, .joinProcess).code == Outcome.done.rawValue)
        #expect(rig.host.pastEnds.isEmpty)
        #expect(try ask(.max).code == Outcome.notFound.rawValue)
    }
}
