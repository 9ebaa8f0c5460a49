internal import CProcessSupport
internal import Glibc

/// The link between a process and the Host of its rank, as the process has it: frames go through shared memory; a byte
/// through the socket wakes the side that sleeps, and the end of the socket tells that the Host is gone.
final class HostLink: Outlet, Inlet {
    private let socket: Int32
    private let writing: Monitor<RingWriter>
    private let reading: Monitor<FrameReader>
    // Keeps the memory of both rings.
    private let mapping: HandedOver<SharedMapping>

    init(socket: Int32, memory: LinkMemory) {
        self.socket = socket
        writing = Monitor(RingWriter(memory.toHost))
        reading = Monitor(FrameReader(memory.toProcess))
        mapping = HandedOver(memory.mapping)
    }

    func send(_ frame: consuming Frame) throws(ProcessingError) {
        let bytes = frame.bytes
        try writing.withLock { (ring) throws(ProcessingError) in
            var written = 0
            var nap: UInt32 = 10
            while true {
                written += bytes.withUnsafeBytes { memory in
                    ring.write(UnsafeRawBufferPointer(rebasing: memory[written...]))
                }
                if ring.mustWakeReader() { wakeHost() }
                guard written < bytes.count else { return }
                // A full ring means that the Host is at work, so there is room soon; only a Host that was stopped takes long.
                guard !hostIsGone() else {
                    throw ProcessingError(.transport, "the Host of this process is gone")
                }
                usleep(nap)
                nap = min(2 * nap, 1000)
            }
        }
    }

    func read(until deadline: ContinuousClock.Instant?, _ deliver: (Frame) -> Void) throws(ProcessingError)
        -> InletOutcome
    {
        try read(until: deadline, afterSpinning: true, deliver)
    }

    /// Waits for something that is not expected at once.
    func readAfterSleeping(_ deliver: (Frame) -> Void) throws(ProcessingError) -> InletOutcome {
        try read(until: nil, afterSpinning: false, deliver)
    }

    private func read(
        until deadline: ContinuousClock.Instant?,
        afterSpinning isExpected: Bool,
        _ deliver: (Frame) -> Void
    ) throws(ProcessingError) -> InletOutcome {
        do {
            return try reading.withLock { (reader) throws(FrameError) in
                if isExpected {
                    var wait = SpinWait()
                    while !reader.hasInput, wait.goOn() {}
                }
                if !reader.hasInput {
                    reader.askForInput()
                    let isConnected = reader.hasInput || sleepUntilWoken(or: deadline)
                    reader.withdrawAsking()
                    guard reader.hasInput else { return isConnected ? .goOn : .ended }
                }
                try reader.look()
                while let frame = try reader.next() { deliver(frame) }
                if reader.mustWakeWriter() { wakeHost() }
                return .goOn
            }
        } catch {
            throw ProcessingError(.transport, "the Host of this process sent \(error)")
        }
    }

    func look(while isPromising: () -> Bool, _ deliver: (Frame) -> Void) throws(ProcessingError) {
        do {
            try reading.withLock { (reader) throws(FrameError) in
                var wait = SpinWait()
                while isPromising(), wait.goOn() {
                    guard reader.hasInput else { continue }
                    try reader.look()
                    while let frame = try reader.next() { deliver(frame) }
                    if reader.mustWakeWriter() { wakeHost() }
                }
            }
        } catch {
            throw ProcessingError(.transport, "the Host of this process sent \(error)")
        }
    }

    private func wakeHost() {
        var byte: UInt8 = 0
        // If the Host cannot be told, it has been told often enough, or is gone.
        Glibc.send(socket, &byte, 1, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }

    /// Sleeps until the Host wakes this process, or the deadline has passed; false when the Host is gone.
    private func sleepUntilWoken(or deadline: ContinuousClock.Instant?) -> Bool {
        let limit = deadline?.nanoseconds(since: .now) ?? -1
        guard cps_wait(socket, Int16(POLLIN), limit) > 0 else { return true }
        var bytes = (UInt64(0), UInt64(0))
        return recv(socket, &bytes, MemoryLayout.size(ofValue: bytes), Int32(MSG_DONTWAIT)) != 0
    }

    private func hostIsGone() -> Bool {
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
    }
}
