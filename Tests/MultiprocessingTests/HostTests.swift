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
}
