/// The lines of a running job, from its first on, as they come.
///
/// It can be iterated any number of times; each iteration begins with the first line. It ends when the job has.
///
/// ```swift
/// for await line in job.lines where line.stream == .error { print(line.text) }
/// ```
public struct OutputLines: AsyncSequence, Sendable {
    let recorder: OutputRecorder

    /// Goes through the lines of a job.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let recorder: OutputRecorder
        var index = 0

        /// The next line, as soon as there is one; `nil` once the job has ended.
        public mutating func next() async -> OutputLine? {
            defer { index += 1 }
            return await recorder.line(at: index)
        }
    }

    /// An iterator that begins with the first line.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(recorder: recorder)
    }
}
