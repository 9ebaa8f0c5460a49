internal import ClosureCoding
internal import MessageCoding
internal import Synchronization

/// What work has been encoded to: that of a function that captures nothing is encoded once.
///
/// There are no more of those than the program has functions.
enum EncodedWork {
    private struct Key: Hashable {
        let type: ObjectIdentifier
        let identity: FunctionIdentity
    }

    private static let known = Mutex<[Key: [UInt8]]>([:])

    /// The work as it travels, and services whose handles are in it.
    static func encode<Work: PoolWork>(_ work: Work) throws -> (bytes: [UInt8], passages: [ServicePassage]) {
        let key = work.identity.map { Key(type: ObjectIdentifier(Work.self), identity: $0) }
        if let key, let bytes = known.withLock({ $0[key] }) { return (bytes, []) }
        var bytes: [UInt8] = []
        let departures = try MessageEncoder().encode(work: PortablePoolWork(work), appendingTo: &bytes)
        if let key { known.withLock { $0[key] = bytes } }
        return (bytes, departures.passages)
    }
}
