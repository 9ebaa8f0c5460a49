import Testing

@testable import Multiprocessing

@Suite("Frame")
struct FrameTests {
    private func makeFrame(body: [UInt8], reusing memory: [UInt8] = []) -> Frame {
        var frame = Frame(
            .request,
            code: 7,
            from: Address(rank: 3, serial: 9),
            to: Address(rank: -1, serial: .max),
            correlation: 42,
            argument: .max,
            timeout: Timeout(.seconds(2)),
            reusing: memory
        )
        frame.epoch = 5
        frame.bytes.append(contentsOf: body)
        frame.seal()
        return frame
    }

    @Test("every field of the header survives the journey", arguments: [0, 1, 1000])
    func roundTrip(bodySize: Int) throws {
        let body = [UInt8](repeating: 7, count: bodySize)
        let frame = try Frame(received: makeFrame(body: body).bytes)
        #expect(frame.kind == .request)
        #expect(frame.code == 7)
        #expect(frame.epoch == 5)
        #expect(frame.source == Address(rank: 3, serial: 9))
        #expect(frame.destination == Address(rank: -1, serial: .max))
        #expect(frame.correlation == 42)
        #expect(frame.argument == .max)
        #expect(frame.timeout == Timeout(.seconds(2)))
        #expect(frame.body == body)
    }

    @Test("nothing is left of the frame whose memory is used again", arguments: [0, 63, 64, 65, 5000])
    func reusedMemory(size: Int) {
        let memory = [UInt8](repeating: 0xff, count: size)
        let frame = makeFrame(body: [1, 2, 3], reusing: memory)
        #expect(frame.bytes == makeFrame(body: [1, 2, 3]).bytes)
        #expect(memory.allSatisfy { $0 == 0xff })
    }

    @Test("a frame that is cut short, or too long, is refused")
    func wrongLengths() {
        let bytes = makeFrame(body: [1, 2, 3]).bytes
        for length in 0..<bytes.count {
            #expect(throws: FrameError.self) { try Frame(received: Array(bytes[..<length])) }
        }
        #expect(throws: FrameError.wrongLength(announced: 3, actual: 4)) { try Frame(received: bytes + [0]) }
    }

    @Test("a frame of another version or of no known kind is refused")
    func wrongHeader() {
        var bytes = makeFrame(body: []).bytes
        bytes[1] = 99
        #expect(throws: FrameError.unknownKind(99)) { try Frame(received: bytes) }
        bytes[0] = 2
        #expect(throws: FrameError.unknownVersion(2)) { try Frame(received: bytes) }
    }

    @Test("a length beyond belief is refused before any memory is taken for it")
    func absurdLength() {
        var bytes = makeFrame(body: []).bytes
        for index in 48..<56 { bytes[index] = 0xff }
        #expect(throws: FrameError.tooLong(.max)) { try Frame(received: bytes) }
    }

    @Test("random headers are refused or taken, and never trap")
    func randomHeaders() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<10_000 {
            var bytes = makeFrame(body: [1, 2]).bytes
            for _ in 0..<4 {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
                    in: 0...255,
                    using: &generator
                )
            }
            guard let frame = try? Frame(received: bytes) else { continue }
            _ = (frame.kind, frame.source, frame.destination, frame.timeout.deadline(from: .now))
        }
    }

    @Test("a timeout is nanoseconds, none for nil, zero for what is negative, none for centuries")
    func timeouts() {
        #expect(Timeout(nil) == .none)
        #expect(Timeout(.zero) == .zero)
        #expect(Timeout(.seconds(-1)) == .zero)
        #expect(Timeout(.milliseconds(3)).rawValue == 3_000_000)
        #expect(Timeout(.seconds(Int64.max)) == .none)
        let now = ContinuousClock.now
        #expect(Timeout(.seconds(1)).deadline(from: now) == now.advanced(by: .seconds(1)))
        #expect(Timeout.none.deadline(from: now) == nil)
    }
}
