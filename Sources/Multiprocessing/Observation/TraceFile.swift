internal import Glibc

/// The file with a trace, as rank 0 writes it: what has come is there, whatever becomes of the program.
final class TraceFile {
    /// How many events of a job are written at most: a viewer can hardly show more.
    static let defaultLimit = 2_000_000

    let path: String
    private let descriptor: Int32
    private var document: TraceDocument
    /// Why it could not be written any further.
    private(set) var failure: SystemError?

    /// Makes the file, in the place of one of that name.
    init(path: String, limit: Int = TraceFile.defaultLimit) throws(ProcessingError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw ProcessingError(
                .resources,
                "cannot write the trace to \(path) (\(ObservationSettings.traceVariable)): \(SystemError())"
            )
        }
        self.path = path
        document = TraceDocument(limit: limit)
        write(TraceDocument.head)
    }

    deinit { close(descriptor) }

    func append(_ batch: TraceBatch) { write(document.text(of: batch)) }

    /// Ends it; returns what the user has to know.
    func finish() -> String? {
        write(document.ending(at: MonotonicClock.now))
        if let failure { return "the trace \(path) is incomplete: \(failure)" }
        guard document.lostCount > 0 else { return nil }
        return
            "the trace \(path) lacks \(document.lostCount) events (\(ObservationSettings.capacityVariable) makes room for more)"
    }

    private func write(_ text: String) {
        guard failure == nil else { return }
        var text = text
        text.withUTF8 { bytes in
            guard let start = bytes.baseAddress else { return }
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, start + written, bytes.count - written)
                if count > 0 {
                    written += count
                } else if errno != EINTR {
                    failure = SystemError()
                    return
                }
            }
        }
    }
}
