import Testing

@testable import Multiprocessing

@Suite("Leftover")
struct LeftoverTests {
    @Test("what a fork server is told is what it understands")
    func bytes() {
        let leftovers: [Leftover] = [
            .memory(name: "swift-mpi.1.2"), .memory(name: String(repeating: "ü", count: 124)),
            .socketFile(SocketFile(path: "/tmp/ä b.socket", device: .max, node: 1)),
        ]
        for leftover in leftovers {
            #expect(Leftover(leftover.bytes) == leftover)
            #expect(leftover.bytes.count <= ForkServerProtocol.longestLeftover)
        }
    }

    @Test("what is too short is none")
    func shortness() {
        for count in 0...16 { #expect(Leftover([UInt8](repeating: 1, count: count)) == nil) }
    }
}
