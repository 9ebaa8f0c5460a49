import Glibc
import MPI
import RankChecks
import Testing

/// What a sender in another language may have sent for truth values.
private let foreign: [UInt8] = [0, 1, 2, 255]

/// What lies in memory, which a `Bool` itself does not show.
private func bytes(of elements: [Bool]) -> [UInt8] { elements.withUnsafeBytes { Array($0) } }

private let settled: [UInt8] = [0, 1, 1, 1]

@Suite("Received truth values")
struct ReceivedElementsTests {
    @Test("a byte that is neither 0 nor 1 is received as true, whatever way it takes")
    func messages() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            guard world.rank == 1 else {
                for _ in 0..<5 { try world.send(foreign.span, to: 1) }
                return
            }
            var received = [Bool](repeating: false, count: 4)
            try world.receive(into: &received)
            #expect(bytes(of: received) == settled)
            #expect(bytes(of: try world.receiveElements(of: Bool.self)) == settled)
            #expect(bytes(of: try world.immediateReceiveElements(of: Bool.self).wait()) == settled)
            #expect(bytes(of: try world.matchedProbe().receiveElements(of: Bool.self)) == settled)
            var matched = [Bool](repeating: false, count: 4)
            try world.matchedProbe().receive(into: &matched)
            #expect(bytes(of: matched) == settled)
        }
    }

    @Test("so it is in collective operations, where the others take part with bytes")
    func collectives() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            var (raw, flags) = (foreign, [Bool](repeating: false, count: 4))
            var (allRaw, allFlags) = ([UInt8](repeating: 0, count: 8), [Bool](repeating: false, count: 8))
            if world.rank == 0 {
                try world.broadcast(inPlace: &raw, from: 0)
                try world.scatter((foreign + foreign).span, into: &raw, from: 0)
                try world.gather(foreign.span, into: &allRaw, to: 1)
                try world.allGather(foreign.span, into: &allRaw)
                try world.allToAll((foreign + foreign).span, into: &allRaw)
                _ = try world.immediateBroadcast(keeping: raw, from: 0).wait()
            } else {
                try world.broadcast(inPlace: &flags, from: 0)
                #expect(bytes(of: flags) == settled)
                try world.scatter(nil, into: &flags, from: 0)
                #expect(bytes(of: flags) == settled)
                try world.gather(flags.span, into: &allFlags, to: 1)
                #expect(bytes(of: allFlags) == settled + settled)
                try world.allGather(flags.span, into: &allFlags)
                #expect(bytes(of: allFlags) == settled + settled)
                try world.allToAll((flags + flags).span, into: &allFlags)
                #expect(bytes(of: allFlags) == settled + settled)
                flags = try world.immediateBroadcast(keeping: flags, from: 0).wait()
                #expect(bytes(of: flags) == settled)
            }
        }
    }

    @Test("so it is in files and windows")
    func memory() async throws {
        try await onRanks(1) { () throws in
            let world = Communicator.world
            try world.withFile("/tmp/swift-mpi-truth-\(getpid())", [.create, .readWrite, .deleteOnClose]) {
                file in
                try file.write(foreign.span, at: .offset(0))
                #expect(bytes(of: try file.read(count: 4, of: Bool.self, at: .offset(0))) == settled)
                var flags = [Bool](repeating: false, count: 4)
                try file.read(into: &flags, at: .offset(0))
                #expect(bytes(of: flags) == settled)
            }
            // As a program in C would put them there.
            let wild = foreign.withUnsafeBytes { Array($0.bindMemory(to: Bool.self)) }
            #expect(bytes(of: wild) == foreign)
            let window = try world.makeWindow(count: 4, of: Bool.self)
            try window.put(wild, to: 0)
            #expect(bytes(of: try window.get(count: 4, from: 0)) == settled)
            let own = try window.withElements { elements in
                elements.withUnsafeMutableBufferPointer { Array(UnsafeRawBufferPointer($0)) }
            }
            #expect(own == settled)
            try window.free()
        }
    }
}
