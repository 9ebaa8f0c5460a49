import Testing

@testable import Multiprocessing

@Suite("Message assembly")
struct MessageAssemblyTests {
    /// Feeds bytes as a socket would: at most `piece` of them at once.
    private func assemble(_ bytes: [UInt8], piece: Int, maximum: Int = 1 << 20) throws -> [[UInt8]] {
        var (assembly, messages, rest) = (MessageAssembly(), [[UInt8]](), bytes[...])
        while !rest.isEmpty {
            if assembly.header == nil {
                let part = rest.prefix(min(piece, assembly.missing))
                rest = rest.dropFirst(part.count)
                try assembly.appendToHeader(part, maximum: maximum)
            } else {
                let count = assembly.extendBody { memory in
                    let part = rest.prefix(min(piece, memory.count))
                    memory.copyBytes(from: part)
                    return part.count
                }
                rest = rest.dropFirst(count)
            }
            while let message = assembly.take() { messages.append(message) }
        }
        #expect(assembly.isEmpty)
        return messages
    }

    @Test(
        "messages come out as they went in, whatever pieces they arrive in",
        arguments: [1, 3, 8, 1000, .max]
    )
    func pieces(piece: Int) throws {
        let messages: [[UInt8]] = [[], [1], Array(0...255), [], [UInt8](repeating: 7, count: 5000)]
        let stream = messages.flatMap { MessageHeader(kind: .bytes, count: $0.count).bytes + $0 }
        #expect(try assemble(stream, piece: piece) == messages)
    }

    @Test("a length that is only a claim costs no memory")
    func claims() throws {
        var assembly = MessageAssembly()
        let header = MessageHeader(kind: .value, count: 1 << 40)
        try assembly.appendToHeader(header.bytes, maximum: .max)
        #expect(assembly.header == header && assembly.missing == 1 << 40)
        _ = assembly.extendBody { memory in
            #expect(memory.count <= 4 << 20)
            return 0
        }
        #expect(assembly.take() == nil)
    }

    @Test("what is no header, and what announces too much, is refused")
    func refusals() throws {
        #expect(kindOfError { _ = try assemble(Array("HTTP/1.1".utf8), piece: 8) } == .transport)
        #expect(kindOfError { _ = try assemble([UInt8](repeating: 0xff, count: 8), piece: 3) } == .transport)
        #expect(kindOfError { _ = try assemble([UInt8](repeating: 0, count: 8), piece: 8) } == .transport)
        let long = MessageHeader(kind: .bytes, count: 101).bytes
        #expect(kindOfError { _ = try assemble(long, piece: 8, maximum: 100) } == .tooLarge)
        #expect(MessageHeader([255, 255, 255, 255, 255, 255, 255, 1]) == nil)
        #expect(MessageHeader([]) == nil)
    }
}
