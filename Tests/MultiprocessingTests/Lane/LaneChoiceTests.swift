import Testing

@testable import Multiprocessing

@Suite("LaneChoice")
struct LaneChoiceTests {
    private let first = Address(rank: 0, serial: 11)
    private let second = Address(rank: 0, serial: 12)
    private let third = Address(rank: 0, serial: 13)

    @Test(
        "two that have sent and received four messages in a row are chosen; later more, or fewer, as the last lane was of use"
    )
    func threshold() {
        var choice = LaneChoice()
        for (count, carried) in [(4, 3), (8, 7), (16, 16), (8, 100), (4, 100), (4, 0), (8, 8)] {
            for _ in 1..<count {
                choice.noteSend(by: first, isAble: true)
                choice.noteReceive(by: second, isAble: true)
                #expect(choice.pair == nil)
            }
            choice.noteSend(by: first, isAble: true)
            #expect(choice.pair == nil)
            choice.noteReceive(by: second, isAble: true)
            #expect(choice.pair?.sender == first && choice.pair?.receiver == second)
            choice.noteEnd(messageCount: carried)
            #expect(choice.pair == nil)
        }
    }

    @Test("another process, or one that can have none, begins the count again", arguments: [true, false])
    func others(isAble: Bool) {
        var choice = LaneChoice()
        for _ in 0..<4 {
            choice.noteSend(by: first, isAble: true)
            choice.noteReceive(by: second, isAble: true)
        }
        choice.noteReceive(by: isAble ? third : second, isAble: isAble)
        #expect(choice.pair == nil)
    }
}
