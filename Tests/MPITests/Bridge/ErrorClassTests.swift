import MPI
import RankChecks
import Testing

/// A program that has checks of the library's own switched off relies on those of this one.
private func libraryChecks(_ isOn: Bool) -> [String: String?] {
    ["OMPI_MCA_mpi_param_check": isOn ? "1" : "0"]
}

/// Expects an error of a class.
private func refuses(
    _ errorClass: ErrorClass,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("nothing is thrown", sourceLocation: sourceLocation)
    } catch let error as MPIError {
        #expect(error.errorClass == errorClass, "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("another error is thrown: \(error)", sourceLocation: sourceLocation)
    }
}

/// Tries everything that is sent to, received from or looked for at a rank with a tag.
private func refusesMessages(
    _ errorClass: ErrorClass,
    rank: Int,
    tag: Int,
    on team: Communicator,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    func refuses(_ body: () throws -> Void) {
        MPITests.refuses(errorClass, sourceLocation: sourceLocation, body)
    }
    let numbers = [1.0, 2.0]
    var result = [0.0, 0.0]
    refuses { try team.send(1, to: rank, tag: tag) }
    refuses { try team.send(numbers.span, to: rank, tag: tag) }
    refuses { try team.send(numbers.span, to: rank, tag: tag, mode: .synchronous) }
    refuses { try team.immediateSend(1, to: rank, tag: tag).wait() }
    refuses { try team.immediateSend(numbers.span, to: rank, tag: tag).wait() }
    refuses { try team.immediateSend(keeping: numbers, to: rank, tag: tag, mode: .ready).wait() }
    refuses { _ = try team.receive(Int.self, from: rank, tag: tag) }
    refuses { _ = try team.receiveWithStatus(Int.self, from: rank, tag: tag) }
    refuses { try team.receive(into: &result, from: rank, tag: tag) }
    refuses { _ = try team.receiveElements(of: Double.self, from: rank, tag: tag) }
    refuses { _ = try team.receive(Int.self, from: rank, tag: tag, timeout: .seconds(1)) }
    refuses { _ = try team.immediateReceive(Int.self, from: rank, tag: tag).wait() }
    refuses { _ = try team.immediateReceive(count: 2, of: Int.self, from: rank, tag: tag).wait() }
    refuses { _ = try team.immediateReceiveElements(of: Int.self, from: rank, tag: tag).wait() }
    refuses { _ = try team.probe(from: rank, tag: tag) }
    refuses { _ = try team.immediateProbe(from: rank, tag: tag) }
    refuses { _ = try team.matchedProbe(from: rank, tag: tag) }
    refuses { _ = try team.immediateMatchedProbe(from: rank, tag: tag) }
    refuses {
        _ = try team.sendReceive(1, to: rank, sendTag: tag, receiving: Int.self, from: 0, tag: 0)
    }
    refuses {
        try team.sendReceive(numbers.span, to: rank, sendTag: tag, into: &result, from: 0, tag: 0)
    }
    refuses { try team.sendReceive(inPlace: &result, to: 0, sendTag: 0, from: rank, tag: tag) }
    refuses {
        _ = try team.immediateSendReceive(1, to: rank, sendTag: tag, receiving: Int.self).wait()
    }
    refuses { _ = try team.makePersistentSend(count: 1, of: Int.self, to: rank, tag: tag) }
    refuses { _ = try team.makePersistentReceive(count: 1, of: Int.self, from: rank, tag: tag) }
}

@Suite("ErrorClass")
struct ErrorClassTests {
    @Test("a wrong rank, tag, count or mode of a message", arguments: [true, false])
    func messages(libraryChecks isOn: Bool) async throws {
        try await onRanks(2, environment: libraryChecks(isOn)) { () throws in
            let world = Communicator.world
            // The library's numbers for any rank and for none are no ranks here.
            for rank in [-1, -2, -3, world.size, Int(Int32.max) + 1, .max] {
                refusesMessages(.rank, rank: rank, tag: 0, on: world)
            }
            for tag in [-1, -2, Int(Int32.max) + 1, .max, .min] {
                refusesMessages(.tag, rank: 0, tag: tag, on: world)
            }
            if try Environment.largestTag < Int(Int32.max) {
                refuses(.tag) { try world.send(1, to: 0, tag: Environment.largestTag + 1) }
            }
            refuses(.count) { _ = try world.immediateReceive(count: -1, of: Int.self, from: 0).wait() }
            for count in [-1, .max, .min] {
                refuses(.count) { _ = try world.makePersistentSend(count: count, of: Int.self, to: 0) }
                refuses(.count) { _ = try world.makePersistentReceive(count: count, of: Int.self, from: 0) }
            }
            refuses(.buffer) { try world.send(1, to: 0, mode: .buffered) }
            refuses(.buffer) { try world.immediateSend(1, to: 0, mode: .buffered).wait() }
            refuses(.rank) { _ = try world.receive(Int.self, from: Communicator.noRank) }
            let persistent = try world.makePersistentReceive(count: 1, of: Int.self, from: world.rank)
            try persistent.start()
            refuses(.request) { try persistent.start() }
            refuses(.request) { _ = try persistent.output }
            try world.send([5].span, to: world.rank)
            try persistent.wait()
            #expect(try persistent.output == [5])
            // After all this the communicator is as it was.
            let other = 1 - world.rank
            #expect(try world.sendReceive(world.rank, to: other, receiving: Int.self, from: other) == other)
            #expect(try world.immediateProbe() == nil)
            try world.barrier()
        }
    }

    @Test("a message that is longer than its memory, or of another type", arguments: [true, false])
    func truncation(libraryChecks isOn: Bool) async throws {
        try await onRanks(2, environment: libraryChecks(isOn)) { () throws in
            let world = Communicator.world
            let other = 1 - world.rank
            for count in [3, 5000] {
                let long = [Int](repeating: 1, count: count)
                var short = [0, 0]
                for attempt in 0..<6 {
                    let request = try world.immediateSend(keeping: long, to: other)
                    switch attempt {
                    case 0: refuses(.truncation) { try world.receive(into: &short, from: other) }
                    case 1:
                        refuses(.truncation) {
                            try world.receive(into: &short, from: other, timeout: .seconds(20))
                        }
                    case 2:
                        refuses(.truncation) {
                            _ = try world.immediateReceive(count: 2, of: Int.self, from: other).wait()
                        }
                    case 3:
                        refuses(.truncation) { try world.matchedProbe(from: other).receive(into: &short) }
                    case 4: refuses(.mismatch) { _ = try world.receive([Int].self, from: other) }
                    default:
                        let receive = try world.makePersistentReceive(count: 2, of: Int.self, from: other)
                        try receive.start()
                        refuses(.truncation) { try receive.wait() }
                    }
                    try request.wait()
                }
                refuses(.truncation) {
                    try world.sendReceive(long.span, to: other, into: &short, from: other)
                }
                #expect(
                    try world.sendReceive(world.rank, to: other, receiving: Int.self, from: other) == other
                )
                let text = try world.immediateSend("a value", to: other)
                refuses(.mismatch) { _ = try world.receive(Double.self, from: other) }
                try text.wait()
                let value = try world.immediateSend(long, to: other)
                var wide = [UInt8](repeating: 0, count: 100_000)
                refuses(.mismatch) { try world.receive(into: &wide, from: other) }
                try value.wait()
                // 3 bytes are no number.
                let bytes = try world.immediateSend(keeping: [1, 2, 3] as [UInt8], to: other)
                refuses(.mismatch) { _ = try world.receiveElements(of: Int.self, from: other) }
                try bytes.wait()
            }
            #expect(try world.allReduce(1, .sum) == 2)
            #expect(try world.immediateProbe() == nil)
            try world.barrier()
        }
    }

    @Test("a wrong root, count, displacement or type of a collective operation", arguments: [true, false])
    func collectives(libraryChecks isOn: Bool) async throws {
        try await onRanks(2, environment: libraryChecks(isOn)) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let pair = [1, 2]
            var two = [0, 0]
            var three = [0, 0, 0]
            for root in [-1, -2, -3, size, Int(Int32.max) + 1, .max, .min] {
                refuses(.root) { _ = try world.broadcast(1, from: root) }
                refuses(.root) { try world.broadcast(inPlace: &two, from: root) }
                refuses(.root) { _ = try world.immediateBroadcast(from: root) { 1 }.wait() }
                refuses(.root) { _ = try world.immediateBroadcast(keeping: pair, from: root).wait() }
                refuses(.root) { _ = try world.gather(1, to: root) }
                refuses(.root) { _ = try world.gather(pair.span, to: root) }
                refuses(.root) { try world.gather([1].span, into: &two, to: root) }
                refuses(.root) { try world.gather([1].span, counts: [1, 1], into: &two, to: root) }
                refuses(.root) { _ = try world.immediateGather(1, to: root).wait() }
                refuses(.root) { _ = try world.immediateGather(keeping: pair, to: root).wait() }
                refuses(.root) { _ = try world.scatter(pair, from: root) }
                refuses(.root) { try world.scatter(pair.span, into: &two, from: root) }
                refuses(.root) { try world.scatter(pair.span, counts: [1, 1], into: &two, from: root) }
                refuses(.root) { _ = try world.immediateScatter(pair, from: root).wait() }
                refuses(.root) { _ = try world.immediateScatter(keeping: pair, count: 1, from: root).wait() }
                refuses(.root) { _ = try world.reduce([1], to: root) { $0 + $1 } }
                refuses(.root) { _ = try world.reduce(1, .sum, to: root) }
                refuses(.root) { try world.reduce(pair.span, .sum, into: &two, to: root) }
                refuses(.root) { try world.reduce(inPlace: &two, .sum, to: root) }
                refuses(.root) { _ = try world.immediateReduce([1], to: root) { $0 + $1 }.wait() }
                refuses(.root) { _ = try world.immediateReduce(keeping: pair, .sum, to: root).wait() }
            }
            refuses(.count) { try world.allGather([1].span, into: &three) }
            refuses(.count) { try world.allGather(inPlace: &three) }
            refuses(.count) { try world.allGather([1].span, counts: [1], into: &two) }
            refuses(.count) { try world.allGather([1].span, counts: [-1, -1], into: &two) }
            refuses(.count) { try world.allGather([1].span, counts: [1, 1, 1], into: &three) }
            refuses(.displacement) {
                try world.allGather([1].span, counts: [1, 1], displacements: [-1, 0], into: &two)
            }
            refuses(.count) {
                try world.allGather([1].span, counts: [1, 1], displacements: [0, 9], into: &two)
            }
            refuses(.count) { _ = try world.immediateAllGather(keeping: [1], counts: [1]).wait() }
            refuses(.count) { try world.allGather([1].span, counts: [1, .max], into: &two) }
            refuses(.displacement) {
                try world.allGather([1].span, counts: [1, 1], displacements: [0, .max], into: &two)
            }
            for count in [-1, Int.max, .min] {
                refuses(.count) {
                    _ = try world.immediateScatter(keeping: rank == 0 ? pair : nil, count: count, from: 0)
                        .wait()
                }
            }
            let odd = [1, 2, 3]
            refuses(.count) { try world.allToAll(odd.span, into: &three) }
            refuses(.count) { try world.allToAll(inPlace: &three) }
            refuses(.count) { _ = try world.allToAll([1]) }
            refuses(.count) { try world.allToAll(pair.span, counts: [1], into: &two, resultCounts: [1, 1]) }
            refuses(.count) {
                try world.allToAll(pair.span, counts: [1, 5], into: &two, resultCounts: [1, 1])
            }
            refuses(.displacement) {
                try world.allToAll(
                    pair.span,
                    counts: [1, 1],
                    displacements: [0, -1],
                    into: &two,
                    resultCounts: [1, 1]
                )
            }
            refuses(.count) { try world.allReduce(pair.span, .sum, into: &three) }
            refuses(.count) { try world.scan(pair.span, .sum, into: &three) }
            refuses(.count) { try world.reduceScatter(odd.span, .sum, into: &two) }
            refuses(.count) { try world.reduceScatter(pair.span, counts: [1], .sum, into: &two) }
            // What the root alone can get wrong.
            for root in 0..<size {
                let errorClass: ErrorClass = rank == root ? .count : .remoteFailure
                refuses(errorClass) { _ = try world.scatter([1, 2, 3], from: root) }
                refuses(errorClass) { try world.gather([1].span, into: &three, to: root) }
                refuses(errorClass) { try world.gather([1].span, counts: [1], into: &two, to: root) }
                refuses(rank == root ? .displacement : .remoteFailure) {
                    try world.scatter(
                        pair.span,
                        counts: [2, 2],
                        displacements: [-1, 0],
                        into: &two,
                        from: root
                    )
                }
                if rank == root {
                    #expect(try world.broadcast(1, from: root) == 1)
                } else {
                    refuses(.mismatch) { _ = try world.broadcast("", from: root) }
                }
            }
            let buffers = ReduceOperation<Int>(overBuffers: { lower, higher in higher[0] += lower[0] })
            var one = [0]
            refuses(.operation) { try world.reduceScatter(pair.span, buffers, into: &one) }
            refuses(.operation) { _ = try ReduceOperation<Int>(rawHandle: 0) }
            refuses(.topology) { _ = try world.neighborAllGather(1) }
            refuses(.topology) { _ = try world.neighborAllToAll([1]) }
            refuses(.topology) { try world.neighborAllGather(pair.span, into: &two) }
            refuses(.topology) { try world.neighborAllToAll(pair.span, into: &two) }
            refuses(.topology) { _ = try world.immediateNeighborAllGather(keeping: pair).wait() }
            let ring = try #require(try world.makeCartesian(dimensions: [2], periodic: [true]))
            refuses(.count) { try ring.neighborAllGather(pair.span, into: &two) }
            refuses(.count) { try ring.neighborAllGather(pair.span, counts: [2], into: &two) }
            refuses(.displacement) {
                try ring.neighborAllGather([1].span, counts: [1, 1], displacements: [0, -1], into: &two)
            }
            refuses(.count) {
                try ring.neighborAllToAll([1].span, counts: [1, 1], into: &two, resultCounts: [1, 1])
            }
            refuses(.count) { _ = try ring.neighborAllToAll([1]) }
            try ring.free()
            #expect(try world.allReduce(1, .sum) == size)
        }
    }

    @Test("whatever is done with a communicator that has been freed", arguments: [true, false])
    func freed(libraryChecks isOn: Bool) async throws {
        try await onRanks(2, environment: libraryChecks(isOn)) { () throws in
            let world = Communicator.world
            let gone = try world.duplicate()
            let key = try AttributeKey<Int>()
            try key.attach(3, to: gone)
            try gone.free()
            refusesMessages(.communicator, rank: 0, tag: 0, on: gone)
            let pair = [1, 2]
            var two = [0, 0]
            for attempt in [
                { try gone.free() }, { try gone.disconnect() }, { try gone.barrier() },
                { try gone.immediateBarrier().wait() },
                { _ = try gone.duplicate() }, { _ = try gone.duplicate(info: ["key": "value"]) },
                { _ = try gone.immediateDuplicate().wait() }, { _ = try gone.split(color: 0) },
                { _ = try gone.splitByNode() }, { _ = try gone.group }, { _ = try gone.name },
                { try gone.rename(to: "name") }, { _ = try gone.info }, { try gone.apply(["key": "value"]) },
                { _ = try gone.compare(with: world) }, { _ = try gone.make(from: world.group) },
                { _ = try gone.make(from: world.group, tag: 1) }, { _ = try gone.topology },
                { _ = try gone.fortranHandle }, { _ = try key.value(of: gone) },
                { try key.attach(1, to: gone) }, { _ = try gone.broadcast(1, from: 0) },
                { _ = try gone.gather(1, to: 0) }, { _ = try gone.scatter(pair, from: 0) },
                { _ = try gone.allGather(1) }, { _ = try gone.allToAll(pair) },
                { _ = try gone.reduce([1], to: 0) { $0 + $1 } }, { _ = try gone.allReduce([1]) { $0 + $1 } },
                { _ = try gone.scan([1]) { $0 + $1 } }, { _ = try gone.exclusiveScan([1]) { $0 + $1 } },
                { _ = try gone.immediateBroadcast(from: 0) { 1 }.wait() },
                { _ = try gone.immediateAllGather(1).wait() }, { _ = try gone.neighborAllGather(1) },
                { _ = try gone.makeCartesian(dimensions: [2]) },
                { _ = try gone.makeGraph(neighbors: [[1], [0]]) },
                { _ = try gone.makeDistributedGraph(from: [], to: []) },
                { _ = try gone.makeWindow(count: 1, of: Int.self) },
                { _ = try gone.open("/dev/null") }, { _ = try gone.makeCounter() },
                { try gone.handleErrors(by: .throwing) },
                { _ = try gone.makeIntercommunicator(peer: world, remoteLeader: 1 - world.rank) },
            ] as [() throws -> Void] {
                refuses(.communicator) { try attempt() }
            }
            refuses(.communicator) { try gone.broadcast(inPlace: &two, from: 0) }
            refuses(.communicator) { try gone.gather([1].span, into: &two, to: 0) }
            refuses(.communicator) { try gone.scatter(pair.span, into: &two, from: 0) }
            refuses(.communicator) { try gone.allGather([1].span, into: &two) }
            refuses(.communicator) { try gone.allToAll(pair.span, into: &two) }
            refuses(.communicator) { try gone.reduce(pair.span, .sum, into: &two, to: 0) }
            refuses(.communicator) { try gone.allReduce(pair.span, .sum, into: &two) }
            refuses(.communicator) { try gone.scan(pair.span, .sum, into: &two) }
            refuses(.communicator) { try world.free() }
            refuses(.communicator) { try Communicator.alone.free() }
            refuses(.communicator) { _ = try Communicator(rawHandle: 0) }
            try world.barrier()
        }
    }

    @Test("groups, colors, grids and graphs that cannot be", arguments: [true, false])
    func topologies(libraryChecks isOn: Bool) async throws {
        try await onRanks(2, environment: libraryChecks(isOn)) { () throws in
            let world = Communicator.world
            let all = try world.group
            for wrong in [[2], [-1], [0, 0], [Int.max]] {
                refuses(.rank) { _ = try all.including(wrong) }
                refuses(.rank) { _ = try all.excluding(wrong) }
            }
            refuses(.rank) { _ = try all.translate([2], to: all) }
            refuses(.rank) { _ = try all.translate([-1], to: all) }
            refuses(.group) { _ = try Group(taking: UInt(0)) }
            refuses(.argument) { _ = try world.split(color: -1) }
            refuses(.argument) { _ = try world.split(color: .max) }
            refuses(.argument) { _ = try world.split(color: 0, key: .max) }
            let nobody = try all.including([])
            refuses(.group) { _ = try world.make(from: nobody, tag: 1) }

            for dimensions in [[3], [2, 2], [0], [-2], [Int.max], [Int(Int32.max), Int(Int32.max)]] {
                refuses(.dimensions) { _ = try world.makeCartesian(dimensions: dimensions) }
                refuses(.dimensions) { _ = try world.rankInCartesian(dimensions: dimensions) }
            }
            refuses(.dimensions) { _ = try world.makeCartesian(dimensions: [2], periodic: [true, false]) }
            refuses(.dimensions) { _ = try CartesianCommunicator.balancedDimensions(ranks: 2, count: -1) }
            refuses(.dimensions) {
                _ = try CartesianCommunicator.balancedDimensions(ranks: 5, count: 2, fixed: [0: 2])
            }
            let grid = try #require(try world.makeCartesian(dimensions: [2]))
            refuses(.rank) { _ = try grid.coordinates(ofRank: 2) }
            refuses(.rank) { _ = try grid.coordinates(ofRank: -1) }
            refuses(.argument) { _ = try grid.rank(at: [2]) }
            refuses(.argument) { _ = try grid.rank(at: [0, 0]) }
            refuses(.dimensions) { _ = try grid.shift(along: 1) }
            refuses(.dimensions) { _ = try grid.shift(along: -1) }
            refuses(.argument) { _ = try grid.subgrid(keeping: [true, true]) }
            try grid.free()
            refuses(.communicator) { _ = try grid.subgrid(keeping: [true]) }
            refuses(.topology) { _ = try world.sourceNeighbors }
            refuses(.topology) { _ = try world.destinationNeighbors }
            refuses(.rank) { _ = try world.makeGraph(neighbors: [[1], [2]]) }
            refuses(.rank) { _ = try world.makeGraph(neighbors: [[1], [-1]]) }
            refuses(.rank) { _ = try world.makeDistributedGraph(from: [2], to: []) }
            refuses(.rank) { _ = try world.makeDistributedGraph(from: [], to: [-1]) }
            refuses(.infoKey) { _ = try world.duplicate(info: ["": "value"]) }
            refuses(.infoKey) { _ = try world.duplicate(info: [String(repeating: "k", count: 1000): "v"]) }
            refuses(.infoValue) {
                _ = try world.duplicate(info: ["key": String(repeating: "v", count: 100_000)])
            }
            // C would take them to end at the zero.
            refuses(.infoKey) { _ = try world.duplicate(info: ["key\0s": "value"]) }
            refuses(.infoValue) { _ = try world.duplicate(info: ["key": "val\0ue"]) }
            refuses(.infoValue) { _ = try world.duplicate(info: ["key": ""]) }
            let team = try world.duplicate()
            refuses(.argument) { try team.rename(to: "te\0am") }
            try team.free()
            refuses(.argument) { _ = try world.open("/tmp/a\0b") }
            refuses(.argument) { _ = try Communicator.alone.spawn([SpawnCommand("a\0b", count: 1)]) }
            try world.barrier()
        }
    }

    @Test("places, ranks and times at which a window cannot be used", arguments: [true, false])
    func windows(libraryChecks isOn: Bool) async throws {
        try await onRanks(2, environment: libraryChecks(isOn)) { () throws in
            let world = Communicator.world
            let window = try world.makeWindow(count: 3, of: Int32.self)
            for (offset, count) in [(-1, 1), (3, 1), (0, 4), (Int.max, 1), (Int.min, 1)] {
                let numbers = [Int32](repeating: 1, count: count)
                refuses(.accessRange) { try window.put(numbers, to: 0, at: offset) }
                refuses(.accessRange) { _ = try window.get(count: count, from: 0, at: offset) }
                refuses(.accessRange) { try window.accumulate(numbers, .sum, to: 0, at: offset) }
                refuses(.accessRange) {
                    try window.lock(0) { _ = try $0.getAccumulate(numbers, .sum, to: 0, at: offset) }
                }
            }
            for offset in [-1, 3, Int.max] {
                refuses(.accessRange) { _ = try window.fetchAndOperate(1, .sum, on: 0, at: offset) }
                refuses(.accessRange) {
                    _ = try window.compareAndSwap(expected: 0, desired: 1, on: 0, at: offset)
                }
            }
            for rank in [-1, 2, Int.max] {
                refuses(.rank) { try window.put([1], to: rank) }
                refuses(.rank) { _ = try window.get(count: 1, from: rank) }
                refuses(.rank) { try window.accumulate([1], .sum, to: rank) }
                refuses(.rank) { _ = try window.fetchAndOperate(1, .sum, on: rank) }
                refuses(.rank) { _ = try window.compareAndSwap(expected: 0, desired: 1, on: rank) }
                refuses(.rank) { try window.lock(rank) { _ in } }
                refuses(.rank) { try window.start([rank]) { _ in } }
                refuses(.rank) { try window.post([rank]) }
            }
            refuses(.count) { _ = try window.get(count: -1, from: 0) }
            let closure = ReduceOperation<Int32> { $1 }
            refuses(.operation) { try window.accumulate([1], closure, to: 0) }
            let late = try window.lock(0) { $0 }
            refuses(.accessSynchronization) { try late.put([1], to: 0) }
            refuses(.accessSynchronization) { _ = try late.get(count: 1, from: 0) }
            refuses(.accessSynchronization) { try window.lock(0) { try $0.put([1], to: 1) } }
            try window.free()
            refuses(.window) { try window.free() }
            refuses(.window) { try window.fence { _ in } }
            refuses(.window) { try window.put([1], to: 0) }
            refuses(.window) { _ = try window.info }
            for count in [-1, .max, .min] {
                refuses(.size) { _ = try world.makeWindow(count: count, of: Int.self) }
                refuses(.size) { _ = try world.makeSharedWindow(count: count, of: Int.self) }
            }
            refuses(.window) { _ = try Window<Int>(rawHandle: 0, communicator: world) }
            try world.barrier()
        }
    }

    @Test("files that are not there, or may not be used so", arguments: [true, false])
    func files(libraryChecks isOn: Bool) async throws {
        try await onRanks(1, environment: libraryChecks(isOn)) { () throws in
            let world = Communicator.world
            let path = "/tmp/swift-mpi-misuse-\(world.rank)-\(UInt64.random(in: 0 ... .max))"
            let missing = path + "-that-is-missing"
            refuses(.noSuchFile) { _ = try world.open(missing) }
            refuses(.noSuchFile) { try File.delete(missing) }
            refuses(.accessMode) { _ = try world.open(path, []) }
            refuses(.accessMode) { _ = try world.open(path, [.create, .readOnly, .writeOnly]) }
            refuses(.accessMode) { _ = try world.open(path, [.create, .readOnly]) }
            refuses(.accessMode) { _ = try world.open(path, [.sequential, .readWrite]) }
            let numbers = [1, 2, 3]
            let writing = try world.open(path, [.create, .writeOnly])
            try writing.write(numbers.span)
            refuses(.access) { _ = try writing.read(count: 1, of: Int.self, at: .offset(0)) }
            refuses(.access) { _ = try writing.immediateRead(count: 1, of: Int.self).wait() }
            refuses(.argument) { try writing.resize(to: -1) }
            refuses(.argument) { try writing.preallocate(-1) }
            refuses(.argument) { try writing.seek(to: -1) }
            refuses(.argument) { try writing.view(of: Int.self, from: -1) }
            refuses(.argument) { try writing.write(numbers.span, at: .offset(-1)) }
            try writing.close()
            refuses(.file) { try writing.close() }
            refuses(.file) { try writing.write(numbers.span) }
            refuses(.file) { _ = try writing.byteCount }
            refuses(.fileExists) { _ = try world.open(path, [.create, .exclusive, .writeOnly]) }
            let reading = try world.open(path, .readOnly)
            refuses(.readOnly) { try reading.write(numbers.span) }
            refuses(.readOnly) { try reading.immediateWrite(keeping: numbers).wait() }
            for count in [-1, .max, .min] {
                refuses(.count) { _ = try reading.read(count: count, of: Int.self) }
                refuses(.count) { _ = try reading.immediateRead(count: count, of: Int.self).wait() }
            }
            refuses(.mismatch) { _ = try reading.read(String.self, at: .offset(0)) }
            #expect(try reading.read(count: 3, of: Int.self, at: .offset(0)) == numbers)
            try reading.close()
            try File.delete(path)
            refuses(.file) { _ = try File(rawHandle: 0, communicator: world) }
            refuses(.infoKey) { _ = try world.open(missing, info: ["": "value"]) }
        }
    }

    @Test("datatypes, codes and names that cannot be", arguments: [true, false])
    func others(libraryChecks isOn: Bool) async throws {
        try await onRanks(1, environment: libraryChecks(isOn)) { () throws in
            _ = Communicator.world
            let number = try DerivedDatatype.element(Int.self)
            refuses(.count) { _ = try DerivedDatatype.contiguous(count: -1, of: number) }
            refuses(.count) {
                _ = try DerivedDatatype.vector(count: -1, blockLength: 1, stride: 1, of: number)
            }
            refuses(.count) {
                _ = try DerivedDatatype.vector(count: 1, blockLength: -1, stride: 1, of: number)
            }
            refuses(.count) {
                _ = try DerivedDatatype.indexed(blockLengths: [1, 1], displacements: [0], of: number)
            }
            refuses(.count) {
                _ = try DerivedDatatype.indexed(blockLengths: [-1], displacements: [0], of: number)
            }
            refuses(.count) {
                _ = try DerivedDatatype.structure([.init(number, count: -1, byteOffset: 0)])
            }
            for (shape, part, start) in [([2], [3], [0]), ([2], [1], [-1]), ([.min], [1], [1]), ([], [], [])]
            {
                refuses(.argument) {
                    _ = try DerivedDatatype.subarray(shape: shape, part: part, start: start, of: number)
                }
            }
            for (rank, size, grid) in [(0, -1, [1]), (1, 1, [1]), (0, 2, [Int.max, 2]), (0, 1, [-1])] {
                refuses(.argument) {
                    _ = try DerivedDatatype.distributedArray(
                        rank: rank,
                        size: size,
                        shape: [Int](repeating: 4, count: grid.count),
                        distributions: grid.map { _ in .whole },
                        grid: grid,
                        of: number
                    )
                }
            }
            refuses(.count) {
                _ = try DerivedDatatype.indexedBlocks(blockLength: -1, displacements: [0], of: number)
            }
            refuses(.type) { _ = try DerivedDatatype(rawHandle: 0) }
            refuses(.argument) { _ = try DerivedDatatype.fortranInteger(digits: 1000) }
            refuses(.argument) { _ = try MPIError(.timedOut, text: "no class of the library's") }
            refuses(.argument) { _ = try MPIError(ErrorClass(rawValue: .max), text: "no class at all") }
            for code in [-1, 1_000_000, Int.max, Int.min] {
                let error = MPIError(code: code)
                #expect(!error.text.isEmpty)
                #expect([.unknown, .argument].contains(error.errorClass), "\(code): \(error)")
            }
            refuses(.buffer) { try Environment.detachSendBuffer() }
            refuses(.argument) { try Environment.attachSendBuffer(byteCount: -1) }
            refuses(.name) { _ = try Port.lookUp("a service that nobody has published") }
        }
    }
}
