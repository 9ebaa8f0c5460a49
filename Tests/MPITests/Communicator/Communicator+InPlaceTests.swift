import RankChecks
import Testing

@testable import MPI

/// One map x ↦ ax + b behind another, both as one number: associative, and not commutative.
@Sendable private func chained(_ first: Int64, _ second: Int64) -> Int64 {
    let (a, b) = (first / 1000 % 97, first % 1000 % 97)
    let (c, d) = (second / 1000 % 97, second % 1000 % 97)
    return a * c % 97 * 1000 + (a * d + b) % 97
}

@Suite("Collective operations in place")
struct CommunicatorInPlaceTests {
    @Test(
        "what a rank has in its place already is not given again, blocking and immediate",
        arguments: [1, 2, 3, 4, 7]
    )
    func sameLengths(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            for count in [0, 1, 500] {
                let mine = row(rank, 0..<count)
                let all = (0..<size).flatMap { row($0, 0..<count) }
                let place = (rank * count)..<((rank + 1) * count)
                var open = [Int64](repeating: -1, count: size * count)
                open.replaceSubrange(place, with: mine)
                for root in 0..<size {
                    var elements = rank == root ? open : mine
                    try world.gather(inPlace: &elements, to: root)
                    #expect(elements == (rank == root ? all : mine))
                    let gathered = try world.immediateGather(inPlace: rank == root ? open : mine, to: root)
                    #expect(try gathered.wait() == (rank == root ? all : mine))
                    elements = rank == root ? all : [Int64](repeating: -1, count: count)
                    try world.scatter(inPlace: &elements, from: root)
                    #expect(elements == (rank == root ? all : mine))
                    let scattered = try world.immediateScatter(
                        inPlace: rank == root ? all : [Int64](repeating: -1, count: count),
                        from: root
                    )
                    #expect(try scattered.wait() == (rank == root ? all : mine))
                }
                #expect(try world.immediateAllGather(inPlace: open).wait() == all)
            }
        }
    }

    @Test(
        "reductions in place leave the result, or the part of this rank, also in pieces",
        arguments: [1, 2, 3, 4, 7]
    )
    func reductions(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let ordered = ReduceOperation<Int64>(chained)
            for largest in [Int(Int32.max), 2] {
                CountLimit.largest = largest
                for operation in [.sum, ordered] {
                    func whole(_ index: Int) -> Int64 {
                        (1..<size).reduce(row(0, index..<(index + 1))[0]) {
                            operation($0, row($1, index..<(index + 1))[0])
                        }
                    }
                    let sum = try world.immediateAllReduce(inPlace: row(rank, 0..<7), operation).wait()
                    #expect(sum == (0..<7).map(whole))
                    for count in [0, 1, 5] {
                        var elements = row(rank, 0..<(size * count))
                        try world.reduceScatter(inPlace: &elements, operation)
                        #expect(elements == ((rank * count)..<((rank + 1) * count)).map(whole))
                    }
                    let counts = (0..<size).map { ($0 * 2 + 1) % 4 }
                    let start = counts[..<rank].reduce(0, +)
                    var elements = row(rank, 0..<counts.reduce(0, +))
                    try world.reduceScatter(inPlace: &elements, counts: counts, operation)
                    #expect(elements == (start..<(start + counts[rank])).map(whole))
                }
            }
        }
    }

    @Test(
        "parts of different lengths are in their places, and what lies between them stays, also where C cannot count them",
        arguments: [1, 2, 3, 4, 7]
    )
    func differentLengths(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let counts = (0..<size).map { ($0 * 3 + 2) % 5 }
            // The last rank's elements come first, with a gap before each.
            var places = [Int](repeating: 0, count: size)
            var length = 0
            for source in (0..<size).reversed() {
                places[source] = length + 1
                length += 1 + counts[source]
            }
            var all = [Int64](repeating: -1, count: length)
            for source in 0..<size {
                all.replaceSubrange(
                    places[source]..<(places[source] + counts[source]),
                    with: row(source, 0..<counts[source])
                )
            }
            let mine = row(rank, 0..<counts[rank])
            var open = [Int64](repeating: -1, count: length)
            open.replaceSubrange(places[rank]..<(places[rank] + counts[rank]), with: mine)
            for largest in [Int(Int32.max), 3] {
                CountLimit.largest = largest
                for root in 0..<size {
                    let isRoot = rank == root
                    var elements = isRoot ? open : mine
                    try world.gather(
                        inPlace: &elements,
                        counts: isRoot ? counts : [],
                        displacements: isRoot ? places : nil,
                        to: root
                    )
                    #expect(elements == (isRoot ? all : mine))
                    elements = isRoot ? all : [Int64](repeating: -1, count: counts[rank])
                    try world.scatter(
                        inPlace: &elements,
                        counts: isRoot ? counts : [],
                        displacements: isRoot ? places : nil,
                        from: root
                    )
                    #expect(elements == (isRoot ? all : mine))
                }
                var elements = open
                try world.allGather(inPlace: &elements, counts: counts, displacements: places)
                #expect(elements == all)
                // Ranks r and d exchange |r - d| + 1 elements.
                let lengths = (0..<size).map { abs($0 - rank) + 1 }
                let given = lengths.flatMap { row(rank, 0..<$0) }
                elements = given
                try world.allToAll(inPlace: &elements, counts: lengths)
                #expect(elements == (0..<size).flatMap { row($0, 0..<lengths[$0]) })
            }
        }
    }

    @Test("arrays that cannot be divided, and other numbers on one rank, are an error on every rank")
    func refusals() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let rank = world.rank
            var elements = [Int64](repeating: 0, count: rank == 0 ? 3 : 2)
            let first = #expect(throws: MPIError.self) { try world.gather(inPlace: &elements, to: 0) }
            #expect(first?.errorClass == (rank == 0 ? .count : .remoteFailure))
            elements = [Int64](repeating: 0, count: rank == 0 ? 4 : 3)
            let second = #expect(throws: MPIError.self) { try world.scatter(inPlace: &elements, from: 0) }
            #expect(second?.errorClass == .count)
            let third = #expect(throws: MPIError.self) { try world.reduceScatter(inPlace: &elements, .sum) }
            #expect(third?.errorClass == (rank == 1 ? .count : .remoteFailure))
            let fourth = #expect(throws: MPIError.self) {
                try world.allGather(inPlace: &elements, counts: [2, 3], displacements: [0, rank])
            }
            #expect(fourth?.errorClass == (rank == 1 ? .count : .remoteFailure))
            // Rank 1 gives three elements where two are expected, and has room for three where four come.
            let counts = rank == 0 ? [2, 2] : []
            let fifth = #expect(throws: MPIError.self) {
                try world.gather(inPlace: &elements, counts: counts, to: 0)
            }
            #expect(fifth?.errorClass == (rank == 1 ? .truncation : .remoteFailure))
            let sixth = #expect(throws: MPIError.self) {
                try world.scatter(inPlace: &elements, counts: rank == 0 ? [0, 4] : [], from: 0)
            }
            #expect(sixth?.errorClass == (rank == 1 ? .truncation : .remoteFailure))
            elements = [Int64](repeating: 0, count: 4)
            let seventh = #expect(throws: MPIError.self) {
                try world.allGather(inPlace: &elements, counts: rank == 0 ? [2, 2] : [1, 3])
            }
            #expect(seventh?.errorClass == .count)
            #expect(seventh?.description.contains(rank == 0 ? "[2, 2]" : "[1, 3]") == true)
        }
    }
}
