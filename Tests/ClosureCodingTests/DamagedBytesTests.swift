import ClosureCoding
import Foundation
import MessageCoding
import Testing

/// A small generator with a fixed seed, so that a failure can be repeated.
private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

@Suite("Damaged bytes are refused without a crash")
struct DamagedBytesTests {
    private typealias Function = PortableFunction<() -> String>

    /// Functions with all kinds of contexts, as messages.
    private func messages() throws -> [[UInt8]] {
        let (number, text, list) = (hidden(3), hidden("text"), hidden([1, 2]))
        let worker = hidden(Worker(factor: 2))
        let failure: any Error = hidden(PortableFailure(code: 7))
        let speakers: [any Speaking] = hidden([Point(x: 1, y: 1), Worker(factor: 3)])
        let inner = { (value: Int) in value + number }
        let command = hidden(Command.twice(.go(1, "x")))
        let point = hidden(Point(x: 1, y: 2))
        let type: any Codable.Type = hidden([Int].self)
        let functions: [() -> String] = [
            plainFunction, { "\(number) \(text)" }, { "\(list)" }, { "\(worker.factor)" }, { "\(failure)" },
            { speakers.map { $0.speak() }.joined() }, { "\(inner(4)) \(text)" },
            { "\(command) \(point) \(type)" },
            describer([text], "x"), firstElement(["a"]), typePrinter([String: Int].self), localStruct(3),
            hidden(Holder([1])).reader(number: 2, other: "o"), CountingMore.name(3),
        ]
        return try functions.map { try MessageEncoder().encode(PortableFunction($0)) }
    }

    @Test("a function's message")
    func functions() throws {
        var generator = Generator(state: 0x2545_f491_4f6c_dd1d)
        let decoder = MessageDecoder()
        var refused = 0
        var total = 0
        for message in try messages() {
            #expect(throws: Never.self) { try decoder.decode(Function.self, from: message) }
            for _ in 0..<1000 {
                let damaged = damage(message, using: &generator)
                total += 1
                do {
                    // The function is never called: a changed offset may well be another function's.
                    _ = try decoder.decode(Function.self, from: damaged)
                } catch {
                    refused += 1
                }
            }
            for length in message.indices {
                #expect(throws: (any Error).self) {
                    try decoder.decode(Function.self, from: Array(message[..<length]))
                }
            }
        }
        #expect(refused > total / 2)
    }

    @Test("an object's message")
    func objects() throws {
        var generator = Generator(state: 0x9e37_79b9_7f4a_7c15)
        let number = hidden(3)
        let message = try MessageEncoder().encode(Box(FinalJob { $0 + number }))
        for _ in 0..<3000 {
            let damaged = damage(message, using: &generator)
            // A changed value may be as good as the original; what matters is that it is an object or an error.
            if let object = try? MessageDecoder().decode(Box.self, from: damaged).object {
                #expect(object is Job)
            }
        }
    }

    private func damage(_ message: [UInt8], using generator: inout Generator) -> [UInt8] {
        var damaged = message
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !damaged.isEmpty {
            let index = Int.random(in: damaged.indices, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: damaged[index] = UInt8.random(in: 0...255, using: &generator)
            case 1: damaged[index] ^= 1 << Int.random(in: 0..<8, using: &generator)
            case 2: damaged.remove(at: index)
            case 3: damaged.insert(UInt8.random(in: 0...255, using: &generator), at: index)
            default: damaged[index] = damaged[Int.random(in: damaged.indices, using: &generator)]
            }
        }
        return damaged
    }
}
