// Blocks of which some are longer, or begin farther behind, than C can count. As soon as one rank has such a block, all exchange theirs in
// another way, in which each block is a pattern of its own.

extension Communicator {
    /// Describes an exchange of blocks, each as a pattern.
    func largeBlocksCollective<Element>(
        _ count: Int,
        _ given: BlockList,
        _ resultCount: Int,
        _ taken: BlockList
    ) throws(MPIError) -> BufferCollective<Element> {
        let element = try DerivedDatatype.element(Element.self)
        func parts(_ blocks: BlockList) -> [DatatypePart] {
            zip(blocks.counts, blocks.displacements).map { count, displacement in
                DatatypePart(element, count: count, offset: count == 0 ? 0 : displacement)
            }
        }
        return try allToAllCollective(count, parts(given), resultCount, parts(taken))
    }

    /// Exchanges blocks, each as a pattern, when all ranks know that it is to be done so.
    ///
    /// They compare the lengths first, since a block that is longer than it should be would be written behind the end of memory.
    func exchangeLargeBlocks<Element: BufferElement>(
        _ elements: Span<Element>,
        _ given: BlockList,
        into result: inout [Element],
        _ taken: BlockList,
        _ name: StaticString
    ) throws(MPIError) {
        try agree(onExchanging: given.counts, for: taken.counts, nil, name)
        try largeBlocksCollective(elements.count, given, result.count, taken).blocking(
            elements,
            into: &result
        )
    }
}

extension BlockList {
    /// No block for any of so many ranks.
    static func none(for rankCount: Int) -> BlockList {
        BlockList(
            knownCounts: [Int](repeating: 0, count: rankCount),
            [Int](repeating: 0, count: rankCount)
        )
    }

    /// One block, from the beginning of an array on, for one of so many ranks.
    static func only(_ count: Int, for rank: Int, of rankCount: Int) -> BlockList {
        var counts = [Int](repeating: 0, count: rankCount)
        counts[rank] = count
        return BlockList(knownCounts: counts, [Int](repeating: 0, count: rankCount))
    }

    /// The same block, from the beginning of an array on, for each of so many ranks.
    static func same(_ count: Int, for rankCount: Int) -> BlockList {
        BlockList(
            knownCounts: [Int](repeating: count, count: rankCount),
            [Int](repeating: 0, count: rankCount)
        )
    }
}
