internal import CProcessSupport

/// A word by which a Host says whether it has something in hand that its process must not get ahead of: see `UnshownOutput`.
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

    /// For the process: whether there is something.
    var isSet: Bool {
        // It has looked at its pipes before, which the Host empties after it has set the word.
        cps_fence()
        return cps_load_acquire(place) != 0
    }

    /// For the Host: there is something, or will be as soon as it reads.
    func takeUp() {
        cps_store_release(place, 1)
        // What is read next must not be read before.
        cps_fence()
    }

    /// For the Host: there is nothing any more.
    func putDown() { cps_store_release(place, 0) }
}
