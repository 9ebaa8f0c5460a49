import Testing

@Suite("DeliveryHistory")
struct DeliveryHistoryTests {
    private func history(
        _ reports: [Int: [Int]],
        killed: Set<Int> = [],
        _ production: DeliveryHistory.Production
    )
        -> DeliveryHistory
    {
        var history = DeliveryHistory()
        history.note(production, of: 0)
        for (consumer, numbers) in reports {
            for number in numbers { history.noteReport(of: .init(producer: 0, number: number), by: consumer) }
        }
        for consumer in killed { history.noteKill(ofConsumer: consumer) }
        return history
    }

    @Test("what a good queue does is allowed")
    func allowed() {
        #expect(history([1: [0, 2, 3], 2: [1, 4]], .all(5)).violations.isEmpty)
        #expect(history([1: [0, 2], 2: [1, 3]], .atLeast(3)).violations.isEmpty)
        #expect(history([:], .atLeast(0)).violations.isEmpty)
        // The killed one had reported 2 and not finished it, so that it was given out again, late.
        #expect(history([1: [0, 2], 2: [1, 3, 2]], killed: [1], .all(4)).violations.isEmpty)
        // It may have finished it, too.
        #expect(history([1: [0, 2], 2: [1, 3]], killed: [1], .all(4)).violations.isEmpty)
    }

    @Test("what a good queue never does is found")
    func found() {
        #expect(history([1: [0, 2]], .all(3)).violations == ["lost of 0: [1]"])
        #expect(history([1: [0]], .all(2)).violations == ["lost of 0: [1]"])
        #expect(history([1: [0, 2]], .atLeast(1)).violations == ["lost of 0: [1]"])
        #expect(history([1: [0, 1]], .atLeast(3)).violations == ["lost of 0: [2]"])
        #expect(history([1: [0, 1]], .all(1)).violations == ["invented for 0: [1]"])
        #expect(history([1: [0, 1], 2: [1]], .all(2)).violations == ["0:1 was finished 2 times"])
        // Not the item that it had when it was killed.
        #expect(
            history([1: [0, 1], 2: [0]], killed: [1], .all(2)).violations == ["0:0 was finished 2 times"]
        )
        #expect(
            history([1: [1, 0]], .all(2)).violations == ["1 items came late, but 0 consumers were killed"]
        )
        var unknown = DeliveryHistory()
        unknown.noteReport(of: .init(producer: 7, number: 0), by: 1)
        #expect(unknown.violations == ["1 items of a producer 7 that there was not"])
    }
}
