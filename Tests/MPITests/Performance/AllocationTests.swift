import CAllocationCount
import MPI
import RankChecks
import RankLaunching
import Testing

/// What communication costs in memory, counted: nothing for a small buffer, and no second buffer for a large one.
///
/// `Scripts/check-allocations.sh` runs it as optimised code, where everything is counted; `swift test` as it is.
@Suite("Allocations")
struct AllocationTests {
    private static let rounds = 1_000

    @Test(
        "nothing is allocated to send a small buffer and to receive it, beyond what the library allocates itself"
    )
    func smallBuffers() async throws {
        let result = try await onRanks(2) { () throws in
            let world = Communicator.world
            guard try Self.canCount() else { return }
            var number = [1.0]
            func compare(_ title: String, with inC: (Int32) -> Void, _ round: () throws -> Void) throws {
                // What is made once is made here.
                inC(Int32(Self.rounds))
                for _ in 0..<Self.rounds { try round() }
                let limit = Self.count { inC(Int32(Self.rounds)) }.calls
                let calls = try Self.count { for _ in 0..<Self.rounds { try round() } }.calls
                // The library has lists that grow now and then; what a message costs would be there a thousand times.
                #expect(calls < limit + Self.rounds / 100, "\(title): \(calls) allocations; in C \(limit)")
            }
            try compare("an array", with: allocation_count_ping_pong) {
                if world.rank == 0 { try world.send(number.span, to: 1) }
                try world.receive(into: &number, from: 1 - world.rank)
                if world.rank == 1 { try world.send(number.span, to: 0) }
            }
            try compare("a span, with a tag", with: allocation_count_ping_pong) {
                if world.rank == 0 { try world.send(number.span, to: 1, tag: 7) }
                var memory = number.mutableSpan
                try world.receive(into: &memory, from: 1 - world.rank, tag: 7)
                if world.rank == 1 { try world.send(number.span, to: 0, tag: 7) }
            }
            // Without optimisation it is made anew each time that it is named.
            let largest = ReduceOperation<Double>.max
            try compare("a broadcast and a maximum in place", with: allocation_count_collectives) {
                try world.broadcast(inPlace: &number, from: 0)
                try world.allReduce(inPlace: &number, largest)
            }
        }
        print(result.output(ofRank: 0), terminator: "")
    }

    @Test(
        "a large buffer is neither copied when it is sent or received, nor in a collective operation in place"
    )
    func largeBuffers() async throws {
        let result = try await onRanks(2, timeout: .seconds(120)) { () throws in
            let world = Communicator.world
            let (isFirst, count) = (world.rank == 0, Self.largeCount)
            guard try Self.canCount() else { return }
            var numbers = [Double](repeating: Double(world.rank), count: count)

            try Self.expectNoCopy("a send and a receive") {
                if isFirst {
                    try world.send(numbers.span, to: 1)
                } else {
                    try world.receive(into: &numbers, from: 0)
                }
            }
            try Self.expectNoCopy("an immediate send") {
                if isFirst {
                    try world.immediateSend(keeping: numbers, to: 1).wait()
                } else {
                    try world.receive(into: &numbers, from: 0)
                }
            }
            // What is received into new memory takes that memory, once.
            try Self.expectNoCopy("an immediate receive", beyond: isFirst ? 0 : Self.largeLength) {
                if isFirst {
                    try world.send(numbers.span, to: 1)
                } else {
                    let received = try world.immediateReceive(count: count, of: Double.self, from: 0).wait()
                    #expect(received.count == count && received.last == 0)
                }
            }
            let persistent =
                try isFirst
                ? world.makePersistentSend(count: count, of: Double.self, to: 1)
                : world.makePersistentReceive(count: count, of: Double.self, from: 0)
            for round in 1...2 {
                if isFirst { try persistent.withInput { $0[count - 1] = Double(round) } }
                // The memory of the receive is touched for the first time in the first round.
                guard round == 2 else {
                    try persistent.start()
                    try persistent.wait()
                    continue
                }
                try Self.expectNoCopy("a persistent send and receive") {
                    try persistent.start()
                    try persistent.wait()
                }
                try persistent.withOutput { #expect($0[count - 1] == 2) }
            }
            try Self.expectNoCopy("a broadcast in place") { try world.broadcast(inPlace: &numbers, from: 0) }
            #expect(numbers.last == 0)

            // The library has memory of its own for a reduction: as much as in C is none of ours.
            allocation_count_all_reduce(&numbers, Int32(count))
            let inC = Self.costs { allocation_count_all_reduce(&numbers, Int32(count)) }
            try Self.expectNoCopy("a reduction in place", beyond: max(inC.allocated, inC.risen)) {
                try world.allReduce(inPlace: &numbers, .sum)
            }
        }
        print(result.output(ofRank: 0), terminator: "")
    }

    @Test("what a message to oneself costs in time, beside C: printed, not judged")
    func time() async throws {
        guard RankCheck.usesOpenMPI else { return print("MPICH cannot send to oneself first") }
        let result = try await onRanks(1) { () throws in
            let alone = Communicator.alone
            var number = [1.0]
            let rounds = 1_000
            var inSwift = Duration.seconds(1_000)
            var inC = inSwift
            // The best of many that are short enough to pass undisturbed, since others use the machine as well.
            for _ in 0..<1_000 {
                inC = min(inC, ContinuousClock().measure { allocation_count_send_to_self(Int32(rounds)) })
                let time = try ContinuousClock().measure {
                    for _ in 0..<rounds {
                        try alone.send(number.span, to: 0)
                        try alone.receive(into: &number, from: 0)
                    }
                }
                inSwift = min(inSwift, time)
            }
            let ratio = (inSwift / inC * 100).rounded() / 100
            func nanoseconds(_ time: Duration) -> Int { Int(time / .nanoseconds(1)) / rounds }
            print(
                "8 bytes to oneself: \(nanoseconds(inSwift)) ns, in C \(nanoseconds(inC)) ns, ratio \(ratio)"
            )
        }
        print(result.output(ofRank: 0), terminator: "")
    }

    // MARK: Counting

    private static let largeCount = 8 << 20
    private static let largeLength = largeCount * MemoryLayout<Double>.stride

    /// Initializes MPI, and says whether there is anything to count with.
    private static func canCount() throws -> Bool {
        try Communicator.world.barrier()
        let canCount = allocation_count_is_possible()
        if !canCount { print("allocations cannot be counted with this C library, or with a sanitizer") }
        return canCount
    }

    /// Counts what this thread allocates.
    private static func count(_ body: () throws -> Void) rethrows -> AllocationCount {
        allocation_count_begin(false)
        do {
            try body()
        } catch {
            _ = allocation_count_end()
            throw error
        }
        return allocation_count_end()
    }

    /// The bytes that the process allocates, and those by which its memory grows at most.
    private static func costs(_ body: () throws -> Void) rethrows -> (allocated: Int, risen: Int) {
        let canSeePeak = allocation_count_reset_peak()
        let before = allocation_count_resident()
        allocation_count_begin(true)
        do {
            try body()
        } catch {
            _ = allocation_count_end()
            throw error
        }
        let allocated = allocation_count_end().bytes
        return (allocated, canSeePeak ? allocation_count_peak() - before : 0)
    }

    /// Expects that something needs no memory that has anything like the length of a large buffer.
    private static func expectNoCopy(_ title: String, beyond allowance: Int = 0, _ body: () throws -> Void)
        throws
    {
        try Communicator.world.barrier()
        let (allocated, risen) = try costs(body)
        let limit = allowance + largeLength / 4
        #expect(allocated < limit, "\(title): \(allocated) bytes allocated, for a buffer of \(largeLength)")
        #expect(risen < limit, "\(title): \(risen) bytes more in memory, for a buffer of \(largeLength)")
    }
}
