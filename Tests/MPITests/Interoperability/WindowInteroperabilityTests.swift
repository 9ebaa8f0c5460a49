import MPI
import RankChecks
import Testing

/// Windows that Swift and Python ranks have together, in the order of `windows.py`.
@Suite("Windows with mpi4py", .enabled(if: PythonPeer.isAvailable, PythonPeer.requirement))
struct WindowInteroperabilityTests {
    @Test(
        "what Swift ranks and mpi4py do to each other's memory is seen by both, with every way to take turns"
    )
    func windows() async throws {
        try await PythonPeer.meet("windows.py") { () throws in
            let world = try PythonPeer.world()
            let window = try world.makeSharedWindow(
                count: 6,
                of: Int64.self,
                info: ["alloc_shared_noncontig": "true"]
            )
            try Self.fence(world, window)
            try Self.lock(world, window)
            try Self.combine(world, window)
            try Self.postAndStart(world, window)
            try Self.request(world, window)
            #expect(try window.withElements(ofRank: 3) { $0[5] } == 303)
            try world.barrier()
            try window.free()
            try Self.attach(world)
        }
    }

    private static func own(_ window: SharedWindow<Int64>, _ place: Int) throws -> Int64 {
        try window.window.lock(window.window.communicator.rank) { _ in try window.withElements { $0[place] } }
    }

    private static func fence(_ world: Communicator, _ shared: SharedWindow<Int64>) throws {
        let (rank, peer, window) = (world.rank, world.rank + 2, shared.window)
        try window.fence { try $0.put([Int64(100 + rank)], to: peer) }
        #expect(try shared.withElements { $0[0] } == Int64(100 + peer))
        let fetched = try window.fence { try $0.get(count: 1, from: peer) }
        #expect(try fetched.elements == [Int64(100 + rank)])
        try window.fence { access in
            for other in 0..<world.size { try access.accumulate([1, Int64(rank)], .sum, to: other, at: 1) }
        }
        #expect(try shared.withElements { [$0[1], $0[2]] } == [4, 6])
        try window.fence { access in
            for other in 0..<world.size { try access.accumulate([Int64(rank)], .max, to: other, at: 1) }
        }
        #expect(try shared.withElements { $0[1] } == 4)
        try world.barrier()
    }

    private static func lock(_ world: Communicator, _ shared: SharedWindow<Int64>) throws {
        let (rank, peer, window) = (world.rank, world.rank + 2, shared.window)
        try window.lock(peer, isExclusive: true) { try $0.put([Int64(200 + rank)], to: peer, at: 3) }
        try world.barrier()
        #expect(try own(shared, 3) == Int64(200 + peer))
        let fetched = try window.lock(peer) { try $0.get(count: 1, from: peer, at: 3) }
        #expect(try fetched.elements == [Int64(200 + rank)])
        try world.barrier()
        try window.lockAll { access in
            try access.put([Int64(250 + rank)], to: peer, at: 3)
            try access.flush(peer)
            let fetched = try access.get(count: 1, from: peer, at: 3)
            try access.flush()
            #expect(try fetched.elements == [Int64(250 + rank)])
        }
        try world.barrier()
        #expect(try own(shared, 3) == Int64(250 + peer))
        try world.barrier()
    }

    /// All ranks count on the memory of a Swift and of a Python rank.
    private static func combine(_ world: Communicator, _ shared: SharedWindow<Int64>) throws {
        let (rank, window) = (world.rank, shared.window)
        if [0, 2].contains(rank) { try window.lock(rank) { try $0.put([0, 0], to: rank, at: 4) } }
        try world.barrier()
        for host in [0, 2] {
            var numbers: [Int64] = []
            for _ in 0..<50 { numbers.append(try window.fetchAndOperate(1, .sum, on: host, at: 4)) }
            #expect(numbers == numbers.sorted() && Set(numbers).count == 50)
            try world.barrier()
            #expect(try window.get(count: 1, from: host, at: 4) == [200])
            try world.barrier()
            // In turn, the next one only if the one before was there.
            for turn in 0..<world.size {
                if turn == rank {
                    let wrong = try window.compareAndSwap(expected: -5, desired: 77, on: host, at: 5)
                    #expect(wrong == Int64(turn))
                    let right = try window.compareAndSwap(
                        expected: Int64(turn),
                        desired: Int64(turn + 1),
                        on: host,
                        at: 5
                    )
                    #expect(right == Int64(turn))
                }
                try world.barrier()
            }
            #expect(try window.get(count: 1, from: host, at: 5) == [4])
            try world.barrier()
            let before = try window.lock(host) { access in
                try access.getAccumulate([1], .sum, to: host, at: 5)
            }
            #expect((4...7).contains(try before.elements[0]))
            try world.barrier()
            #expect(try window.get(count: 1, from: host, at: 5) == [8])
            try world.barrier()
        }
    }

    private static func postAndStart(_ world: Communicator, _ shared: SharedWindow<Int64>) throws {
        let (rank, peer, window) = (world.rank, world.rank + 2, shared.window)
        try window.start([peer]) { try $0.put([Int64(rank), 7], to: peer, at: 0) }
        try window.post([peer])
        #expect(try shared.withElements { [$0[0], $0[1]] } == [Int64(peer), 8])
        try world.barrier()
    }

    private static func request(_ world: Communicator, _ shared: SharedWindow<Int64>) throws {
        let (rank, peer, window) = (world.rank, world.rank + 2, shared.window)
        try window.lockAll { access in
            try access.immediatePut([Int64(300 + rank)], to: peer, at: 5).wait()
            try access.flush(peer)
            #expect(try access.immediateGet(count: 1, from: peer, at: 5).wait() == [Int64(300 + rank)])
            try access.immediateAccumulate([2], .sum, to: peer, at: 5).wait()
            try access.flush(peer)
            let before = try access.immediateGetAccumulate([0], .replace, to: peer, at: 4).wait()
            #expect(before.count == 1)
        }
        try world.barrier()
        #expect(try own(shared, 5) == Int64(302 + peer))
        #expect(try own(shared, 4) == 0)
        try world.barrier()
    }

    /// Memory that is attached to a window later, which others know by its address.
    private static func attach(_ world: Communicator) throws {
        let peer = world.rank + 2
        let window = try world.makeDynamicWindow(of: Int64.self)
        let piece = try window.attach([1, 2, 3])
        var address: [Int64] = [0]
        try world.sendReceive([Int64(piece.address)].span, to: peer, into: &address, from: peer)
        try window.put([Int64(world.rank)], to: peer, at: Int(address[0]) + 8)
        try world.barrier()
        #expect(try window.elements(of: piece) == [1, Int64(peer), 3])
        #expect(try window.get(count: 3, from: peer, at: Int(address[0])) == [4, Int64(world.rank), 6])
        try world.barrier()
        try window.detach(piece)
        try window.free()
    }
}
