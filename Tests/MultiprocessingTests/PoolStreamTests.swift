import Multiprocessing
import RankChecks
import Synchronization
import Testing

private let sizes: [Int?] = [nil, 1, 4]

private struct Oddity: Error, Codable, Hashable {
    var number: Int
}

/// Numbers without end, which notes how many were taken.
private final class Source: Sendable {
    private let count = Atomic(0)
    var taken: Int { count.load(ordering: .sequentiallyConsistent) }
    func next() -> Int { count.add(1, ordering: .sequentiallyConsistent).oldValue }
    var numbers: some Sequence<Int> { sequence(state: self) { $0.next() } }
}

/// Numbers that come by and by.
private func stream(_ numbers: Range<Int>) -> AsyncStream<Int> {
    AsyncStream { continuation in
        for number in numbers { continuation.yield(number) }
        continuation.finish()
    }
}

/// How many calls are done until the end.
private func count(_ results: PoolResults<Void>) async throws -> Int {
    var count = 0
    for try await _ in results { count += 1 }
    return count
}

private func doubled(_ number: Int) async throws -> Int {
    await Task.yield()
    return number * 2
}

@Suite("Results of a pool as they come")
struct PoolStreamTests {
    @Test(
        "imap gives the results in order, from a sequence without end, and looks ahead only so far",
        arguments: sizes
    )
    func ordered(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 3)
                for (chunkSize, lookAhead) in [(1, nil), (1, 1), (4, 3), (7, nil)] as [(Int, Int?)] {
                    let source = Source()
                    let results = try pool.imap(source.numbers, chunkSize: chunkSize, lookAhead: lookAhead) {
                        $0 * $0
                    }
                    let limit = (lookAhead ?? 6) * chunkSize
                    #expect(source.taken == limit)
                    for number in 0..<50 {
                        #expect(try results.next(timeout: .seconds(20)) == number * number)
                        #expect(source.taken <= number + 1 + limit)
                    }
                    results.cancel()
                    #expect(try results.next() == nil)
                }
                let few = try pool.imap(["a", "bb"]) { $0.count }
                #expect(try [few.next(), few.next(), few.next(), few.next()] == [1, 2, nil, nil])
                #expect(try pool.imap([Int]()) { $0 }.next() == nil)
                #expect(kindOfError { _ = try pool.imap([1], chunkSize: 0) { $0 } } == .misuse)
                #expect(kindOfError { _ = try pool.imap([1], lookAhead: 0) { $0 } } == .misuse)
                #expect(kindOfError { _ = try pool.imap([1], retries: -1) { $0 } } == .misuse)
            }
        }
    }

    @Test("chunks and look-aheads may be as large as they like", arguments: [1, .max / 2, .max - 1, .max])
    func largeNumbers(size: Int) async throws {
        try await onRanks(nil, arguments: ["\(size)"]) {
            let size = try RankCheck.argument(0, as: Int.self)
            try await withProcesses {
                let pool = try Pool(processes: 2)
                let expected = (0..<20).map { $0 * 2 }
                for lookAhead in [nil, 1, size] {
                    let results = try pool.imap(0..<20, chunkSize: size, lookAhead: lookAhead) { $0 * 2 }
                    var values: [Int] = []
                    while let value = try await results.next(timeout: .seconds(20)) { values.append(value) }
                    #expect(values == expected)
                }
                let inputs = AsyncStream { continuation in
                    for number in 0..<20 { continuation.yield(number) }
                    continuation.finish()
                }
                let results = try pool.imapUnordered(inputs, chunkSize: size) { $0 * 2 }
                var values: [Int] = []
                while let value = try await results.next(timeout: .seconds(20)) { values.append(value) }
                #expect(values.sorted() == expected)
                let executor = try Executor(maxWorkers: 2)
                let mapped = try executor.map(0..<20, chunkSize: size) { $0 * 2 }
                for value in expected { #expect(try await mapped.next(timeout: .seconds(20)) == value) }
            }
        }
    }

    @Test("an error is thrown in its place, and one can go on behind it", arguments: sizes)
    func errors(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let work: @Sendable (Int) throws -> Int = {
                    if $0 % 3 == 1 { throw Oddity(number: $0) }
                    return $0
                }
                let results = try pool.imap(0..<7, work)
                for number in 0..<7 {
                    if number % 3 == 1 {
                        #expect(throws: Oddity(number: number)) { try results.next() }
                    } else {
                        #expect(try results.next() == number)
                    }
                }
                #expect(try results.next() == nil)
                // What cannot be encoded or decoded fails alone, at either end.
                let inputs = try pool.imap([Fussy(0), Fussy(1), Fussy(2), Fussy(3), Fussy(4)], chunkSize: 5) {
                    $0.number
                }
                #expect(try inputs.next() == 0)
                #expect(throws: Fussy.NotEncoded.self) { try inputs.next() }
                #expect(throws: Fussy.NotDecoded.self) { try inputs.next() }
                #expect(try [inputs.next(), inputs.next(), inputs.next()] == [3, 4, nil])
                let outputs = try pool.imap(0..<5, chunkSize: 5) { Fussy($0) }
                #expect(try outputs.next()?.number == 0)
                #expect(throws: Fussy.NotEncoded.self) { try outputs.next() }
                #expect(throws: Fussy.NotDecoded.self) { try outputs.next() }
                #expect(try [outputs.next()?.number, outputs.next()?.number] == [3, 4])
                #expect(throws: Fussy.NotEncoded.self) {
                    try pool.map((0..<5).map { Fussy($0) }) { $0.number }
                }
            }
        }
    }

    @Test("a loop ends with the error of a task, and the next one goes on behind it", arguments: sizes)
    func loops(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let pool = try Pool(processes: 2)
                let others = try pool.imap(0..<4) { (number: Int) throws -> Int in
                    if number == 1 { throw Oddity(number: number) }
                    return number
                }
                var seen: [Int] = []
                do {
                    for try await number in others { seen.append(number) }
                    Issue.record("no error")
                } catch let error as Oddity {
                    #expect(error.number == 1)
                }
                for try await number in others { seen.append(number) }
                #expect(seen == [0, 2, 3])
            }
        }
    }

    @Test(
        "imapUnordered gives what is there first, and next waits no longer than it is told",
        arguments: sizes
    )
    func unordered(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let gate = try Queue<Int>()
                let results = try pool.imapUnordered(0..<4) { number in
                    if number == 0 { _ = try gate.get() }
                    return number
                }
                let first = try (0..<3).map { _ in try results.next(timeout: .seconds(20)) }
                #expect(Set(first) == [1, 2, 3])
                #expect(kindOfError { _ = try results.next(timeout: .milliseconds(10)) } == .timedOut)
                try gate.put(1)
                #expect(try [results.next(timeout: .seconds(20)), results.next()] == [0, nil])
                // In order, the first one holds up the others.
                let ordered = try pool.imap(0..<4) { number in
                    if number == 0 { _ = try gate.get() }
                    return number
                }
                #expect(kindOfError { _ = try ordered.next(timeout: .milliseconds(10)) } == .timedOut)
                try gate.put(1)
                #expect(try (0..<4).map { _ in try ordered.next(timeout: .seconds(20)) } == [0, 1, 2, 3])
            }
        }
    }

    @Test("inputs may come by and by, and their error comes behind the results", arguments: sizes)
    func asyncInputs(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let pool = try Pool(processes: 2)
                let (inputs, continuation) = AsyncThrowingStream<Int, any Error>.makeStream()
                let results = try pool.imap(inputs) { $0 * 2 }
                for number in 0..<5 {
                    continuation.yield(number)
                    #expect(try await results.next(timeout: .seconds(20)) == number * 2)
                }
                continuation.yield(5)
                continuation.finish(throwing: Oddity(number: 9))
                #expect(try await results.next() == 10)
                await #expect(throws: Oddity(number: 9)) { try await results.next() }
                #expect(try await results.next() == nil)
                // No more is taken than may be.
                let source = Source()
                let endless = AsyncStream { source.next() }
                let some = try pool.imapUnordered(endless, chunkSize: 2, lookAhead: 2) { $0 }
                var seen: Set<Int> = []
                for try await number in some {
                    seen.insert(number)
                    if seen.count == 30 { break }
                }
                #expect(source.taken <= 30 + 4)
                #expect(seen.isSubset(of: Set(0..<34)))
            }
        }
    }

    @Test(
        "functions that return nothing or suspend, on inputs that are there or come by and by",
        arguments: sizes
    )
    func forms(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let pool = try Pool(processes: 2)
                let seen = try Queue<Int>()
                #expect(try await count(try pool.imap(0..<3) { try seen.put($0) }) == 3)
                #expect(try await count(try pool.imap(3..<6) { try await seen.put($0) }) == 3)
                #expect(try await count(try pool.imap(stream(6..<9)) { try seen.put($0) }) == 3)
                #expect(try await count(try pool.imap(stream(9..<12)) { try await seen.put($0) }) == 3)
                #expect(try await count(try pool.imapUnordered(12..<15) { try seen.put($0) }) == 3)
                #expect(try await count(try pool.imapUnordered(15..<18) { try await seen.put($0) }) == 3)
                #expect(try await count(try pool.imapUnordered(stream(18..<21)) { try seen.put($0) }) == 3)
                #expect(
                    try await count(try pool.imapUnordered(stream(21..<24)) { try await seen.put($0) }) == 3
                )
                #expect(try (0..<24).map { _ in try seen.get(timeout: .zero) }.sorted() == Array(0..<24))

                var numbers: [Int] = []
                for try await number in try pool.imap(stream(0..<5), doubled) { numbers.append(number) }
                #expect(numbers == [0, 2, 4, 6, 8])
                for try await number in try pool.imapUnordered(stream(5..<9), chunkSize: 2, doubled) {
                    numbers.append(number)
                }
                #expect(Set(numbers) == Set((0..<9).map { $0 * 2 }))

                let failing = try pool.imap(0..<3) { (number: Int) throws -> Void in
                    if number == 1 { throw Oddity(number: number) }
                }
                var isDone = try await failing.next() != nil
                #expect(isDone)
                await #expect(throws: Oddity(number: 1)) { _ = try await failing.next() }
                isDone = try await failing.next() != nil
                #expect(isDone)
                isDone = try await failing.next() != nil
                #expect(!isDone)
            }
        }
    }

    @Test(
        "leaving the loop withdraws what has not begun, and a cancelled wait takes nothing",
        arguments: sizes
    )
    func leaving(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let pool = try Pool(processes: 1)
                let (begun, gate) = (try Queue<Int>(), try Queue<Bool>())
                for try await number in try pool.imap(
                    0..<100,
                    lookAhead: 50,
                    { number in
                        try begun.put(number)
                        if number > 0 { _ = try gate.get() }
                        return number
                    }
                ) {
                    #expect(number == 0)
                    break
                }
                // At most one was running.
                try await gate.put(true)
                #expect(try await pool.apply { 7 } == 7)
                var count = 0
                while (try? begun.getWithoutWaiting()) != nil { count += 1 }
                #expect(count <= 2)
                // The same queue serves again.
                let results = try pool.imap(0..<1) { _ in try gate.get() }
                await withTaskGroup(of: Void.self) { group in
                    let stream = HandOver(results)
                    group.addTask {
                        await #expect(throws: CancellationError.self) {
                            try await stream.value.next(timeout: nil)
                        }
                    }
                    group.cancelAll()
                }
                try await gate.put(true)
                try await gate.put(true)
                #expect(try await results.next(timeout: .seconds(20)) == true)
            }
        }
    }
}

/// Something that one task at a time uses.
private struct HandOver<Value>: @unchecked Sendable {
    // The test waits for the other task before it goes on with the value.
    let value: Value
    init(_ value: Value) { self.value = value }
}

/// Number 1 cannot be encoded, number 2 not decoded.
private struct Fussy: Codable, Sendable {
    struct NotEncoded: Error, Codable {}
    struct NotDecoded: Error, Codable {}
    let number: Int
    init(_ number: Int) { self.number = number }
    init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
        if number == 2 { throw NotDecoded() }
    }
    func encode(to encoder: any Encoder) throws {
        if number == 1 { throw NotEncoded() }
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}
