/// A box within an array of several dimensions, whose last index changes fastest.
struct HaloRegion: Equatable {
    /// The first index along each dimension.
    let start: [Int]
    /// How many indices along each dimension.
    let shape: [Int]

    /// The number of elements.
    var count: Int { shape.reduce(1, *) }

    /// The rows of elements that lie side by side in memory: where each begins, and how long all of them are.
    func rows(inArrayOf arrayShape: [Int]) -> (starts: [Int], length: Int) {
        guard count > 0, let length = shape.last else { return ([], 0) }
        var starts = [0]
        for (dimension, size) in shape.enumerated().dropLast() {
            let stride = arrayShape[(dimension + 1)...].reduce(1, *)
            starts = starts.flatMap { base in (0..<size).map { base + (start[dimension] + $0) * stride } }
        }
        return (starts.map { $0 + start[start.count - 1] }, length)
    }
}

/// What one rank exchanges with its neighbours along one dimension: what it gives, and where what it gets belongs.
///
/// Dimensions come one after the other, and each takes along what has come before, so that corners are filled without messages of
/// their own.
struct HaloExchange: Equatable {
    let giveBefore: HaloRegion
    let giveAfter: HaloRegion
    let takeBefore: HaloRegion
    let takeAfter: HaloRegion

    /// The part of one dimension, in an array that has a margin of this width along so many of its dimensions.
    init(along dimension: Int, ofFirst count: Int, shape: [Int], width: Int) {
        func region(_ first: Int) -> HaloRegion {
            var start = [Int](repeating: 0, count: shape.count)
            var size = shape
            for other in (dimension + 1)..<max(count, dimension + 1) {
                start[other] = width
                size[other] = shape[other] - 2 * width
            }
            start[dimension] = first
            size[dimension] = width
            return HaloRegion(start: start, shape: size)
        }
        let end = shape[dimension] - width
        takeBefore = region(0)
        giveBefore = region(width)
        giveAfter = region(end - width)
        takeAfter = region(end)
    }
}
