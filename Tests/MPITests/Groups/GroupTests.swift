import MPI
import RankChecks
import Testing

@Suite("Group")
struct GroupTests {
    @Test("sets of processes are combined, compared and translated", arguments: [1, 2, 3, 4])
    func algebra(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let size = world.size
            let all = try world.group
            #expect(all.size == size && all.rank == world.rank)
            let reversed = try all.including((0..<size).reversed())
            #expect(reversed.rank == size - 1 - world.rank)
            #expect(try all.translate(to: reversed) == (0..<size).reversed().map { $0 })
            #expect(try all.compare(with: reversed) == (size == 1 ? .identical : .similar))
            #expect(try all.compare(with: world.group) == .identical)
            let even = try all.including(stride(from: 0, to: size, by: 2))
            let odd = try all.excluding(stride(from: 0, to: size, by: 2))
            #expect(even.size + odd.size == size)
            #expect((even.rank == nil) == (world.rank % 2 == 1))
            #expect(try even.union(odd).compare(with: all) == (size <= 2 ? .identical : .similar))
            #expect(try even.intersection(odd).size == 0)
            #expect(try even.intersection(odd).compare(with: .empty) == .identical)
            #expect(try all.subtracting(even).compare(with: odd) == .identical)
            #expect(try all.compare(with: even) == (size == 1 ? .identical : .unequal))
            #expect(try all.translate([0], to: odd) == [nil])
            for wrong in [[size], [-1], [0, 0]] {
                let error = #expect(throws: MPIError.self) { try all.including(wrong) }
                #expect(error?.errorClass == .rank)
            }
            #expect(throws: MPIError.self) { try all.translate([size], to: all) }
            let team = try world.duplicate()
            #expect(try team.compare(with: world) == .congruent && world.compare(with: world) == .identical)
            try team.free()
        }
    }

    @Test("hints keep their keys and values, and those of the launch can be read")
    func info() async throws {
        try await onRanks(1) { () throws in
            var info: Info = ["b": "2", "a": "1"]
            info["c"] = "3"
            #expect(info["b"] == "2" && info.description == "a=1, b=2, c=3")
            info["c"] = nil
            #expect(info == ["a": "1", "b": "2"])
            #expect(try Info.environment.values.count >= 0)
            let tooLong: Info = [String(repeating: "k", count: 1000): "v"]
            let error = #expect(throws: MPIError.self) {
                try Communicator.world.makeDistributedGraph(from: [], to: [], info: tooLong)
            }
            #expect(error?.errorClass == .infoKey)
        }
    }
}
