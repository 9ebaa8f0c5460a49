import Testing

@testable import Multiprocessing

private let owner = Address(rank: 0, serial: 10)
/// Processes on the service's rank, and on another one.
private let neighbour = Address(rank: 0, serial: 11)
private let stranger = Address(rank: 1, serial: 11)

@Suite("ServiceTenure")
struct ServiceTenureTests {
    @Test("a service that nobody else was given is over when its maker lets go, or ends")
    func maker() {
        var tenure = ServiceTenure(maker: owner)
        #expect(!tenure.isOver)
        tenure.processEnded(stranger)
        #expect(!tenure.isOver)
        tenure.letGo()
        #expect(tenure.isOver)

        var other = ServiceTenure(maker: owner)
        other.processEnded(owner)
        #expect(other.isOver)
    }

    @Test("a service lasts until the last process or job that was given it is over")
    func passages() {
        var tenure = ServiceTenure(maker: owner)
        let tokens = (0..<3).map { _ in ReservationToken.next(of: owner) }
        for token in tokens { tenure.open(token) }
        tenure.close(tokens[1])
        tenure.letGo()
        #expect(!tenure.isOver)
        tenure.close(tokens[0])
        #expect(!tenure.isOver)
        tenure.close(tokens[2])
        #expect(tenure.isOver)
    }

    @Test("a passage whose end is heard of before its beginning is over")
    func lateBeginning() {
        var tenure = ServiceTenure(maker: owner)
        let (first, second) = (ReservationToken.next(of: stranger), ReservationToken.next(of: stranger))
        tenure.open(first)
        tenure.close(second)
        tenure.letGo()
        tenure.open(second)
        #expect(!tenure.isOver)
        tenure.close(first)
        #expect(tenure.isOver)
    }

    @Test("a second word of one end is not taken for the end of something that is to come")
    func secondEnd() {
        var tenure = ServiceTenure(maker: owner)
        // What begins on the service's rank is known at once.
        let own = ReservationToken.next(of: neighbour)
        tenure.close(own)
        tenure.open(own)
        tenure.letGo()
        #expect(!tenure.isOver)
        tenure.close(own)
        #expect(tenure.isOver)

        // A process that has ended has said everything.
        var other = ServiceTenure(maker: owner)
        let foreign = ReservationToken.next(of: stranger)
        other.close(foreign)
        other.processEnded(stranger)
        other.open(foreign)
        other.letGo()
        #expect(!other.isOver)
    }

    @Test("a service that is kept is never over")
    func kept() {
        var tenure = ServiceTenure(maker: owner)
        let token = ReservationToken.next(of: owner)
        tenure.open(token)
        tenure.keep()
        tenure.close(token)
        tenure.letGo()
        tenure.processEnded(owner)
        #expect(!tenure.isOver)
    }

    @Test("whatever is said, a service takes no more memory than it should, and rather stays than goes")
    func bounds() {
        for isOpening in [true, false] {
            var tenure = ServiceTenure(maker: owner)
            for _ in 0...ServiceTenure.maximumPassageCount {
                let token = ReservationToken.next(of: stranger)
                if isOpening { tenure.open(token) } else { tenure.close(token) }
            }
            tenure.letGo()
            #expect(!tenure.isOver)
            #expect(tenure.passageCount == 0)
        }
        // Two passages with one number.
        var tenure = ServiceTenure(maker: owner)
        for _ in 0..<2 { tenure.open(7) }
        tenure.close(7)
        tenure.letGo()
        #expect(!tenure.isOver)
    }

    @Test(
        "in whatever order the words of several ranks come, a service lasts as long as somebody can use it, and no longer",
        arguments: 0..<200
    )
    func anyOrder(seed: Int) {
        var random = SeededGenerator(state: UInt64(seed))
        var history = PassageHistory(&random)
        var tenure = ServiceTenure(maker: owner)
        while let word = history.next(&random) {
            #expect(!tenure.isOver, "over before \(word)")
            switch word {
            case .letsGo where random.below(2) == 0: tenure.letGo()
            case .letsGo: tenure.processEnded(owner)
            case .begins(let passage): tenure.open(history.passages[passage].token)
            case .ends(let passage):
                tenure.close(history.passages[passage].token)
                // As when a start fails, of which both sides speak.
                if random.below(4) == 0 { tenure.close(history.passages[passage].token) }
            }
        }
        #expect(tenure.isOver)
    }
}

/// Passages of which each was opened by the maker, or by somebody who held another one, and what a Host hears of them.
private struct PassageHistory {
    struct Passage {
        let token: UInt64
        /// Who opened it: the holder of that passage, or the maker.
        let parent: Int?
        let isFromElsewhere: Bool
        var hasBegun = false
        var hasEnded = false
    }

    enum Word: Equatable {
        case letsGo
        case begins(Int)
        case ends(Int)
    }

    private(set) var passages: [Passage] = []
    private var isHeldByMaker = true

    init(_ random: inout SeededGenerator) {
        for number in 0..<random.below(12) {
            let parent = number == 0 || random.below(3) == 0 ? nil : random.below(number)
            let isFromElsewhere = parent != nil && random.below(2) == 0
            let sender = parent == nil ? owner : isFromElsewhere ? stranger : neighbour
            passages.append(
                Passage(
                    token: ReservationToken.next(of: sender),
                    parent: parent,
                    isFromElsewhere: isFromElsewhere
                )
            )
        }
    }

    /// One of the words that can come next, none if all have come.
    ///
    /// What a process says comes in order, and before the word of its end: so before its own passage ends, those have begun that
    /// it opened. But a passage that was opened on one rank and ends on another may end first.
    mutating func next(_ random: inout SeededGenerator) -> Word? {
        var words: [Word] = []
        if isHeldByMaker, haveBegun(childrenOf: nil) { words.append(.letsGo) }
        for (number, passage) in passages.enumerated() {
            let canExist =
                passage.parent.map { passages[$0].hasBegun || passages[$0].isFromElsewhere } ?? true
            if !passage.hasBegun, canExist { words.append(.begins(number)) }
            if !passage.hasEnded, passage.hasBegun || passage.isFromElsewhere, haveBegun(childrenOf: number) {
                words.append(.ends(number))
            }
        }
        guard let word = words.randomElement(using: &random) else { return nil }
        switch word {
        case .letsGo: isHeldByMaker = false
        case .begins(let number): passages[number].hasBegun = true
        case .ends(let number): passages[number].hasEnded = true
        }
        return word
    }

    private func haveBegun(childrenOf parent: Int?) -> Bool {
        passages.allSatisfy { $0.parent != parent || $0.hasBegun }
    }
}
