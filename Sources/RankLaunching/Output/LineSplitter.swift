/// Cuts the bytes of one stream into lines as they come.
struct LineSplitter {
    /// A line that grows longer than this is cut, so that a runaway job cannot exhaust memory.
    static let longestLine = 1 << 20

    private var unfinished: [UInt8] = []

    /// Takes bytes and returns the lines that they finish.
    ///
    /// - Parameter bytes: What was read next.
    /// - Returns: The lines without their ends.
    mutating func append(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") || unfinished.count >= Self.longestLine {
                lines.append(takeLine())
                if byte == UInt8(ascii: "\n") { continue }
            }
            unfinished.append(byte)
        }
        return lines
    }

    /// Returns what came after the last line end, if anything did.
    mutating func finish() -> String? {
        unfinished.isEmpty ? nil : takeLine()
    }

    private mutating func takeLine() -> String {
        if unfinished.last == UInt8(ascii: "\r") { unfinished.removeLast() }
        defer { unfinished.removeAll(keepingCapacity: true) }
        return String(decoding: unfinished, as: UTF8.self)
    }
}
