import Testing

@testable import swift_mpi

@Suite("Pairs of ranks")
struct PairTests {
    @Test("every pair measures once, and no rank twice in a round", arguments: [1, 2, 3, 4, 7, 16])
    func schedule(ranks: Int) {
        for atOnce in [true, false] {
            let schedule = PairSchedule(rankCount: ranks, atOnce: atOnce)
            let pairs = schedule.rounds.flatMap { $0 }
            #expect(Set(pairs).count == ranks * (ranks - 1) / 2 && pairs.count == Set(pairs).count)
            #expect(pairs.allSatisfy { 0 <= $0.low && $0.low < $0.high && $0.high < ranks })
            for round in schedule.rounds {
                let members = round.flatMap { [$0.low, $0.high] }
                #expect(members.count == Set(members).count)
                if !atOnce { #expect(round.count == 1) }
            }
            if atOnce, ranks > 1 { #expect(schedule.rounds.count == ranks - 1 + ranks % 2) }
        }
    }

    @Test("partners are each other's")
    func partners() {
        let schedule = PairSchedule(rankCount: 5, atOnce: true)
        for round in schedule.rounds.indices {
            for rank in 0..<5 {
                guard let partner = schedule.partner(of: rank, inRound: round) else { continue }
                #expect(schedule.partner(of: partner, inRound: round) == rank)
            }
        }
    }

    /// All pairs with the same figures, except those that are given.
    private func matrix(
        ranks: Int,
        hosts: [Int] = [],
        _ others: [[Int]: (latency: Double, bandwidth: Double)] = [:]
    ) -> PairMatrix {
        let results = PairSchedule(rankCount: ranks, atOnce: false).rounds.flatMap { $0 }.map { pair in
            let figures = others[[pair.low, pair.high]] ?? (1, 8)
            return PairMeasurement.Result(pair: pair, latency: figures.latency, bandwidth: figures.bandwidth)
        }
        return PairMatrix(rankCount: ranks, hostOfRank: hosts, results: results, atOnce: false)
    }

    @Test("a pair much slower than the median is marked, named, and has a cure")
    func outlier() {
        let matrix = matrix(ranks: 4, [[1, 3]: (9.25, 1)])
        #expect(matrix.outliers.map(\.quantity) == [.latency, .bandwidth])
        #expect(matrix.outliers.allSatisfy { $0.pair == .init(low: 1, high: 3) })
        #expect(matrix.text.split(separator: "\n").count { $0.contains("9.25*") } == 2)
        #expect(matrix.text.split(separator: "\n").count { $0.contains("1.00*") } == 2)
        #expect(matrix.findings.count == 2)
        #expect(
            matrix.findings[0].text.contains("ranks 1 and 3: latency 9.25 µs")
                && matrix.findings[0].cure != nil
        )
        #expect(matrix.latency[3][1] == 9.25 && matrix.latency[1][1] == nil)
    }

    @Test("pairs somewhat slower are none, nor is one of two")
    func noOutlier() {
        #expect(matrix(ranks: 4, [[1, 3]: (2.9, 2.7)]).outliers.isEmpty)
        #expect(matrix(ranks: 2, [[0, 1]: (900, 0.1)]).outliers.isEmpty)
        #expect(matrix(ranks: 1).text.contains("no pairs") && matrix(ranks: 1).outliers.isEmpty)
    }

    @Test("pairs on one host are not compared with pairs on different ones")
    func kinds() {
        var figures: [[Int]: (latency: Double, bandwidth: Double)] = [:]
        for low in 0..<3 { for high in 3..<6 { figures[[low, high]] = (50, 0.1) } }
        let hosts = [0, 0, 0, 1, 1, 1]
        #expect(matrix(ranks: 6, hosts: hosts, figures).outliers.isEmpty)
        figures[[2, 5]] = (500, 0.1)
        let found = matrix(ranks: 6, hosts: hosts, figures).outliers
        #expect(found.map(\.pair) == [.init(low: 2, high: 5)] && found.map(\.isOnOneHost) == [false])
    }

    @Test("a matrix that is too wide to be read is a line, and many slow pairs are not all listed")
    func wide() {
        #expect(matrix(ranks: 25).text.split(separator: "\n").count == 2)
        #expect(matrix(ranks: 24).text.split(separator: "\n").count == 52)
        var figures: [[Int]: (latency: Double, bandwidth: Double)] = [:]
        for high in 1..<20 { figures[[0, high]] = (50, 8) }
        #expect(matrix(ranks: 20, figures).findings.count == 11)
    }

    @Test(
        "figures have two places below a hundred and none above",
        arguments: [
            (0.004, "0.00"), (1.005, "1.00"), (9.999, "10.00"), (99.5, "99.50"), (100.4, "100"),
        ]
    )
    func numbers(value: Double, text: String) {
        #expect(PairMatrix.number(value) == text)
    }
}
