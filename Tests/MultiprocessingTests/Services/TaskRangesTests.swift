import Testing

@testable import Multiprocessing

@Suite("Tasks as ranges")
struct TaskRangesTests {
    @Test("say what a set of tasks would say, whatever is done to them", arguments: 0..<20)
    func plain(seed: Int) {
        var random = SeededGenerator(state: UInt64(seed))
        var ranges = TaskRanges()
        var plain: Set<Int> = []
        var end = 0
        for _ in 0..<400 {
            let start = random.below(end + 3)
            let tasks = start..<start + random.below(8)
            switch random.below(4) {
            case 0:
                let more = end..<end + random.below(10)
                ranges.append(more)
                plain.formUnion(more)
                end = more.upperBound
                // Tasks need not follow one another at once.
                end += random.below(2)
            case 1:
                let expected = plain.intersection(tasks)
                #expect(Set(ranges.within(tasks).joined()) == expected)
                #expect(!ranges.within(tasks).contains { $0.isEmpty })
            default:
                let expected = plain.intersection(tasks)
                #expect(Set(ranges.remove(tasks).joined()) == expected)
                plain.subtract(tasks)
            }
            #expect(Set(ranges.ranges.joined()) == plain)
            #expect(ranges.isEmpty == plain.isEmpty)
            // As few as can be, in order.
            #expect(
                zip(ranges.ranges, ranges.ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
            )
            #expect(!ranges.ranges.contains { $0.isEmpty })
        }
    }
}
