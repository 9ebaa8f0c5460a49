/// What was seen of a queue whose producers and consumers were killed, and whether a queue that loses and doubles nothing can
/// have done that.
///
/// Every producer puts the numbers from 0 on, in order. Every consumer takes one item at a time on lease, and reports it
/// during the lease.
struct DeliveryHistory {
    struct Item: Hashable, Codable, Sendable, CustomStringConvertible {
        var producer: Int
        var number: Int
        var description: String { "\(producer):\(number)" }
    }

    /// What a producer has put: all of a number of items, or, if it was killed, at least so many.
    enum Production {
        case all(Int)
        case atLeast(Int)
    }

    private var productions: [Int: Production] = [:]
    private var reports: [Int: [Item]] = [:]
    private var killedConsumers: Set<Int> = []

    mutating func note(_ production: Production, of producer: Int) { productions[producer] = production }
    mutating func noteReport(of item: Item, by consumer: Int) { reports[consumer, default: []].append(item) }
    mutating func noteKill(ofConsumer consumer: Int) { killedConsumers.insert(consumer) }

    var reportCount: Int { reports.values.reduce(0) { $0 + $1.count } }

    /// What cannot be, in words.
    var violations: [String] { lossesAndInventions + doubles + disorder }

    private var lossesAndInventions: [String] {
        var seen: [Int: Set<Int>] = [:]
        for item in reports.values.joined() { seen[item.producer, default: []].insert(item.number) }
        var violations: [String] = []
        for (producer, numbers) in seen where productions[producer] == nil {
            violations.append("\(numbers.count) items of a producer \(producer) that there was not")
        }
        for (producer, production) in productions {
            let numbers = seen[producer] ?? []
            switch production {
            case .all(let count):
                let expected = Set(0..<count)
                if !expected.isSubset(of: numbers) {
                    violations.append("lost of \(producer): \(expected.subtracting(numbers).sorted())")
                }
                if !numbers.isSubset(of: expected) {
                    violations.append("invented for \(producer): \(numbers.subtracting(expected).sorted())")
                }
            case .atLeast(let count):
                // Whatever it was doing when it was killed, what came before that is there.
                let expected = Set(0..<max(count, (numbers.max() ?? -1) + 1))
                if numbers != expected {
                    violations.append("lost of \(producer): \(expected.subtracting(numbers).sorted())")
                }
            }
        }
        return violations
    }

    /// An item may have been given out twice only if the first one was killed while it had it, that is, after its last report.
    private var doubles: [String] {
        var finished: [Item: Int] = [:]
        for (consumer, items) in reports {
            let ended = killedConsumers.contains(consumer) ? items.dropLast() : items[...]
            for item in ended { finished[item, default: 0] += 1 }
        }
        return finished.filter { $0.value > 1 }.map { "\($0.key) was finished \($0.value) times" }
    }

    /// A consumer sees the items of a producer in order, except for those that came back: one for each consumer that was killed.
    private var disorder: [String] {
        var late: Set<Item> = []
        for items in reports.values {
            var greatest: [Int: Int] = [:]
            for item in items {
                if let number = greatest[item.producer], item.number <= number { late.insert(item) }
                greatest[item.producer] = max(item.number, greatest[item.producer] ?? 0)
            }
        }
        guard late.count > killedConsumers.count else { return [] }
        return ["\(late.count) items came late, but \(killedConsumers.count) consumers were killed"]
    }
}
