import Testing

@testable import Multiprocessing

/// Inputs that a main program has left where workers can take them.
@Suite("Inputs that were left in a store")
struct PoolLotTests {
    private typealias Harness = ServiceHarness<PoolService>

    /// A pool whose client is the main program of its rank.
    private final class Rig {
        let pool: PoolHarness
        let store: InputStore
        static let client = Address.main(ofRank: 0)

        init(maxTasksPerChild: Int = 0) throws {
            pool = try PoolHarness(maxTasksPerChild: maxTasksPerChild)
            store = try InputStore()
        }

        static func worker(_ number: UInt32, rank: Int32 = 0) -> Address {
            Address(rank: rank, serial: 100 + number)
        }

        func say(
            _ operation: Multiprocessing.Operation,
            from source: Address,
            argument: UInt64 = 0,
            correlation: UInt64 = 1,
            _ body: [UInt8] = []
        ) -> [Frame] {
            var frame = Frame(
                operation == .chunkResults ? .notice : .request,
                code: operation.rawValue,
                from: source,
                to: Harness.address,
                correlation: correlation,
                argument: argument
            )
            frame.bytes += body
            frame.seal()
            var request = Request(frame, now: .now)
            return pool.harness.collect { $0.handle(operation, &request, &$1) }
        }

        /// Leaves two arrays of numbers; returns what says where they are, and how many bytes.
        func leave(_ inputs: [[Int32]], for owner: Address = client) throws -> [UInt8] {
            let size = [Int32].byteCount(of: inputs[...])
            let lot = try #require(store.makeLot(size, for: owner))
            let lengths = [Int32].copy(inputs[...], to: lot.bytes)
            lot.leave()
            var reference: [UInt8] = []
            InputReference.append(lot, lengths, to: &reference)
            return reference
        }

        func submit(_ inputs: [UInt8], count: Int, correlation: UInt64 = 1) -> [Frame] {
            var body: [UInt8] = []
            PoolSubmission.append(.whole, retries: 0, work: [0xee], to: &body)
            PoolSubmission.append(first: 0, count: count, inputs: inputs, to: &body)
            return say(.submit, from: Rig.client, correlation: correlation, body)
        }

        func report(
            _ worker: Address,
            job: UInt64,
            ticket: PoolTicket,
            _ progress: AssignmentProgress,
            _ tasks: [Int]
        )
            -> [Frame]
        {
            var body: [UInt8] = []
            PoolWire.append(job, to: &body)
            PoolWire.append(progress.rawValue, to: &body)
            for task in tasks { PoolWire.appendEntry(task, .value, to: &body) { $0.append(1) } }
            return say(.chunkResults, from: worker, argument: ticket.rawValue, body)
        }

        /// Whether nobody has anything in the store any more.
        var isEmpty: Bool {
            guard let lot = store.makeLot(InputStore.capacity, for: Rig.client) else { return false }
            return lot.count == InputStore.capacity
        }
    }

    /// The one assignment among what the pool said.
    private static func assignment(_ frames: [Frame], to worker: Address) throws -> (
        job: UInt64, ticket: PoolTicket, tasks: Range<Int>, inputs: [UInt8]
    ) {
        let frame = try #require(frames.first { $0.destination == worker && $0.kind == .partialReply })
        return try frame.withBody { body in
            var reader = PoolWire.Reader(body)
            let job = try reader.number(UInt64.self)
            let ticket = try #require(PoolTicket(rawValue: try reader.number()))
            let length = try reader.number(UInt64.self)
            if length != .max { _ = try reader.block(Int(length)) }
            _ = try reader.count()
            let tasks = try reader.count()..<reader.count()
            return (job, ticket, tasks, Array(try reader.block(try reader.count())))
        }
    }

    private static func decoded(_ inputs: [UInt8], _ count: Int) throws -> [[Int32]] {
        try inputs.withUnsafeBytes { bytes in
            let reader = try PoolInputs.Reader<[Int32]>(bytes)
            return try (0..<count).map { try reader.input(at: $0) }
        }
    }

    private static let inputs: [[Int32]] = [[1, -2, 3], [], Array(0..<5000)]

    @Test("are taken by a worker where they are, and stay there until they are done")
    func taken() throws {
        let rig = try Rig()
        let worker = Rig.worker(1)
        _ = rig.say(.workerReady, from: worker)
        let reference = try rig.leave(Self.inputs)
        let (job, ticket, tasks, inputs) = try Self.assignment(rig.submit(reference, count: 3), to: worker)
        #expect(tasks == 0..<3)
        #expect(inputs == reference)
        #expect(try Self.decoded(inputs, 3) == Self.inputs)
        #expect(!rig.isEmpty)
        _ = rig.report(worker, job: job, ticket: ticket, .finished, [0, 1, 2])
        #expect(rig.isEmpty)
    }

    @Test("stay where they are while a worker is at them, although nobody wants the results any more")
    func cancelled() throws {
        let rig = try Rig()
        let worker = Rig.worker(1)
        _ = rig.say(.workerReady, from: worker)
        let assignment = try Self.assignment(rig.submit(rig.leave(Self.inputs), count: 3), to: worker)
        _ = rig.pool.harness.collect { $0.cancel(1, of: Rig.client, &$1) }
        #expect(rig.pool.harness.service.jobs.isEmpty)
        #expect(!rig.isEmpty)
        _ = rig.report(worker, job: assignment.job, ticket: assignment.ticket, .finished, [])
        #expect(rig.isEmpty)
    }

    @Test("of a worker that has ended go to another one, and are free when a job ends that nobody has begun")
    func lost() throws {
        let rig = try Rig()
        let workers = (1...2).map { Rig.worker($0) }
        _ = rig.say(.workerReady, from: workers[0])
        let first = try Self.assignment(rig.submit(rig.leave(Self.inputs), count: 3), to: workers[0])
        let end = ProcessEnd(
            address: workers[0],
            parent: Harness.address,
            name: "worker",
            pid: 1,
            status: .signalled(9),
            host: "here"
        )
        _ = rig.pool.harness.collect { $0.processEnded(end, &$1) }
        let second = try Self.assignment(rig.say(.workerReady, from: workers[1]), to: workers[1])
        #expect(second.inputs == first.inputs)
        #expect(try Self.decoded(second.inputs, 3) == Self.inputs)
        _ = rig.report(workers[1], job: second.job, ticket: second.ticket, .finished, [0, 1, 2])
        #expect(rig.isEmpty)
        // Nobody is left to do this one.
        _ = rig.pool.harness.collect {
            $0.processEnded(
                ProcessEnd(
                    address: workers[1],
                    parent: Harness.address,
                    name: "worker",
                    pid: 2,
                    status: .signalled(9),
                    host: "here"
                ),
                &$1
            )
        }
        _ = rig.submit(try rig.leave(Self.inputs), count: 3, correlation: 2)
        #expect(!rig.isEmpty)
        _ = rig.pool.harness.collect { $0.cancel(2, of: Rig.client, &$1) }
        #expect(rig.isEmpty)
    }

    @Test("are sent to a worker on another rank, or one that cannot take them")
    func outOfReach() throws {
        let rig = try Rig()
        let worker = Rig.worker(1)
        _ = rig.say(.workerReady, from: worker)
        let reference = try rig.leave(Self.inputs)
        let first = try Self.assignment(rig.submit(reference, count: 3), to: worker)
        let answer = rig.report(worker, job: first.job, ticket: first.ticket, .outOfReach, [])
        let second = try Self.assignment(answer, to: worker)
        #expect(second.tasks == 0..<3)
        #expect(second.inputs.first == PoolInputs.Form.plain.rawValue)
        #expect(try Self.decoded(second.inputs, 3) == Self.inputs)
        _ = rig.report(worker, job: second.job, ticket: second.ticket, .finished, [0, 1, 2])
        #expect(rig.isEmpty)
        // From now on at once.
        let third = try Self.assignment(
            rig.submit(rig.leave(Self.inputs), count: 3, correlation: 2),
            to: worker
        )
        #expect(third.inputs.first == PoolInputs.Form.plain.rawValue)

        let remote = try Rig()
        let other = Rig.worker(1, rank: 1)
        _ = remote.say(.workerReady, from: other)
        let assignment = try Self.assignment(remote.submit(remote.leave(Self.inputs), count: 3), to: other)
        #expect(assignment.inputs.first == PoolInputs.Form.plain.rawValue)
        #expect(try Self.decoded(assignment.inputs, 3) == Self.inputs)
    }

    @Test("are not taken for what a frame brings, however many they are")
    func many() throws {
        let rig = try Rig()
        let worker = Rig.worker(1)
        _ = rig.say(.workerReady, from: worker)
        var body: [UInt8] = []
        PoolSubmission.append(.inPortions, retries: 0, work: [0xee], to: &body)
        PoolSubmission.append(first: 0, count: 3, inputs: try rig.leave(Self.inputs), to: &body)
        let first = try Self.assignment(rig.say(.submit, from: Rig.client, body), to: worker)
        _ = rig.report(worker, job: first.job, ticket: first.ticket, .finished, [0, 1, 2])
        #expect(rig.isEmpty)
        let inputs = (0..<2100).map { [Int32($0)] }
        let reference = try rig.leave(inputs)
        #expect(reference.count > 16 << 10)
        var addition: [UInt8] = []
        PoolSubmission.beginAddition(isOpen: true, to: &addition)
        PoolSubmission.append(first: 3, count: inputs.count, inputs: reference, to: &addition)
        let frames = rig.say(.extendJob, from: Rig.client, argument: 1, addition)
        #expect(!rig.isEmpty)
        let second = try Self.assignment(frames, to: worker)
        #expect(try Self.decoded(second.inputs, inputs.count) == inputs)
        _ = rig.report(worker, job: second.job, ticket: second.ticket, .finished, Array(3..<2103))
        #expect(rig.isEmpty)
    }

    @Test("are sent to a worker that may have one chunk and could not take them")
    func lastChunk() throws {
        let rig = try Rig(maxTasksPerChild: 1)
        let worker = Rig.worker(1)
        _ = rig.say(.workerReady, from: worker)
        let first = try Self.assignment(rig.submit(try rig.leave(Self.inputs), count: 3), to: worker)
        let answer = rig.report(worker, job: first.job, ticket: first.ticket, .outOfReach, [])
        let second = try Self.assignment(answer, to: worker)
        #expect(try Self.decoded(second.inputs, 3) == Self.inputs)
    }

    @Test("can be handed in by nobody but the one who has left them, and once")
    func foreign() throws {
        let rig = try Rig()
        let reference = try rig.leave(Self.inputs)
        var body: [UInt8] = []
        PoolSubmission.append(.whole, retries: 0, work: [0xee], to: &body)
        PoolSubmission.append(first: 0, count: 3, inputs: reference, to: &body)
        for source in [Rig.worker(7), .main(ofRank: 1)] {
            let answer = try #require(rig.say(.submit, from: source, body).first)
            #expect(answer.code == Outcome.malformed.rawValue)
        }
        #expect(rig.submit(reference, count: 3).isEmpty)
        #expect(rig.submit(reference, count: 3, correlation: 2).first?.code == Outcome.malformed.rawValue)
    }

    @Test("that are said to be where they cannot be do no harm")
    func garbage() throws {
        let rig = try Rig()
        let good = try rig.leave(Self.inputs)
        var random = SeededGenerator(state: 5)
        for _ in 0..<2000 {
            var bad = good
            for _ in 0...random.below(3) { bad[random.below(bad.count)] = UInt8(random.below(256)) }
            if random.below(4) == 0 { bad.removeLast(random.below(bad.count)) }
            // Whatever comes of it, it comes without a trap.
            _ = try? Self.decoded(bad, 4)
        }
    }

    @Test("that nobody claims are free when their job is over")
    func unclaimed() throws {
        let rig = try Rig()
        let reference = try rig.leave(Self.inputs)
        let token = try reference.withUnsafeBytes { try InputReference($0).token }
        #expect(!rig.isEmpty)
        InputLot.forget([token])
        #expect(rig.isEmpty)
        #expect(InputLot.claim(token, of: Rig.client) == nil)
    }

    @Test("lie in parts of a memory of which none is had twice", arguments: 0..<20)
    func space(seed: Int) {
        var random = SeededGenerator(state: UInt64(seed))
        let pages = 64
        var space = FreeSpace(capacity: pages * FreeSpace.unit)
        var taken: [Range<Int>] = []
        for _ in 0..<500 {
            if random.below(2) == 0, !taken.isEmpty {
                space.giveBack(taken.remove(at: random.below(taken.count)))
            } else {
                let count = random.below(20 * FreeSpace.unit)
                // The first place where it fits.
                let used = Set(
                    taken.flatMap { stride(from: $0.lowerBound, to: $0.upperBound, by: FreeSpace.unit) }
                        .map { $0 / FreeSpace.unit }
                )
                let size = max(1, (count + FreeSpace.unit - 1) / FreeSpace.unit)
                let first = (0...max(0, pages - size)).first { start in
                    start + size <= pages && !(start..<start + size).contains { used.contains($0) }
                }
                let part = space.take(count)
                #expect(part?.lowerBound == first.map { $0 * FreeSpace.unit })
                if let part {
                    #expect(part.count == size * FreeSpace.unit)
                    taken.append(part)
                }
            }
            #expect(
                zip(space.ranges, space.ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }
            )
        }
        for part in taken { space.giveBack(part) }
        #expect(space == FreeSpace(capacity: pages * FreeSpace.unit))
        #expect(space.take(.max) == nil && space.take(pages * FreeSpace.unit + 1) == nil)
    }
}
