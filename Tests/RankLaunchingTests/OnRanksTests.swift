import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Closures that run on ranks")
struct OnRanksTests {
    @Test("the closure at this very place runs on every rank", arguments: [1, 2, 3, 4])
    func runsEverywhere(ranks: Int) async throws {
        let result = try await onRanks(ranks) { print("here") }
        #expect(result.lines.filter { $0.text == "here" }.compactMap(\.rank).sorted() == Array(0..<ranks))
    }
}
