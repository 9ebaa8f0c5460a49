internal import CProcessSupport

/// A word by which a Host says whether it has something in hand that its process has printed: it has read it, or is about to, and not
/// yet shown it, or sent it to the rank that shows it.
struct OutputInHand: @unchecked Sendable {
    // Sendable because the word is read and written atomically, and lies in memory that nothing else uses.
    static let size = 64
    private let place: UnsafeMutableRawPointer
    // Keeps the memory.
    private let mapping: SharedMapping

    /// The word at an offset of a mapping.
    init(_ mapping: SharedMapping, at offset: Int) {
        self.mapping = mapping
        place = mapping.base + offset
    }

    var isSet: Bool {
        get { cps_load_acquire(place) != 0 }
        nonmutating set {
            cps_store_release(place, newValue ? 1 : 0)
            // What is read next must not be read before.
            cps_fence()
        }
    }
}
