import ClosureCoding
import Foundation
import Synchronization
import Testing

/// Counts its living instances.
final class Counted: Codable, Sendable {
    static let living = Atomic<Int>(0)

    let number: Int

    init(_ number: Int) {
        self.number = number
        Self.living.add(1, ordering: .relaxed)
    }

    init(from decoder: any Decoder) throws {
        let number = try decoder.singleValueContainer().decode(Int.self)
        // Thrown before all properties are set, so that `deinit` does not run.
        if number < 0 { throw PortableFailure(code: number) }
        self.number = number
        Self.living.add(1, ordering: .relaxed)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }

    deinit { Self.living.subtract(1, ordering: .relaxed) }
}

@Suite("Reviving a function neither leaks nor frees too much", .serialized)
struct OwnershipTests {
    private func roundTrip<Function>(_ function: Function, use: (Function) throws -> Void) throws {
        let data = try JSONEncoder().encode(PortableFunction(function))
        for _ in 0..<50 {
            try use(try JSONDecoder().decode(PortableFunction<Function>.self, from: data).function)
        }
    }

    @Test("with an object alone, beside others, in containers and behind protocols")
    func objects() throws {
        let before = Counted.living.load(ordering: .relaxed)
        try {
            let first = hidden(Counted(1))
            let second = hidden(Counted(2))
            let text = hidden(String(repeating: "long", count: 20))
            try roundTrip({ first.number }) { function in #expect(function() == 1) }
            try roundTrip({ first.number + second.number + text.count }) { function in
                #expect(function() == 83)
            }
            let list = hidden([first, second])
            try roundTrip({ list.count }) { function in #expect(function() == 2) }
            try roundTrip({ list.count + text.count }) { function in #expect(function() == 82) }
            let table = hidden(["a": (first, 1)])
            try roundTrip({ table["a"]?.0.number }) { function in #expect(function() == 1) }
            let value: any Codable = hidden(first)
            try roundTrip({ value is Counted }) { function in #expect(function()) }
            let optional = hidden(Optional(first))
            try roundTrip({ optional?.number }) { function in #expect(function() == 1) }
            let tuple = hidden((first, "text", second))
            try roundTrip({ tuple.0.number + tuple.2.number }) { function in #expect(function() == 3) }
            let inner = { first.number + second.number }
            try roundTrip({ inner() + text.count }) { function in #expect(function() == 83) }
            try roundTrip(describer(first.number, "x")) { function in #expect(function() == "x 1 Int") }
            try roundTrip(lister(hidden(first))) { function in #expect(function().count == 3) }
        }()
        #expect(Counted.living.load(ordering: .relaxed) == before)
    }

    @Test("with an error alone")
    func errors() throws {
        let failure: any Error = hidden(PortableFailure(code: 9))
        let function = { "\(failure)" }
        try roundTrip(function) { function in #expect(function().contains("9")) }
    }

    @Test("if decoding fails half-way")
    func failureHalfWay() throws {
        let before = Counted.living.load(ordering: .relaxed)
        try {
            let first = hidden(Counted(1))
            let second = hidden(Counted(2))
            let inner = { first.number }
            let last = hidden(Counted(-7))
            let pair = hidden((first, Counted(-7)))
            let both = { inner() + second.number + last.number }
            let tuple = { pair.0.number + pair.1.number }
            for function in [both, tuple] {
                let data = try JSONEncoder().encode(PortableFunction(function))
                for _ in 0..<50 {
                    #expect(throws: PortableFailure(code: -7)) {
                        try JSONDecoder().decode(PortableFunction<() -> Int>.self, from: data)
                    }
                }
            }
        }()
        #expect(Counted.living.load(ordering: .relaxed) == before)
    }

    @Test("nor does putting an object together")
    func ownership() throws {
        let before = Counted.living.load(ordering: .relaxed)
        try {
            let captured = hidden(Counted(1))
            let job = FinalJob { $0 + captured.number }
            job.counted = Counted(2)
            job.point = Point(x: 4, y: 4)
            let data = try JSONEncoder().encode(Box(job))
            for _ in 0..<50 {
                let copy = try #require(try JSONDecoder().decode(Box.self, from: data).object as? FinalJob)
                #expect(copy !== job)
                #expect(copy.run() == job.run())
                #expect(copy.counted?.number == 2)
            }
        }()
        #expect(Counted.living.load(ordering: .relaxed) == before)
    }

    @Test("nor does an object of which a property cannot be decoded")
    func failure() throws {
        let before = Counted.living.load(ordering: .relaxed)
        let job = FailingJob()
        let data = try JSONEncoder().encode(Box(job))
        for _ in 0..<50 {
            #expect(throws: PortableFailure(code: -7)) { try JSONDecoder().decode(Box.self, from: data) }
        }
        #expect(Counted.living.load(ordering: .relaxed) == before + 2)
        // Kept alive for good: its deinit records an issue.
        _ = Unmanaged.passRetained(job)
    }
}
