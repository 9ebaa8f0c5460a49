import MessageCoding
import Testing

@testable import Multiprocessing

@Suite("The meeting of the Hosts")
struct MeetingTests {
    @Test(
        "what each rank tells all others at the beginning is a few hundred bytes: a thousand ranks hold it of each other"
    )
    func card() throws {
        let card = Meeting.Card(
            program: .current,
            hostName: "compute-0123.cluster.example",
            node: Machine.identity + "4026531840",
            doorbell: "0123456789abcdef",
            machine: Machine.identity,
            processorCount: 128,
            outputForm: .plain,
            rankTimeout: RankWatch.defaultSeconds,
            observation: .none,
            clock: Machine.identity + "4026531834"
        )
        let count = try MessageEncoder().encode(card).count
        print("a card has \(count) bytes")
        #expect(count < 400)
    }
}
