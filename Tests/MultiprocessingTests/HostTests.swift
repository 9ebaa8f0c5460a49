import Testing

@testable import Multiprocessing

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
}
