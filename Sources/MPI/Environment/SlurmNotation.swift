/// How Slurm writes in the environment what it has given to a step of a job.
enum SlurmNotation {
    /// How many ranks a node has, in a list such as `4(x2),3`: four on each of the first two nodes, three on the third.
    ///
    /// - Parameters:
    ///   - list: The list.
    ///   - node: The number of the node among those of the list, from 0 on.
    /// - Returns: The number; `nil` if the list is not of this form, or too short.
    static func count(in list: String, ofNode node: Int) -> Int? {
        guard node >= 0 else { return nil }
        var remaining = node
        for part in list.split(separator: ",") {
            let pieces = part.split(separator: "(")
            guard let first = pieces.first, let count = Int(first), count >= 0 else { return nil }
            var repetitions = 1
            if pieces.count == 2 {
                guard pieces[1].hasPrefix("x"), pieces[1].hasSuffix(")"),
                    let number = Int(pieces[1].dropFirst().dropLast()), number > 0
                else { return nil }
                repetitions = number
            } else if pieces.count > 2 {
                return nil
            }
            if remaining < repetitions { return count }
            remaining -= repetitions
        }
        return nil
    }

    /// How many cores the masks of a node's ranks cover together, in a list such as `0x1,0x2`.
    ///
    /// - Returns: The number; `nil` if the list has another form, or covers nothing.
    static func coreCount(ofMasks list: String) -> Int? {
        // From the last digit on, four cores each: a mask may have more bits than a machine word.
        var union: [Int] = []
        for mask in list.split(separator: ",") {
            guard mask.hasPrefix("0x") else { return nil }
            for (place, digit) in mask.dropFirst(2).reversed().enumerated() {
                guard let bits = digit.hexDigitValue else { return nil }
                if place == union.count { union.append(0) }
                union[place] |= bits
            }
        }
        let count = union.reduce(0) { $0 + $1.nonzeroBitCount }
        return count > 0 ? count : nil
    }
}
