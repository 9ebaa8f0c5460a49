/// Results that need no encoding: a worker leaves them side by side, as they lie in memory, and so they travel.
enum PlainResult {
    /// How many bytes a result of a type takes if it is plain.
    static func size<Value>(of type: Value.Type) -> Int? {
        Value.self is any PlainType.Type ? MemoryLayout<Value>.size : nil
    }

    /// The result with these bytes.
    static func load<Value>(_ type: Value.Type, from bytes: UnsafeRawBufferPointer) throws -> Value {
        guard let size = size(of: type), bytes.count == size else {
            throw ProcessingError(.transport, "\(bytes.count) bytes as they lie in memory for a \(type)")
        }
        return withUnsafeTemporaryAllocation(of: Value.self, capacity: 1) { memory in
            UnsafeMutableRawBufferPointer(memory).copyMemory(from: bytes)
            return memory[0]
        }
    }
}

/// Types without padding of which every pattern of bits is a value, so it does not matter who wrote it.
protocol PlainType: BitwiseCopyable {}
extension Int: PlainType {}
extension Int8: PlainType {}
extension Int16: PlainType {}
extension Int32: PlainType {}
extension Int64: PlainType {}
extension UInt: PlainType {}
extension UInt8: PlainType {}
extension UInt16: PlainType {}
extension UInt32: PlainType {}
extension UInt64: PlainType {}
extension Float: PlainType {}
extension Double: PlainType {}
extension NoValue: PlainType {}
