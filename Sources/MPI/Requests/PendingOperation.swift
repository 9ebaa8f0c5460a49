internal import Synchronization

/// Something immediate that is under way: the object behind a request.
///
/// It owns the memory that the library reads or writes.
@usableFromInline
protocol PendingOperation: AnyObject, Sendable {
    /// Moves the operation along, without blocking. Any thread may call it.
    ///
    /// - Returns: Whether it has ended, well or badly.
    func advance() -> Bool
}

/// Memory of a request, which stays where it is while the library uses it.
///
/// Only one at a time touches what is in it: the library until the request is complete, then whoever takes the result, under the lock
/// of the operation. Hence the unchecked conformance.
@usableFromInline
class RequestMemory: @unchecked Sendable {
    /// Where it begins.
    @usableFromInline final let address: UnsafeMutableRawPointer?
    /// Its length.
    @usableFromInline final let byteCount: Int

    /// Memory that a subclass has allocated, and frees.
    @usableFromInline
    init(borrowing address: UnsafeMutableRawPointer?, byteCount: Int) {
        self.address = address
        self.byteCount = byteCount
    }
}

/// Uninitialized bytes.
final class RawRequestMemory: RequestMemory, @unchecked Sendable {
    // Nothing is stored beside what the superclass has: hence the unchecked conformance.

    init(byteCount: Int) {
        super.init(borrowing: .allocate(byteCount: byteCount, alignment: 16), byteCount: byteCount)
    }

    /// Zeros.
    convenience init(zeros byteCount: Int) {
        self.init(byteCount: byteCount)
        address?.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    }

    /// Bytes copied from elsewhere.
    convenience init(copying bytes: UnsafeRawBufferPointer) {
        self.init(byteCount: bytes.count)
        if let source = bytes.baseAddress { address?.copyMemory(from: source, byteCount: bytes.count) }
    }

    deinit { address?.deallocate() }
}

/// The elements of an array, without a copy.
@usableFromInline
final class ArrayRequestMemory<Element: BufferElement>: RequestMemory, @unchecked Sendable {
    // The elements stay where they are as long as this object holds them and nobody changes the array.
    @usableFromInline var array: [Element]

    /// An array to be sent.
    @inlinable
    init(_ array: [Element]) {
        self.array = array
        let bytes = array.withUnsafeBytes { $0 }
        super.init(borrowing: UnsafeMutableRawPointer(mutating: bytes.baseAddress), byteCount: bytes.count)
    }

    /// An array to be changed in place; it is copied unless nobody else has it.
    init(changing array: [Element]) {
        self.array = array
        let bytes = self.array.withUnsafeMutableBytes { $0 }
        super.init(borrowing: bytes.baseAddress, byteCount: bytes.count)
    }

    /// An array to be received into, its elements not initialized yet.
    init(uninitializedCount count: Int) {
        array = [Element](unsafeUninitializedCapacity: count) { $1 = count }
        let bytes = array.withUnsafeMutableBytes { $0 }
        super.init(borrowing: bytes.baseAddress, byteCount: bytes.count)
    }

    /// The elements that have been received.
    func elements(byteCount: Int) -> [Element] {
        Element.settle(UnsafeMutableRawBufferPointer(start: address, count: min(byteCount, self.byteCount)))
        let count = byteCount / MemoryLayout<Element>.stride
        return count == array.count ? array : Array(array.prefix(count))
    }
}

/// Memory with a large range of addresses behind it, where what is too long lands and does no harm.
final class LandingMemory: RequestMemory, @unchecked Sendable {
    private let zone: LandingZone

    /// Reserves the addresses, which some systems do not grant.
    init?(byteCount: Int) {
        guard let zone = LandingZone() else { return nil }
        self.zone = zone
        super.init(borrowing: zone.address, byteCount: byteCount)
    }

    deinit { zone.free() }
}
