import Testing

@testable import swift_mpi

@Suite("Statistics of samples")
struct SampleStatisticsTests {
    @Test("the median of an odd number of values is the one in the middle")
    func oddMedian() {
        #expect(SampleStatistics([9, 1, 5]).median == 5)
    }

    @Test("the median of an even number of values lies between the two in the middle")
    func evenMedian() {
        #expect(SampleStatistics([4, 1, 2, 10]).median == 3)
    }

    @Test("quartiles lie between neighbours in proportion")
    func quartiles() throws {
        let quartiles = try #require(SampleStatistics([1, 2, 3, 4]).quartiles)
        #expect(quartiles.lower == 1.75)
        #expect(quartiles.upper == 3.25)
    }

    @Test("the quantiles of 0 and 1 are the least and the greatest value")
    func ends() {
        let statistics = SampleStatistics([7, 3, 5])
        #expect(statistics.quantile(0) == 3)
        #expect(statistics.quantile(1) == 7)
    }

    @Test("no value has no median, and what is no number is left out")
    func nothing() {
        #expect(SampleStatistics([]).median == nil)
        #expect(SampleStatistics([]).quartiles == nil)
        #expect(SampleStatistics([.nan, 2, .nan]).median == 2)
    }

    @Test("a single value is all of its quantiles", arguments: [0, 0.25, 0.5, 0.99, 1])
    func single(share: Double) {
        #expect(SampleStatistics([6]).quantile(share) == 6)
    }
}

@Suite("The fit of a power law")
struct PowerFitTests {
    @Test("a power law is found exactly", arguments: [0, 0.5, 1, 2])
    func exact(exponent: Double) throws {
        let points = [1.0, 10, 100, 1000].map { x in
            (x: x, y: 3 * (0..<Int(exponent * 2)).reduce(1.0) { product, _ in product * x.squareRoot() })
        }
        let fit = try #require(PowerFit(points))
        #expect(abs(fit.exponent - exponent) < 1e-12)
        #expect(abs(fit.factor - 3) < 1e-9)
        #expect(abs(fit.determination - 1) < 1e-9)
    }

    @Test("points that obey no law say so")
    func noise() throws {
        let fit = try #require(PowerFit([(1, 1), (10, 100), (100, 1), (1000, 100)]))
        #expect(fit.determination < 0.5)
    }

    @Test("a law takes two different x, and positive numbers")
    func impossible() {
        #expect(PowerFit([]) == nil)
        #expect(PowerFit([(1, 1)]) == nil)
        #expect(PowerFit([(2, 1), (2, 3)]) == nil)
        #expect(PowerFit([(1, 0), (2, 3)]) == nil)
        #expect(PowerFit([(-1, 1), (2, 3)]) == nil)
    }
}
