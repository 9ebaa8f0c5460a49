import Testing

@testable import MPI

@Suite("ReductionTree")
struct ReductionTreeTests {
    @Test("every rank's part reaches rank 0 once and in order", arguments: 1...70)
    func order(size: Int) {
        var partial = (0..<size).map { [$0] }
        var hasGiven = [Bool](repeating: false, count: size)
        // A rank that gives has done all it has to do, so from the highest to the lowest everything is there in time.
        for rank in (0..<size).reversed() {
            for step in ReductionTree(rank: rank, size: size).steps {
                switch step {
                case .combine(let source):
                    #expect(
                        source > rank && hasGiven[source]
                            && ReductionTree(rank: source, size: size).steps.last == .give(to: rank)
                    )
                    partial[rank] += partial[source]
                case .give(let destination):
                    #expect(destination < rank && !hasGiven[rank])
                    hasGiven[rank] = true
                }
            }
        }
        #expect(partial[0] == Array(0..<size) && hasGiven.filter { $0 }.count == size - 1)
    }

    @Test("nobody has more to do than the logarithm of the size", arguments: [1, 2, 3, 64, 1000])
    func depth(size: Int) {
        for rank in 0..<size {
            #expect(
                ReductionTree(rank: rank, size: size).steps.count <= Int.bitWidth
                    - (size - 1).leadingZeroBitCount
            )
        }
    }
}
