/// What is known of a message that was received or found: who sent it, with which tag, and how long it is.
///
/// ```swift
/// let status = try world.receive(into: &numbers)
/// print("\(status.count(of: Double.self) ?? 0) numbers from rank \(status.source)")
/// ```
/// Local · `MPI_Status` (MPI 3.1 §3.2.5)
public struct Status: Hashable, Sendable {
    private let rawSource: Int32
    private let rawTag: Int32

    /// The length of the message, in bytes.
    public let byteCount: Int

    /// The rank that sent the message, in the communicator it was received through.
    public var source: Int { Int(rawSource) }

    /// The tag that the sender gave the message.
    public var tag: Int { Int(rawTag) }

    /// Of what received no message in particular.
    static let empty = Status(byteCount: 0)

    @inline(__always)
    init(source: Int32, tag: Int32, byteCount: Int) {
        rawSource = source
        rawTag = tag
        self.byteCount = byteCount
    }

    /// Makes what a ``GeneralizedRequest`` says of its operation.
    ///
    /// - Parameters:
    ///   - source: Where something came from; -1 if that means nothing.
    ///   - tag: Its tag; -1 if that means nothing.
    ///   - byteCount: How long it is, in bytes.
    ///
    /// `MPI_Status_set_elements` and the fields of `MPI_Status` (MPI 3.1 §12.3)
    public init(source: Int = -1, tag: Int = -1, byteCount: Int) {
        self.init(
            source: Int32(truncatingIfNeeded: source),
            tag: Int32(truncatingIfNeeded: tag),
            byteCount: byteCount
        )
    }

    /// The length of the message, in elements of a type.
    ///
    /// - Parameter type: The type of the elements.
    /// - Returns: The number of elements, or `nil` if the message is not a whole number of them.
    ///
    /// Local · `MPI_Get_count` (MPI 3.1 §3.2.5)
    public func count<Element: BufferElement>(of type: Element.Type) -> Int? {
        let size = MemoryLayout<Element>.stride
        return byteCount.isMultiple(of: size) ? byteCount / size : nil
    }
}

extension Status: CustomStringConvertible {
    /// Such as `16 bytes from rank 0, tag 11`.
    public var description: String { "\(byteCount) bytes from rank \(source), tag \(tag)" }
}
