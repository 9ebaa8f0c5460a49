import Foundation
import Testing

@testable import Multiprocessing

@Suite("FrameReader and FrameWriter")
struct FrameReaderTests {
    private func makeFrame(_ size: Int, _ number: UInt64) -> Frame {
        var frame = Frame(.notice, code: 1, from: .host(ofRank: 0), to: .host(ofRank: 0), argument: number)
        frame.bytes.append(contentsOf: (0..<size).map { UInt8(truncatingIfNeeded: $0 &+ Int(number)) })
        frame.seal()
        return frame
    }

    @Test("frames of all sizes come out of the socket as they went in, in order")
    func order() throws {
        let (near, far) = try ForkServer.makeSocketPair(Int32(SOCK_STREAM.rawValue))
        defer {
            close(near)
            close(far)
        }
        let sizes = [0, 1, 100, 65_000, 65_536, 70_000, 3_000_000, 5, 0, 200_000, 17]
        var writer = FrameWriter()
        for (number, size) in sizes.enumerated() { writer.append(makeFrame(size, UInt64(number))) }
        var reader = FrameReader()
        var received: [Frame] = []
        while received.count < sizes.count {
            let isConnected = writer.write(to: near)
            #expect(isConnected)
            switch reader.read(from: far, waits: false) {
            case .advanced: while let frame = try reader.next() { received.append(frame) }
            case .wouldBlock: #expect(!writer.isEmpty)
            case .ended: Issue.record("the socket ended")
            }
        }
        for (number, size) in sizes.enumerated() {
            #expect(received[number].bytes == makeFrame(size, UInt64(number)).bytes)
        }
    }

    @Test(
        "a header that is cut by the end of the buffer is read on",
        arguments: [64, 65, 100, 127, 128, 129, 300]
    )
    func splitHeaders(bufferSize: Int) throws {
        let (near, far) = try ForkServer.makeSocketPair(Int32(SOCK_STREAM.rawValue))
        defer {
            close(near)
            close(far)
        }
        let sizes = [0, 0, 7, 0, 30, 1, 0, 200, 0, 0, 3]
        var writer = FrameWriter()
        for (number, size) in sizes.enumerated() { writer.append(makeFrame(size, UInt64(number))) }
        let isConnected = writer.write(to: near)
        #expect(isConnected && writer.isEmpty)
        var reader = FrameReader(bufferSize: bufferSize)
        var received: [Frame] = []
        while received.count < sizes.count {
            let progress = reader.read(from: far, waits: false)
            try #require(progress == .advanced)
            while let frame = try reader.next() { received.append(frame) }
        }
        for (number, size) in sizes.enumerated() {
            #expect(received[number].bytes == makeFrame(size, UInt64(number)).bytes)
        }
    }

    @Test("garbage on a socket is an error, and the end of the socket is told")
    func garbage() throws {
        let (near, far) = try ForkServer.makeSocketPair(Int32(SOCK_STREAM.rawValue))
        defer { close(far) }
        var reader = FrameReader()
        let bytes = [UInt8](repeating: 0xab, count: 100)
        let sent = send(near, bytes, bytes.count, 0)
        #expect(sent == bytes.count)
        let progress = reader.read(from: far)
        #expect(progress == .advanced)
        #expect(throws: FrameError.self) { try reader.next() }
        close(near)
        var other = FrameReader()
        let end = other.read(from: far)
        #expect(end == .ended)
    }
}
