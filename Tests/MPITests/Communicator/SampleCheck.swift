import MPI
import Testing

/// What every rank gives in one round of a check: a value of its own, all of one type.
struct Samples<Value: Codable & Equatable & Sendable>: Sendable {
    private let family: [Value]
    private let shift: Int

    fileprivate init(_ family: [Value], shift: Int) {
        self.family = family
        self.shift = shift
    }

    /// What a rank gives; there is a value for every number, so that a rank can have one for each of the others, too.
    subscript(rank: Int) -> Value { family[(rank + shift) % family.count] }

    /// What ranks give, in order.
    subscript(ranks: Range<Int>) -> [Value] { ranks.map { self[$0] } }
}

/// Something that holds for values of every kind, on every communicator.
///
/// It goes through all roots itself, since not every operation has one.
protocol SampleCheck {
    /// Checks it once; every rank of the communicator does so.
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) async throws
}

extension SampleCheck {
    /// Checks it with values of every kind on the world, a duplicate, and the half of all ranks that this one is in.
    ///
    /// In turn every rank gives every value.
    func everywhere() async throws {
        try await awaitOnEveryTeam { try await withEveryKind($0) }
    }

    /// Checks it with values of every kind on one communicator.
    func withEveryKind(_ team: Communicator) async throws {
        try await check(team, of: [Int?.none, 7])
        try await check(team, of: [true, false])
        try await check(team, of: [Int.min, -7, 0, 7, .max])
        try await check(team, of: [UInt8.max, 0])
        try await check(team, of: [-2.17, 0, 3.14, .infinity, -.greatestFiniteMagnitude])
        try await check(
            team,
            of: [ExactNumber(-0.0), ExactNumber(.nan), ExactNumber(.leastNonzeroMagnitude)]
        )
        try await check(team, of: ["", "a", "äöü €", String(repeating: "long ", count: 2000)])
        try await check(team, of: [[], [Int?.none, 1, .min], [Int?](repeating: .max, count: 700)])
        try await check(team, of: [[:], ["nested": [[1.5: [Int8(-3)]], [:]]]])
        try await check(team, of: [MessageSamples(), MessageSamples(missing: 1, nested: [])])
    }

    /// Checks it with values of every kind on lines of ranks and rings of them, made of the world, a duplicate and a half.
    func onLines() async throws {
        try await awaitOnEveryTeam { team in
            for isRing in [false, true] {
                let line = try #require(
                    try team.makeCartesian(dimensions: [team.size], periodic: [isRing])
                )
                try await withEveryKind(line)
                try line.free()
            }
        }
    }

    private func check<Value: Codable & Equatable & Sendable>(_ team: Communicator, of family: [Value])
        async throws
    {
        for shift in family.indices { try await check(team, Samples(family, shift: shift)) }
    }
}

extension Communicator {
    /// The ranks before and behind this one on a line or a ring.
    func bothNeighbors() throws -> (before: Int?, after: Int?) {
        let neighbors = try sourceNeighbors
        return (neighbors[0], neighbors[1])
    }
}

/// A number that equals only itself: 0 is not -0, and what is no number is the same as itself.
struct ExactNumber: Codable, Equatable {
    var number: Double

    init(_ number: Double) { self.number = number }

    static func == (left: ExactNumber, right: ExactNumber) -> Bool {
        left.number.bitPattern == right.number.bitPattern
    }
}
