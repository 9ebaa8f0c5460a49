import Testing

@testable import swift_mpi

@Suite("Records of benchmarks")
struct BenchmarkRecordTests {
    @Test("a record is one JSON object in one line")
    func json() {
        let record = BenchmarkRecord(
            benchmark: "latency",
            name: "8",
            unit: .seconds,
            samples: [0.5, 2],
            percentiles: [(50, 0.5), (99.9, 3)],
            notes: [("threads", "multiple")]
        )
        #expect(
            record.json
                == #"{"benchmark":"latency","case":"8","unit":"s","samples":[0.5,2.0],"#
                + #""percentiles":{"50":0.5,"99.9":3.0},"threads":"multiple"}"#
        )
    }

    @Test("quotes, backslashes and line ends are escaped, and what is no number is null")
    func escaping() {
        let record = BenchmarkRecord(
            benchmark: "a\"b",
            name: "c\\d\ne",
            unit: .bytes,
            samples: [.infinity, .nan]
        )
        #expect(
            record.json
                == #"{"benchmark":"a\"b","case":"c\\d\u000ae","unit":"B","samples":[null,null]}"#
        )
    }

    @Test("percentiles of single operations are those of their values")
    func percentiles() {
        let percentiles = BenchmarkRecord.percentiles(of: (0...1000).map(Double.init))
        #expect(percentiles.map(\.percent) == [50, 90, 99, 99.9])
        #expect(percentiles.map { $0.value.rounded() } == [500, 900, 990, 999])
        #expect(BenchmarkRecord.percentiles(of: []).isEmpty)
    }

    @Test(
        "a value is written with three digits that count and a fitting prefix",
        arguments: [
            (MeasuredUnit.seconds, 1.234e-6, "1.23 µs"), (.seconds, 0.0456, "45.6 ms"),
            (.seconds, 789, "789 s"),
            (.seconds, 3e-10, "0.3000 ns"), (.bytesPerSecond, 8.127e9, "8.13 GB/s"),
            (.perSecond, 26_140, "26.1 k/s"),
            (.bytes, 4096, "4.10 kB"), (.bytes, 0, "0.0000 B"), (.number, 1.949, "1.95"),
            (.number, 0.0051, "0.0051"),
            (.number, -0.05, "-0.0500"), (.number, .nan, "?"),
        ]
    )
    func text(unit: MeasuredUnit, value: Double, expected: String) {
        #expect(unit.text(value) == expected)
    }

    @Test("the columns of a table are aligned, and percentiles are shown if a record has them")
    func table() {
        let lines = BenchmarkTable(records: [
            BenchmarkRecord(
                benchmark: "b",
                name: "a long name",
                unit: .number,
                samples: [1, 2, 3],
                percentiles: [(99, 4)]
            ),
            BenchmarkRecord(benchmark: "b", name: "short", unit: .number, samples: []),
        ]).lines
        #expect(
            lines == [
                "case          median     quartiles    p99",
                "a long name     2.00   1.50 … 2.50   4.00",
                "short                                    ",
            ]
        )
    }

    @Test("a list of numbers is written with commas")
    func numberList() {
        #expect(NumberList(argument: "8,1024")?.numbers == [8, 1024])
        #expect(NumberList(argument: "8,x") == nil)
        #expect(NumberList(argument: "-8") == nil)
        #expect(NumberList(argument: "") == nil)
    }
}
