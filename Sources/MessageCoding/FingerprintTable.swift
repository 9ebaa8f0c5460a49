internal import Synchronization

/// The fingerprints of the types that this process has asked about.
///
/// Finding one takes no lock: an open-addressed table is written under the lock and read without it. When it is
/// full, what else comes is found in a dictionary, under the lock.
final class FingerprintTable: Sendable {
    static let shared = FingerprintTable()

    private struct Slot: ~Copyable {
        /// The type's address, stored after the bits; 0 while the slot is free, and never changed again.
        let type = Atomic<UInt>(0)
        let bits = Atomic<UInt64>(0)
    }

    private struct Names {
        var fingerprints: [ObjectIdentifier: TypeFingerprint] = [:]
        var names: [TypeFingerprint: String] = [:]
    }

    private static let slotCount = 1024
    private static let searchLength = 16

    // Allocated once and never freed, as the table is never; its slots are atomics, written under the lock of `names`.
    private nonisolated(unsafe) let slots: UnsafeMutablePointer<Slot>
    private let names = Mutex(Names())

    private init() {
        slots = .allocate(capacity: Self.slotCount)
        for index in 0..<Self.slotCount {
            (slots + index).initialize(to: Slot())
        }
    }

    @inline(__always)
    private static func firstSlot(of address: UInt) -> Int {
        Int(truncatingIfNeeded: ((address >> 3) ^ (address >> 13)) & UInt(slotCount - 1))
    }

    /// The fingerprint of a type that was asked about before.
    func find(_ type: ObjectIdentifier) -> TypeFingerprint? {
        let address = UInt(bitPattern: type)
        var index = Self.firstSlot(of: address)
        for _ in 0..<Self.searchLength {
            let found = slots[index].type.load(ordering: .acquiring)
            if found == address {
                return TypeFingerprint(rawValue: slots[index].bits.load(ordering: .relaxed))
            }
            if found == 0 {
                return nil
            }
            index = (index + 1) & (Self.slotCount - 1)
        }
        return names.withLock { $0.fingerprints[type] }
    }

    /// Remembers a type with its name for people.
    func insert(_ type: ObjectIdentifier, _ fingerprint: TypeFingerprint, name: String) {
        names.withLock { names in
            guard names.fingerprints.updateValue(fingerprint, forKey: type) == nil else {
                return
            }
            names.names[fingerprint] = name
            let address = UInt(bitPattern: type)
            var index = Self.firstSlot(of: address)
            for _ in 0..<Self.searchLength {
                if slots[index].type.load(ordering: .relaxed) == 0 {
                    slots[index].bits.store(fingerprint.rawValue, ordering: .relaxed)
                    slots[index].type.store(address, ordering: .releasing)
                    return
                }
                index = (index + 1) & (Self.slotCount - 1)
            }
        }
    }

    func name(of fingerprint: TypeFingerprint) -> String? {
        names.withLock { $0.names[fingerprint] }
    }
}
