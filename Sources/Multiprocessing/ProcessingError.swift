internal import Glibc

/// What went wrong with a process, a queue, a pipe or a pool.
///
/// Compare `kind` to tell the cases apart; `message` says in words what happened and what to do about it.
public struct ProcessingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of errors.
    ///
    /// More may be added.
    public struct Kind: RawRepresentable, Hashable, Sendable {
        /// The kind's name.
        public let rawValue: String
        /// A kind by its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The time was up.
        ///
        /// As `TimeoutError` in Python.
        public static let timedOut = Kind(rawValue: "timedOut")
        /// There was no item to be had at once, or in time.
        ///
        /// As `queue.Empty` in Python.
        public static let empty = Kind(rawValue: "empty")
        /// There was no room for an item at once, or in time.
        ///
        /// As `queue.Full` in Python.
        public static let full = Kind(rawValue: "full")
        /// The queue, pipe or pool was closed.
        ///
        /// As Python's `ValueError` and `OSError` for these.
        public static let closed = Kind(rawValue: "closed")
        /// The far end of a pipe is gone, and everything it sent has been received.
        ///
        /// As `EOFError` in Python.
        public static let endOfStream = Kind(rawValue: "endOfStream")
        /// The message is longer than what the receiver takes.
        ///
        /// As `BufferTooShort` in Python, which hands the message over in the error, and `OSError`, which loses it.
        public static let tooLong = Kind(rawValue: "tooLong")
        /// The pool was terminated before the task had ended.
        public static let terminated = Kind(rawValue: "terminated")
        /// The pool cannot keep workers alive.
        public static let brokenPool = Kind(rawValue: "brokenPool")
        /// The barrier was broken: a party gave up, ended, or its action failed, or the barrier was aborted or reset.
        ///
        /// As `BrokenBarrierError` in Python.
        public static let brokenBarrier = Kind(rawValue: "brokenBarrier")
        /// The call makes no sense in this state, as when a process is started twice, or joined before it was started.
        public static let misuse = Kind(rawValue: "misuse")
        /// There is no `withProcesses` around the call, or it has ended.
        public static let noScope = Kind(rawValue: "noScope")
        /// A value or a function cannot be encoded or decoded.
        public static let coding = Kind(rawValue: "coding")
        /// The operating system gave no process, thread, memory or descriptor.
        public static let resources = Kind(rawValue: "resources")
        /// The ranks run different programs.
        public static let differentProgram = Kind(rawValue: "differentProgram")
        /// The rank, queue, pipe or pool does not exist.
        public static let notFound = Kind(rawValue: "notFound")
        /// There is no such index.
        ///
        /// As `IndexError` in Python.
        public static let outOfRange = Kind(rawValue: "outOfRange")
        /// One end of a connection could not prove to the other that it knows the key.
        ///
        /// As `multiprocessing.AuthenticationError` in Python.
        public static let authentication = Kind(rawValue: "authentication")
        /// A rank is lost, and with it the queue, pipe or pool, or the process, that it was to have to do with.
        public static let rankLost = Kind(rawValue: "rankLost")
        /// The conversation between the processes broke.
        public static let transport = Kind(rawValue: "transport")
    }

    /// Which kind of error it is.
    public let kind: Kind
    /// What happened, and the way out.
    public let message: String

    /// An error of a kind, with its text.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The message.
    public var description: String { message }
}

/// An error number of the operating system, as text.
struct SystemError: CustomStringConvertible {
    let number: Int32

    /// The given error number, or the calling thread's last one.
    init(_ number: Int32 = errno) { self.number = number }

    var description: String {
        var text = [CChar](repeating: 0, count: 256)
        // The variant of the GNU library may return a text elsewhere; strerror is fine for messages.
        guard let message = strerror(number) else { return "error \(number)" }
        strncpy(&text, message, text.count - 1)
        return
            "\(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)) (errno \(number))"
    }
}
