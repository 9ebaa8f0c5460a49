import MPI

/// IS, "integer sort": the rank of each of many keys, by sorting them into buckets and the buckets onto ranks.
struct ISKernel {
    private let problem: ISProblem
    private let world: Communicator
    private var keys: [Int32]
    /// The own keys in the order of their buckets.
    private var arranged: [Int32]
    /// The keys that fall to this rank, of which the first `heldCount` count.
    private var held: [Int32]
    private var heldCount = 0
    /// The least key that falls to this rank.
    private var lowest = 0
    /// How many of the keys that fall to this rank are at most `lowest + k`, for each k.
    private var tally: [Int32] = []
    private var keysBelow = 0
    /// How many of the published ranks have been found.
    private(set) var confirmed = 0

    /// Makes the keys; the number of ranks has to be a power of 2.
    init(_ size: NASClass, on world: Communicator) {
        problem = ISProblem(size)
        self.world = world
        keys = problem.makeKeys(rank: world.rank, rankCount: world.size)
        arranged = keys
        held = [Int32](repeating: 0, count: keys.count * 2 + problem.keyCount / problem.bucketCount * 4)
    }

    /// Ranks the keys once; every rank calls it.
    mutating func rank(iteration: Int) throws {
        if world.rank == 0 {
            keys[iteration] = Int32(iteration)
            keys[iteration + ISProblem.iterations] = Int32(problem.range - iteration)
        }
        // The sizes of the buckets, and behind them the watched keys: each is known to one rank, and 0 elsewhere.
        var sizes = [Int32](repeating: 0, count: problem.bucketCount)
        Self.tally(keys.span, into: &sizes) { [shift = problem.shift] in Int($0) &>> shift }
        let totals = try sum(sizes + watchedKeys())
        arrange(sizes)
        let shares = share(totals)
        try exchange(sizes, shares)
        count(shares[world.rank], totals)
        confirm(totals.suffix(problem.watchedPlaces.count), shares[world.rank], iteration)
    }

    /// Counts the keys by a place that is found for each.
    @inline(__always)
    private static func tally(_ keys: Span<Int32>, into counts: inout [Int32], at place: (Int32) -> Int) {
        var counts = counts.mutableSpan
        for index in keys.indices { counts[place(keys[index])] &+= 1 }
    }

    private func sum(_ own: [Int32]) throws -> [Int32] {
        var totals = own
        try world.allReduce(inPlace: &totals, .sum)
        return totals
    }

    private func watchedKeys() -> [Int32] {
        let first = world.rank * keys.count
        return problem.watchedPlaces.map { place in
            keys.indices.contains(place - first) ? keys[place - first] : 0
        }
    }

    /// Puts the own keys into the order of their buckets.
    private mutating func arrange(_ sizes: [Int32]) {
        var next = [Int](repeating: 0, count: sizes.count)
        for bucket in 1..<sizes.count { next[bucket] = next[bucket - 1] + Int(sizes[bucket - 1]) }
        let (shift, keys) = (problem.shift, keys)
        let source = keys.span
        var places = next.mutableSpan
        var target = arranged.mutableSpan
        for index in source.indices {
            let key = source[index]
            let bucket = Int(key) &>> shift
            let place = places[bucket]
            target[place] = key
            places[bucket] = place &+ 1
        }
    }

    /// Which buckets fall to which rank: so many that each rank has about as many keys.
    private func share(_ totals: [Int32]) -> [Range<Int>] {
        var shares: [Range<Int>] = []
        var (first, sum) = (0, 0)
        for bucket in 0..<problem.bucketCount {
            sum += Int(totals[bucket])
            guard shares.count < world.size - 1, sum >= (shares.count + 1) * keys.count else { continue }
            shares.append(first..<bucket + 1)
            first = bucket + 1
        }
        shares.append(first..<problem.bucketCount)
        while shares.count < world.size { shares.append(problem.bucketCount..<problem.bucketCount) }
        return shares
    }

    /// Gives every rank the keys of its buckets.
    private mutating func exchange(_ sizes: [Int32], _ shares: [Range<Int>]) throws {
        let given = shares.map { sizes[$0].reduce(0) { $0 + Int($1) } }
        var taken = given
        try world.allToAll(given.span, into: &taken)
        heldCount = taken.reduce(0, +)
        if heldCount > held.count { held += [Int32](repeating: 0, count: heldCount - held.count) }
        let source = arranged
        try world.allToAll(source.span, counts: given, into: &held, resultCounts: taken)
    }

    /// Counts, for each key of the own buckets, how many keys are not larger.
    private mutating func count(_ share: Range<Int>, _ totals: [Int32]) {
        lowest = share.lowerBound << problem.shift
        keysBelow = totals[..<share.lowerBound].reduce(0) { $0 + Int($1) }
        // In the same memory each time: fresh memory costs more than the counting.
        var counts: [Int32] = []
        swap(&counts, &tally)
        counts.removeAll(keepingCapacity: true)
        counts.append(contentsOf: repeatElement(0, count: share.count << problem.shift))
        Self.tally(held.span.extracting(first: heldCount), into: &counts) { [lowest] in Int($0) &- lowest }
        var sum: Int32 = 0
        for index in counts.indices {
            sum &+= counts[index]
            counts[index] = sum
        }
        tally = counts
    }

    /// Compares the ranks of the watched keys that fall to this rank with the published ones.
    private mutating func confirm(_ watched: ArraySlice<Int32>, _ share: Range<Int>, _ iteration: Int) {
        for (index, key) in watched.enumerated() where share.contains(Int(key) >> problem.shift) {
            let place = Int(key) - lowest
            let rank = keysBelow + (place > 0 ? Int(tally[place - 1]) : 0)
            if rank == problem.expectedRank(ofWatched: index, iteration: iteration) { confirmed += 1 }
        }
    }

    /// Sorts the keys by their ranks, and finds out whether all are in order and none is missing; every rank calls it.
    mutating func verify() throws -> Bool {
        var sorted: [Int32] = []
        sorted.reserveCapacity(heldCount)
        var before: Int32 = 0
        for (offset, sum) in tally.enumerated() {
            sorted += repeatElement(Int32(lowest + offset), count: Int(sum - before))
            before = sum
        }
        var isSorted = sorted.count == heldCount && zip(sorted, sorted.dropFirst()).allSatisfy { $0 <= $1 }
        // The greatest key of each rank that has one must not be greater than the least of the next.
        let ends = try world.allGather(
            sorted.first.flatMap { first in sorted.last.map { [first, $0] } } ?? []
        )
        let bounds = ends.flatMap { $0 }
        isSorted = isSorted && zip(bounds, bounds.dropFirst()).allSatisfy { $0 <= $1 }
        let figures = try world.allReduce([isSorted ? 0 : 1, heldCount, confirmed]) { zip($0, $1).map(+) }
        return figures == [
            0, problem.keyCount, problem.watchedPlaces.count * ISProblem.iterations,
        ]
    }

    /// Forgets which ranks have been confirmed, before what is measured.
    mutating func reset() { confirmed = 0 }
}
