import Testing

@testable import Multiprocessing

@Suite("SpareSupply")
struct SpareSupplyTests {
    private let plain = SpareSupply.Kind(options: [], journalSize: 0)
    private let start = ContinuousClock.now
    private func after(_ milliseconds: Int) -> ContinuousClock.Instant {
        start.advanced(by: .milliseconds(milliseconds))
    }

    @Test("who starts one process pays for no other")
    func single() {
        var supply = SpareSupply(processorCount: 4)
        #expect(supply.target == 0 && supply.deadline == nil)
        supply.noteStart(of: plain, at: start)
        #expect(supply.target == 0)
        // The next one comes so late that it is a first one again.
        supply.noteStart(of: plain, at: after(1000))
        #expect(supply.target == 0)
    }

    @Test("who starts one after another finds more and more, up to what the machine can run")
    func several() {
        var supply = SpareSupply(processorCount: 4)
        var targets: [Int] = []
        for moment in 0..<5 {
            supply.noteStart(of: plain, at: after(moment * 999))
            targets.append(supply.target)
        }
        #expect(targets == [0, 1, 2, 4, 4])
        for (processorCount, limit) in [(1, 2), (2, 2), (64, 8)] {
            var supply = SpareSupply(processorCount: processorCount)
            for _ in 0..<9 { supply.noteStart(of: plain, at: start) }
            #expect(supply.target == limit)
        }
    }

    @Test("those of another kind do not help, and are begun anew")
    func kinds() {
        let others: [SpareSupply.Kind] = [
            .init(options: [], journalSize: 0, readStreams: [1]), .init(options: .spawn, journalSize: 0),
            .init(options: [], journalSize: 64),
        ]
        for other in others {
            var supply = SpareSupply(processorCount: 4)
            for _ in 0..<3 { supply.noteStart(of: plain, at: start) }
            #expect(supply.target == 2)
            supply.noteStart(of: other, at: start)
            #expect(supply.target == 0 && supply.kind == other)
            supply.noteStart(of: other, at: start)
            #expect(supply.target == 1)
        }
    }

    @Test("when nothing has been started for a while none is kept")
    func idle() {
        var supply = SpareSupply(processorCount: 4)
        for moment in [0, 10, 20] { supply.noteStart(of: plain, at: after(moment)) }
        #expect(supply.deadline == after(1020))
        supply.expire(at: after(1019))
        #expect(supply.target == 2)
        supply.expire(at: after(1020))
        #expect(supply.target == 0 && supply.kind == nil && supply.deadline == nil)
    }

    @Test("after a shortage none is kept for some time")
    func shortage() {
        var supply = SpareSupply(processorCount: 4)
        for _ in 0..<3 { supply.noteStart(of: plain, at: start) }
        supply.noteShortage(at: start)
        #expect(supply.target == 0 && supply.deadline == nil)
        for moment in [1, 2, 9999] { supply.noteStart(of: plain, at: after(moment)) }
        #expect(supply.target == 0 && supply.deadline == nil)
        for moment in [10_000, 10_001] { supply.noteStart(of: plain, at: after(moment)) }
        #expect(supply.target == 1)
    }
}
