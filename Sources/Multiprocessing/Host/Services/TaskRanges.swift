/// Tasks, as ranges one behind the other: of a job that goes on in order there are few, however many tasks it has.
struct TaskRanges: Equatable {
    /// In order, with something between them.
    private(set) var ranges: [Range<Int>] = []

    var isEmpty: Bool { ranges.isEmpty }

    /// Adds tasks that come after all others.
    mutating func append(_ tasks: Range<Int>) {
        guard !tasks.isEmpty else { return }
        if let last = ranges.last, last.upperBound == tasks.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound..<tasks.upperBound
        } else {
            ranges.append(tasks)
        }
    }

    /// Those of the tasks that are among these.
    func within(_ tasks: Range<Int>) -> [Range<Int>] {
        places(touching: tasks).map { ranges[$0].clamped(to: tasks) }
    }

    /// Takes tasks out; returns those that were there.
    mutating func remove(_ tasks: Range<Int>) -> [Range<Int>] {
        let places = places(touching: tasks)
        guard let first = places.first, let last = places.last else { return [] }
        let removed = within(tasks)
        let head = ranges[first].lowerBound..<max(ranges[first].lowerBound, tasks.lowerBound)
        let tail = min(ranges[last].upperBound, tasks.upperBound)..<ranges[last].upperBound
        switch (head.isEmpty, tail.isEmpty) {
        case (true, true): ranges.removeSubrange(places)
        case (false, true): ranges.replaceSubrange(places, with: CollectionOfOne(head))
        case (true, false): ranges.replaceSubrange(places, with: CollectionOfOne(tail))
        case (false, false): ranges.replaceSubrange(places, with: [head, tail])
        }
        return removed
    }

    /// Which ranges have some of the tasks.
    private func places(touching tasks: Range<Int>) -> Range<Int> {
        guard !tasks.isEmpty else { return 0..<0 }
        let first = place { $0.upperBound > tasks.lowerBound }
        let end = place { $0.lowerBound >= tasks.upperBound }
        return first..<max(first, end)
    }

    /// The first range that is so, as all behind it are.
    private func place(where isBehind: (Range<Int>) -> Bool) -> Int {
        var (lower, upper) = (0, ranges.count)
        while lower < upper {
            let middle = (lower + upper) / 2
            if isBehind(ranges[middle]) { upper = middle } else { lower = middle + 1 }
        }
        return lower
    }
}
