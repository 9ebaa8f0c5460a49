/// What a ``Request`` stands for.
///
/// There are four: ``LibraryOperation``, which the library moves along by itself; ``ReceiveOperation``, which looks for its message
/// first, since it may have any length; ``LaneOperation``, which a thread does step by step; and that of a ``GeneralizedRequest``, which the program does.
@usableFromInline
protocol RequestOperation: PendingOperation {
    /// What it is, for people: “a send”.
    var title: StaticString { get }

    /// Lets the library wait for it, if the library has it all; it may return before it has ended.
    func block()

    /// What came of it.
    ///
    /// To be asked for when it has ended.
    func completion() throws(MPIError) -> Completion

    /// Gives it up if other ranks do not count on it, and nothing has come of it yet; otherwise nothing happens.
    func withdraw()

    /// Ends the waiting for it because the time is up, as if it had been dropped.
    ///
    /// - Returns: Whether that came off. A receive whose message has been found ends by itself, and soon: the message would be lost.
    func expire() -> Bool

    /// Gives it up if it has not ended, and says whether that came off.
    func cancel() throws(MPIError) -> Bool

    /// Lets it go: gives it up, or has it go on without anybody who waits for it.
    func abandon()

    /// Whether it was given up or let go before it had ended.
    var isAbandoned: Bool { get }
}

extension RequestOperation {
    @usableFromInline
    func expire() -> Bool {
        abandon()
        return true
    }
}

/// What an operation has left behind when it is complete.
@usableFromInline
struct Completion: Sendable {
    /// Who sent what; empty if nobody in particular did.
    let status: Status

    /// The memory that was received into, or sent from.
    let memory: RequestMemory?

    /// What a small message was received into, which is there as long as the operation.
    var landing: GuardedMemory? = nil

    /// The bytes of the message that was received.
    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: memory?.address, count: status.byteCount)
    }

    /// The bytes of a small message, which are whole elements of a buffer.
    @usableFromInline
    func smallMessage(elementLength: Int) throws(MPIError) -> UnsafeRawBufferPointer {
        try landing?.message(status, elementLength: elementLength) ?? bytes
    }

    /// All of the memory as the elements of the array that it is.
    func elements<Element: BufferElement>(of type: Element.Type) -> [Element] {
        guard let memory = memory as? ArrayRequestMemory<Element> else { return [] }
        return memory.elements(byteCount: memory.byteCount)
    }
}
