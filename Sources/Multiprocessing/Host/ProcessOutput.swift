internal import Glibc

/// One of the two output streams of a process, read by its Host a line at a time.
struct ProcessOutput {
    /// What reading came to.
    enum Progress: Equatable {
        /// Some bytes arrived.
        case advanced
        /// Nothing more is there at the moment.
        case wouldBlock
        /// The other side is gone.
        case ended
    }

    let descriptor: Int32
    /// 1 for standard output, 2 for standard error.
    let stream: Int32
    private var assembly: LineAssembly

    /// - Parameters:
    ///   - descriptor: Where it is read.
    ///   - stream: 1 or 2.
    ///   - mark: What is put before each line.
    init(descriptor: Int32, stream: Int32, mark: String = "") {
        self.descriptor = descriptor
        self.stream = stream
        assembly = LineAssembly(mark: mark)
    }

    /// Reads once.
    ///
    /// Returns the lines that are complete now, and whether there may be more, or the stream has ended.
    mutating func read() -> (lines: [UInt8], progress: Progress) {
        // As much as a pipe holds.
        let size = 64 << 10
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { memory, initializedCount in
            repeat {
                count = Glibc.read(descriptor, memory.baseAddress, size)
            } while count < 0 && errno == EINTR
            initializedCount = max(0, count)
        }
        if count > 0 { return (assembly.append(bytes), count < size ? .wouldBlock : .advanced) }
        return count < 0 ? ([], .wouldBlock) : (takeRest(), .ended)
    }

    /// What was written without a line's end.
    mutating func takeRest() -> [UInt8] { assembly.takeRest() }
}

/// Puts lines together again that arrive in pieces, with a mark before each.
///
/// Lines up to a mebibyte are given away whole. A longer one comes in pieces, so that a process that never ends its line does
/// not fill the memory of its Host.
struct LineAssembly {
    static let longestLine = 1 << 20

    private let mark: [UInt8]
    /// The beginning of a line, without its mark.
    private var beginning: [UInt8] = []
    /// Whether a piece of the line was given away already.
    private var isInsideLine = false
    private static let newline = UInt8(ascii: "\n")

    init(mark: String) { self.mark = Array(mark.utf8) }

    /// Takes what has arrived and returns the lines that are complete by that.
    mutating func append(_ bytes: [UInt8]) -> [UInt8] {
        guard let last = bytes.lastIndex(of: LineAssembly.newline) else {
            beginning.append(contentsOf: bytes)
            return beginning.count > LineAssembly.longestLine ? takePiece() : []
        }
        beginning.append(contentsOf: bytes[...last])
        defer { beginning = Array(bytes[(last + 1)...]) }
        return marked(beginning)
    }

    /// Returns what is left of a line whose end will not come.
    mutating func takeRest() -> [UInt8] {
        guard !beginning.isEmpty || isInsideLine else { return [] }
        var rest = takePiece()
        isInsideLine = false
        // The next line of another process has to begin at a line's beginning.
        if !mark.isEmpty { rest.append(LineAssembly.newline) }
        return rest
    }

    private mutating func takePiece() -> [UInt8] {
        defer {
            beginning = []
            isInsideLine = true
        }
        return isInsideLine ? beginning : mark + beginning
    }

    /// Lines that are complete, each with its mark.
    private mutating func marked(_ lines: [UInt8]) -> [UInt8] {
        defer { isInsideLine = false }
        guard !mark.isEmpty else { return lines }
        var marked: [UInt8] = []
        marked.reserveCapacity(lines.count + lines.count / 4 + mark.count)
        var isInside = isInsideLine
        for line in lines.split(separator: LineAssembly.newline, omittingEmptySubsequences: false).dropLast()
        {
            if !isInside { marked.append(contentsOf: mark) }
            isInside = false
            marked.append(contentsOf: line)
            marked.append(LineAssembly.newline)
        }
        return marked
    }
}
