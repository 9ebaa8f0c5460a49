import Testing

@testable import Multiprocessing

@Suite("How a Host looks for messages of other nodes")
struct HostTransportTests {
    @Test(
        "soon after an exchange it looks often, later more and more seldom, and every millisecond where there is nothing",
        arguments: [
            (silence: 0, sleep: 50_000), (silence: 90_000, sleep: 50_000), (silence: 400_000, sleep: 200_000),
            (silence: 5_000_000, sleep: 1_000_000), (silence: nil, sleep: 1_000_000),
        ] as [(silence: Int64?, sleep: Int64)]
    )
    func sleep(silence: Int64?, sleep: Int64) {
        #expect(MPITransport.sleep(after: silence) == sleep)
    }
}
