import Testing

@testable import Multiprocessing

@Suite("UnshownOutput")
struct UnshownOutputTests {
    private let first = Address(rank: 0, serial: 11)
    private let second = Address(rank: 0, serial: 12)

    private func makeWords() throws -> (OutputInHand, OutputInHand) {
        let mapping = try SharedMapping(size: 2 * OutputInHand.size)
        return (OutputInHand(mapping, at: 0), OutputInHand(mapping, at: OutputInHand.size))
    }

    @Test(
        "the word of a process is set while its Host reads, and as long as something of that is to be shown"
    )
    func reading() throws {
        let (word, other) = try makeWords()
        var unshown = UnshownOutput()
        unshown.willRead(word)
        #expect(word.isSet && !unshown.isPending)
        // Nothing was there, or it was sent to another rank.
        unshown.hasRead(first, word)
        #expect(!word.isSet)

        unshown.willRead(word)
        unshown.hold(first, word)
        unshown.hasRead(first, word)
        #expect(word.isSet && unshown.isPending && !other.isSet)
        // More is read meanwhile, of which nothing is to be shown yet.
        unshown.willRead(word)
        unshown.hasRead(first, word)
        #expect(word.isSet)
        unshown.noteShown()
        #expect(!word.isSet && !unshown.isPending)
    }

    @Test("who is told something meanwhile has to wait, too")
    func others() throws {
        let (_, other) = try makeWords()
        var unshown = UnshownOutput()
        unshown.note()
        #expect(unshown.isPending)
        unshown.hold(second, other)
        unshown.willRead(other)
        unshown.hasRead(second, other)
        #expect(other.isSet)
        unshown.noteShown()
        #expect(!other.isSet && !unshown.isPending)
    }
}
