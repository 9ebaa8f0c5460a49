import Testing

@testable import Multiprocessing

/// The choice of a pool's roster, against what it means.
@Suite("Whose turn it is in a pool")
struct PoolRosterTests {
    /// Looks at every worker, in the order in which they came.
    private struct PlainChoice {
        let roster: PoolRoster
        let now: ContinuousClock.Instant

        private var inOrder: [(address: Address, member: PoolMember)] {
            roster.members.sorted { $0.value.arrival < $1.value.arrival }.map { ($0.key, $0.value) }
        }

        var neediest: Address? {
            let able = inOrder.filter { _, member in
                !member.isDismissed && member.assignments.count < PoolTicket.slotCount
                    && roster.chunkLimit.map { member.chunkCount < $0 } ?? true
            }
            guard let fewest = able.map({ $0.member.assignments.count }).min() else { return nil }
            let equals = able.filter { $0.member.assignments.count == fewest }
            let turns = equals.map(\.member.turn)
            // Of those who have nothing the last one, of the others the one that waits longest; equals in the order of their coming.
            let turn = fewest == 0 ? turns.max() : turns.min()
            return equals.first { $0.member.turn == turn }?.address
        }

        var idle: [Address] { inOrder.filter(\.member.isIdle).map(\.address) }

        var takenBackCounts: [UInt64: Int] {
            let assignments = inOrder.flatMap(\.member.assignments).filter(\.isBeingTakenBack)
            return Dictionary(assignments.map { ($0.job, 1) }, uniquingKeysWith: +)
        }

        var straggler: (PoolRoster.Straggler?, next: ContinuousClock.Instant?) {
            var candidates: [(straggler: PoolRoster.Straggler, value: Int)] = []
            var dues: [ContinuousClock.Instant] = []
            for (address, member) in inOrder {
                for (position, assignment) in member.assignments.enumerated() {
                    guard assignment.perhapsUnbegun > 0, !assignment.isBeingTakenBack else { continue }
                    if position == 0, assignment.perhapsUnbegun == 1 {
                        let moves = min(assignment.pieces.last?.moves ?? 0, 10)
                        let due = assignment.since.advanced(by: PoolRoster.patience * (1 << moves))
                        guard due <= now else {
                            dues.append(due)
                            continue
                        }
                    }
                    let straggler = PoolRoster.Straggler(
                        worker: address,
                        ticket: assignment.ticket,
                        count: assignment.limit,
                        takesAll: position > 0
                    )
                    candidates.append((straggler, assignment.perhapsUnbegun))
                }
            }
            let most = candidates.map(\.value).max()
            return (candidates.first { $0.value == most }?.straggler, dues.min())
        }
    }

    private static func address(_ number: Int) -> Address { Address(rank: 0, serial: UInt32(100 + number)) }

    private static func member(_ number: Int) -> PoolMember {
        PoolMember(
            Waiter(address: address(number), correlation: UInt64(number), deadline: nil),
            pid: Int32(number)
        )
    }

    /// Something that happens to a worker.
    private static func happen(
        to roster: inout PoolRoster,
        _ worker: Address,
        at now: ContinuousClock.Instant,
        _ random: inout SeededGenerator
    ) {
        let place = Int.random(in: 0..<2, using: &random)
        let kind = Int.random(in: 0..<8, using: &random)
        if kind == 0 {
            _ = roster.remove(worker)
            return
        }
        _ = roster.update(worker) { member in
            guard member.assignments.indices.contains(place) else {
                if kind == 1 { member.isDismissed = true }
                return
            }
            let rest = member.assignments[place].perhapsUnbegun
            let part = Int.random(in: 0...rest, using: &random)
            switch kind {
            case 1, 2, 3: member.assignments.remove(at: place)
            case 4: member.assignments[place].finished += part
            case 5: member.assignments[place].isBeingTakenBack = true
            case 6:
                member.assignments[place].isBeingTakenBack = false
                member.assignments[place].begun = member.assignments[place].limit - rest + part
                _ = member.assignments[place].cut(to: member.assignments[place].limit - (rest - part) / 2)
                member.chunkCount = max(0, member.chunkCount - 1)
            default: member.assignments[place].begun += part
            }
        }
    }

    @Test("is what looking at every worker would say, whatever happens", arguments: 0..<40)
    func choices(seed: Int) throws {
        var random = SeededGenerator(state: UInt64(seed))
        var roster = PoolRoster(chunkLimit: seed % 3 == 0 ? 4 : nil)
        var now = ContinuousClock.now
        let greatest = [2, 5, 40][seed % 3]
        var spent: Set<Address> = []
        for _ in 0..<600 {
            let number = Int.random(in: 0..<greatest, using: &random)
            let worker = Self.address(number)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: roster.add(worker, Self.member(number))
            case 1, 2:
                guard let neediest = roster.neediest() else { break }
                let piece = PoolPiece(
                    job: UInt64.random(in: 1...3, using: &random),
                    range: 0..<Int.random(in: 1...3, using: &random),
                    moves: Int.random(in: 0...12, using: &random)
                )
                let outcome = roster.assign([piece], ofJob: piece.job, to: neediest, at: now)
                #expect(outcome != nil)
            case 3: now = now.advanced(by: .milliseconds(Int.random(in: 0..<200, using: &random)))
            default: Self.happen(to: &roster, worker, at: now, &random)
            }
            let plain = PlainChoice(roster: roster, now: now)
            #expect(roster.neediest() == plain.neediest)
            #expect(roster.idle == plain.idle)
            #expect(roster.takenBackCounts == plain.takenBackCounts)
            // While there is enough for all, nobody asks.
            if Bool.random(using: &random) {
                let (straggler, next) = roster.straggler(now: now)
                #expect(straggler == plain.straggler.0)
                #expect(next == plain.straggler.next)
            }
            spent.formUnion(roster.takeSpent())
            let used = plain.idle.filter { address in
                roster.chunkLimit.map { (roster[address]?.chunkCount ?? 0) >= $0 } ?? false
            }
            #expect(spent.isSuperset(of: used))
        }
    }

    @Test("takes no more memory than the workers need, however long it goes on")
    func memory() {
        var heap = RosterHeap<Int>()
        var roster = PoolRoster()
        for number in 0..<10 { roster.add(Self.address(number), Self.member(number)) }
        for round in 0..<10_000 {
            let worker = Self.address(round % 10)
            _ = roster.update(worker) { $0.chunkCount += 1 }
            let version = roster[worker]?.version ?? 0
            // Each goes behind all that are there, so none is passed over in front.
            heap.insert(round, worker, version: version, among: roster.members)
            #expect(heap.count <= 4 * roster.count + 16)
        }
        #expect(heap.first(among: roster.members)?.rank == 9_990)
    }
}
