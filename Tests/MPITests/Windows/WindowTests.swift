import MPI
import RankChecks
import Testing

extension Window {
    /// A copy of the part of this rank.
    fileprivate var own: [Element] {
        get throws { try withElements { span in span.indices.map { span[$0] } } }
    }
}

/// Whether a body throws what `failNow` does.
private func isCancelled(_ body: () throws -> Void) throws -> Bool {
    do {
        try body()
        return false
    } catch is CancellationError {
        return true
    }
}

private func failNow() throws { throw CancellationError() }

/// The class of the error that freeing a window is, if it is one.
private func classOfFreeing<Element>(_ window: Window<Element>) -> ErrorClass? {
    do throws(MPIError) {
        try window.free()
        return nil
    } catch {
        return error.errorClass
    }
}

@Suite("Window")
struct WindowTests {
    @Test(
        "where the library has no way to the memory of others, the error says what to do, not that a window is invalid"
    )
    func noWay() async throws {
        // This part of Open MPI 4.1 refuses to work at the thread level multiple, and no other one may.
        try await onRanks(2, environment: ["OMPI_MCA_osc": "pt2pt"]) {
            guard Environment.libraryVersion.hasPrefix("Open MPI v4") else { return }
            let world = Communicator.world
            do throws(MPIError) {
                // Where the memory is not shared: the library has another word for that.
                try world.makeDynamicWindow(of: Int.self).free()
                Issue.record("there is a window")
            } catch {
                #expect(error.errorClass == .notSupported)
                #expect(error.text.contains("serialized"))
            }
        }
    }

    @Test(
        "what is put is there and what is got is known after the epoch, of every kind",
        arguments: [1, 2, 3, 4]
    )
    func epochs(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let (left, right) = ((rank + size - 1) % size, (rank + 1) % size)
            let allocated = try world.makeWindow(count: 4, of: Double.self)
            let created = try world.makeWindow([Double](repeating: 0, count: 4))
            let flavors = [try allocated.flavor, try created.flavor]
            #expect(flavors == [.shared, .shared])
            for window in [allocated, created] {
                #expect(window.counts == [Int](repeating: 4, count: size) && window.count == 4)
                try window.fence { try $0.put([Double(rank), 0.5], to: right, at: 1) }
                #expect(try window.own == [0, Double(left), 0.5, 0])
                let fetched = try window.fence { access in
                    let fetched = try access.get(count: 2, from: right, at: 1)
                    #expect(throws: MPIError.self) { try fetched.elements }
                    return fetched
                }
                #expect(try fetched.elements == [Double(rank), 0.5])

                // Only the neighbours have to do with it.
                try world.barrier()
                if size > 1 {
                    if rank % 2 == 0 {
                        if rank + 1 < size {
                            try window.start([rank + 1]) { try $0.put([7], to: rank + 1, at: 3) }
                        }
                    } else {
                        try window.post([rank - 1])
                        #expect(try window.own[3] == 7)
                    }
                }
                try world.barrier()
                try window.put([9], to: right, at: 3)
                try world.barrier()
                #expect(try window.own[3] == 9)
                #expect(
                    try window.get(count: 4, from: left) == [0, Double((left + size - 1) % size), 0.5, 9]
                )
                try world.barrier()
                try window.lockAll { access in
                    let fetched = try access.get(count: 1, from: right, at: 3)
                    try access.flush()
                    #expect(try fetched.elements == [9])
                    try access.immediatePut([8], to: rank, at: 0).wait()
                    try access.flush(rank)
                    #expect(try access.immediateGet(count: 1, from: rank).wait() == [8])
                }
                try world.barrier()
                try window.free()
                #expect(throws: MPIError.self) { try window.free() }
                #expect(throws: MPIError.self) { try window.get(count: 1, from: 0) }
            }
        }
    }

    @Test("combining at another rank is one step for each element", arguments: [1, 2, 3, 4])
    func combining(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let size = world.size
            try world.withWindow(count: 2, of: Int.self) { window in
                for _ in 0..<100 { try window.accumulate([1, world.rank], .sum, to: 0) }
                try world.barrier()
                #expect(try window.get(count: 2, from: 0) == [100 * size, 100 * size * (size - 1) / 2])
                try world.barrier()
                if world.rank == size - 1 {
                    #expect(try window.fetchAndOperate(5, .max, on: 0) == 100 * size)
                    #expect(try window.fetchAndOperate(-1, .replace, on: 0) == 100 * size)
                    #expect(try window.fetchAndOperate(77, .noOperation, on: 0) == -1)
                    #expect(try window.compareAndSwap(expected: 3, desired: 4, on: 0) == -1)
                    #expect(try window.compareAndSwap(expected: -1, desired: 4, on: 0) == -1)
                    #expect(try window.get(count: 1, from: 0) == [4])
                    try window.lock(0, isExclusive: true) { access in
                        #expect(try access.immediateGetAccumulate([1], .sum, to: 0).wait() == [4])
                        try access.immediateAccumulate([1], .sum, to: 0).wait()
                        try access.flush(0)
                        let before = try access.getAccumulate([10], .sum, to: 0)
                        try access.flush()
                        #expect(try before.elements == [6])
                    }
                }
                try world.barrier()
                #expect(try window.get(count: 1, from: 0) == [16])
                try world.barrier()
            }
        }
    }

    @Test("what lies outside, comes too late or cannot be is an error of its class, and the window goes on")
    func misuse() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            func refuses(_ errorClass: ErrorClass, _ body: () throws -> Void) {
                let error = #expect(throws: MPIError.self) { try body() }
                #expect(error?.errorClass == errorClass, "\(error as Any)")
            }
            let window = try world.makeWindow(count: 2 + world.rank, of: Int32.self)
            #expect(window.counts == [2, 3])
            refuses(.accessRange) { try window.put([1, 2], to: 0, at: 1) }
            refuses(.accessRange) { _ = try window.get(count: 4, from: 1) }
            refuses(.accessRange) { _ = try window.get(count: 1, from: 1, at: -1) }
            refuses(.rank) { try window.put([1], to: 2) }
            let closure = ReduceOperation<Int32> { $1 }
            refuses(.operation) { try window.accumulate([1], closure, to: 0) }
            let late: WindowAccess<Int32> = try window.lock(0) { $0 }
            refuses(.accessSynchronization) { try late.put([1], to: 0) }
            refuses(.accessSynchronization) { try window.lock(0) { try $0.put([1], to: 1) } }
            #expect(try isCancelled { try window.lock(0) { _ in try failNow() } })
            #expect(try isCancelled { try window.fence { _ in try failNow() } })
            try window.fence { try $0.put([5], to: 1 - world.rank) }
            #expect(try window.own[0] == 5)
            let group = try window.group
            #expect(group.size == 2)
            try window.rename(to: "cells")
            let name = try window.name
            #expect(name == "cells")
            let isUnified = try window.hasUnifiedMemory
            #expect(isUnified)
            _ = try window.info
            try window.free()
            refuses(.window) { _ = try window.name }
            let error = #expect(throws: MPIError.self) {
                try world.makeWindow(count: world.rank == 1 ? -1 : 1, of: Int.self)
            }
            #expect(error?.errorClass == (world.rank == 1 ? .size : .remoteFailure))
            let pairs = try world.makeWindow([Located(1.5, at: 0)])
            refuses(.type) {
                _ = try pairs.compareAndSwap(expected: Located(1, at: 0), desired: Located(2, at: 0), on: 0)
            }
            try pairs.free()
        }
    }

    @Test("a window is not freed under a body that uses it, and the epoch goes on")
    func freeWithinEpoch() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let window = try world.makeWindow(count: 1, of: Int32.self)
            let locked = try window.lock(world.rank) { access in
                let found = classOfFreeing(window)
                try access.put([3], to: world.rank)
                return found
            }
            #expect(locked == .accessSynchronization)
            #expect(try window.own[0] == 3)
            #expect(try window.fence { _ in classOfFreeing(window) } == .accessSynchronization)
            #expect(try window.withElements { _ in classOfFreeing(window) } == .accessSynchronization)
            try world.barrier()
            try window.free()
        }
    }

    @Test("ranks of a node read and write shared memory like their own", arguments: [1, 2, 3, 4])
    func shared(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let node = try Communicator.world.splitByNode()
            let table = try node.makeSharedWindow(count: node.rank == 0 ? 5 : 1, of: Int.self)
            let flavor = try table.window.flavor
            #expect(flavor == .shared)
            try table.withElements { $0[0] = node.rank + 10 }
            try table.synchronize()
            for rank in 0..<node.size {
                let (first, count) = try table.withElements(ofRank: rank) { ($0[0], $0.count) }
                #expect(first == rank + 10 && count == (rank == 0 ? 5 : 1))
            }
            try table.synchronize()
            if node.rank == node.size - 1 { try table.withElements(ofRank: 0) { $0[4] = 44 } }
            try table.synchronize()
            #expect(try table.withElements(ofRank: 0) { $0[4] } == 44)
            let early = try table.withElements(ofRank: 0) { _ in classOfFreeing(table.window) }
            #expect(early == .accessSynchronization)
            #expect(throws: MPIError.self) { try table.withElements(ofRank: node.size) { _ in } }
            try table.free()
            try node.free()
        }
    }

    @Test("memory is attached to a window and detached again", arguments: [1, 2, 3])
    func dynamic(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let window: DynamicWindow<Int>
            do {
                window = try world.makeDynamicWindow(of: Int.self)
            } catch  where world.size == 1 {
                // Open MPI 4.1 has none for a single rank.
                return
            }
            let piece = try window.attach([world.rank, 0])
            let addresses = try world.allGather(piece.address)
            let right = (world.rank + 1) % world.size
            #expect(try window.get(count: 1, from: right, at: addresses[right]) == [right])
            try window.put([world.rank + 50], to: right, at: addresses[right] + MemoryLayout<Int>.stride)
            try world.barrier()
            #expect(try window.elements(of: piece)[1] == (world.rank + world.size - 1) % world.size + 50)
            let other = try window.attach([1, 2, 3])
            try window.detach(other)
            #expect(throws: MPIError.self) { try window.detach(other) }
            try world.barrier()
            try window.free()
            #expect(throws: MPIError.self) { try window.free() }
        }
    }
}
