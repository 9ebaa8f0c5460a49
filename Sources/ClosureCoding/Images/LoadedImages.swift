internal import CProcessSupport
internal import Synchronization

/// The images of this process, listed once and again when an address or a name is not found in the list.
enum LoadedImages {
    private static let list = Mutex<[LoadedImage]>([])

    /// The main executable.
    static var main: LoadedImage? {
        find { $0.name.isEmpty }
    }

    static func containing(_ address: UInt) -> LoadedImage? {
        find { $0.segment(of: address) != nil }
    }

    static func named(_ name: String) -> LoadedImage? {
        find { $0.name == name }
    }

    private static func find(_ predicate: (LoadedImage) -> Bool) -> LoadedImage? {
        if let image = list.withLock({ $0.first(where: predicate) }) { return image }
        let images = refreshed()
        return images.first(where: predicate)
    }

    /// Lists the images again and keeps what is known of those that are still there.
    private static func refreshed() -> [LoadedImage] {
        var capacity = 64
        var found: [CaptureImage] = []
        while true {
            var count = 0
            found = [CaptureImage](unsafeUninitializedCapacity: capacity) { buffer, initialized in
                count = captureImages(buffer.baseAddress, capacity)
                initialized = min(count, capacity)
            }
            if count <= capacity { break }
            capacity = count + 16
        }
        // The dynamic linker lists the main executable first.
        let images = found.enumerated().map { LoadedImage($0.element, isMain: $0.offset == 0) }
        return list.withLock { known in
            known = images.map { image in
                known.first {
                    $0.loadBias == image.loadBias && $0.name == image.name && $0.buildID == image.buildID
                }
                    ?? image
            }
            return known
        }
    }
}
