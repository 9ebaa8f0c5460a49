internal import CProcessSupport
internal import Synchronization

/// The main executable or a shared library, as it lies in this process.
final class LoadedImage: Sendable {
    struct Segment: Sendable {
        let start: UInt
        let end: UInt
        let isWritable: Bool
        let isExecutable: Bool
    }

    /// The library's file name without its folders; empty for the main executable.
    let name: String
    let loadBias: UInt
    let segments: [Segment]
    /// The linker's build id, if it left one.
    let buildID: [UInt8]

    private let cachedIdentity = Mutex<UInt64?>(nil)
    private let cachedRecords = Mutex<[RecordKind: [UInt]]>([:])

    init(_ image: CaptureImage, isMain: Bool) {
        name = isMain ? "" : LoadedImage.fileName(image.path)
        loadBias = UInt(image.loadBias)
        segments = withUnsafeBytes(of: image.segments) { bytes in
            bytes.bindMemory(to: CaptureImageSegment.self).prefix(Int(image.segmentCount)).map {
                Segment(
                    start: UInt($0.start),
                    end: UInt($0.end),
                    isWritable: $0.isWritable,
                    isExecutable: $0.isExecutable
                )
            }
        }
        buildID = withUnsafeBytes(of: image.buildID) { Array($0.prefix(Int(image.buildIDLength))) }
    }

    private static func fileName(_ path: UnsafePointer<CChar>?) -> String {
        guard let path else { return "?" }
        let text = String(cString: path)
        return text.split(separator: "/").last.map(String.init) ?? text
    }

    /// What tells this build of the image from any other, in short.
    var identity: UInt64 {
        cachedIdentity.withLock { cached in
            if let cached { return cached }
            let value = computeIdentity()
            cached = value
            return value
        }
    }

    private func computeIdentity() -> UInt64 {
        guard buildID.isEmpty else {
            // FNV-1a over the build id, which is a hash itself.
            return buildID.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        }
        return contentHash
    }

    private var contentHash: UInt64 {
        var image = CaptureImage()
        image.segmentCount = UInt32(min(segments.count, Int(CAPTURE_IMAGE_SEGMENT_LIMIT)))
        withUnsafeMutableBytes(of: &image.segments) { bytes in
            let entries = bytes.bindMemory(to: CaptureImageSegment.self)
            for (index, segment) in segments.prefix(entries.count).enumerated() {
                entries[index] = CaptureImageSegment(
                    start: UInt(segment.start),
                    end: UInt(segment.end),
                    isWritable: segment.isWritable,
                    isExecutable: segment.isExecutable
                )
            }
        }
        return captureImageContentHash(&image)
    }

    func segment(of address: UInt) -> Segment? {
        segments.first { address >= $0.start && address < $0.end }
    }

    /// Whether `count` bytes at `address` lie in one segment.
    func contains(_ address: UInt, count: UInt = 1) -> Bool {
        guard let segment = segment(of: address) else { return false }
        return segment.end - address >= count
    }

    /// The addresses of all records of one kind, ascending; read once.
    func records(_ kind: RecordKind) -> [UInt] {
        cachedRecords.withLock { cached in
            if let records = cached[kind] { return records }
            let records = RecordKind.sections
                .filter { contains($0[kind].start) }
                .flatMap { kind.read($0[kind], in: self) }
                .sorted()
            cached[kind] = records
            return records
        }
    }

    /// Whether a record of this kind begins exactly at `address`.
    func hasRecord(_ kind: RecordKind, at address: UInt) -> Bool {
        let records = records(kind)
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle] < address { low = middle + 1 } else { high = middle }
        }
        return low < records.count && records[low] == address
    }
}
