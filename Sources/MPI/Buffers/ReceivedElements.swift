/// Bytes that came from elsewhere, as elements.
///
/// Any bytes make a number, but not a truth value: the standard library takes those other than 0 and 1 for what cannot be, and what
/// it does with them is undefined. So they become 1, as in C, where all but 0 is true.
@usableFromInline
enum ReceivedElements {
    /// Makes truth values of all bytes.
    @usableFromInline
    static func settleTruthValues(_ memory: UnsafeMutableRawBufferPointer) {
        for index in memory.indices where memory[index] > 1 { memory[index] = 1 }
    }
}

extension BufferElement {
    /// Makes elements of bytes that have been received; decided for each type when it is compiled, and nothing to do for nearly all.
    @inlinable
    @inline(__always)
    static func settle(_ memory: UnsafeMutableRawBufferPointer) {
        if Self.self == Bool.self { ReceivedElements.settleTruthValues(memory) }
    }
}

extension Array where Element: BufferElement {
    /// Lends the memory of the elements to be received into.
    @inlinable
    @inline(__always)
    mutating func withReceivingBuffer<Result>(
        _ body: (UnsafeMutableBufferPointer<Element>) throws(MPIError) -> Result
    ) throws(MPIError) -> Result {
        try withUnsafeMutableBufferPointer { (memory) throws(MPIError) in
            let memory = memory
            defer { Element.settle(UnsafeMutableRawBufferPointer(memory)) }
            return try body(memory)
        }
    }
}

extension MutableSpan where Element: BufferElement {
    /// Lends the memory of the elements to be received into.
    @inlinable
    @inline(__always)
    mutating func withReceivingBuffer<Result>(
        _ body: (UnsafeMutableBufferPointer<Element>) throws(MPIError) -> Result
    ) throws(MPIError) -> Result {
        try withUnsafeMutableBufferPointer { (memory) throws(MPIError) in
            defer { Element.settle(UnsafeMutableRawBufferPointer(memory)) }
            return try body(memory)
        }
    }
}
