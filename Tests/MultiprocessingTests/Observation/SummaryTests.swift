import Testing

@testable import Multiprocessing

@Suite("The table at the end")
struct SummaryTests {
    @Test func `each rank has a row, with the tasks that it did for pools of any rank`() {
        var first = HostTally(size: 3)
        first.startedProcesses = 2
        first.tasks = [0: .init(done: 5, failed: 1), 1: .init(done: 7, failed: 0)]
        first.messages.add(2048, count: 3)
        first.noteSent(100, toRank: 1)
        first.noteSent(1000, toRank: 2)
        first.waited = 1_500_000_000
        first.peakMemory = 3 << 10
        var second = HostTally(size: 3)
        second.noteEnd(.signalled(9), peakMemory: 10, waited: 4_000_000)
        second.tasks = [1: .init(done: 1, failed: 2)]
        var summary = Summary()
        summary.note(.init(rank: 1, host: "b", tally: second))
        summary.note(.init(rank: 0, host: "a.example", tally: first))
        #expect(
            summary.text(size: 3) == """
                rank  host       processes  killed  tasks  failed  messages    bytes  frames out  bytes out   waited  peak memory
                   0  a.example          2       0      5       1         3  2.0 KiB           2    1.1 KiB  1.500 s      3.0 MiB
                   1  b                  0       1      8       2         0      0 B           0        0 B  0.004 s     10.0 KiB
                   2  no report

                """
        )
    }

    @Test func `amounts are short, and exact where they are small`() {
        #expect(
            [0, 1023, 1024, 1536, 1 << 20, 1_048_575].map(Amount.bytes)
                == ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB", "1.0 MiB"]
        )
        #expect(Amount.bytes(.max) == "8.0 EiB")
        #expect([0, 999_999, 1_001_000_000].map(Amount.seconds) == ["0.000 s", "0.000 s", "1.001 s"])
    }

    @Test func `only items and messages count, and every item of several`() {
        var tally = HostTally(size: 1)
        var put = Frame(
            .request,
            code: Multiprocessing.Operation.put.rawValue,
            from: .main(ofRank: 0),
            to: .main(ofRank: 0)
        )
        put.bytes += [1, 2, 3]
        put.seal()
        tally.note(.put, put)
        tally.note(.get, put)
        var batch = Frame(
            .request,
            code: Multiprocessing.Operation.putBatch.rawValue,
            from: .main(ofRank: 0),
            to: .main(ofRank: 0)
        )
        for size in [2, 5] { ItemBatch.append(to: &batch.bytes) { $0 += Array(repeating: 7, count: size) } }
        batch.seal()
        tally.note(.putBatch, batch)
        tally.note(.putBatch, put)
        #expect(tally.messages.count == 3 && tally.messages.byteCount == 10)
    }
}
