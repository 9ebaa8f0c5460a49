/// Tells the others between two `withProcesses` that this rank is there, for those that have begun the next one and wait for it.
///
/// Within one the Hosts do that. It is needed only where ranks are on several nodes; the end of a rank on the same one is noticed without.
final class Pulse {
    private let isStopping = Monitor(false)
    private let thread: NativeThread
    /// Frames of those that have begun the next one; the thread's until it has ended.
    private let early: Early

    private final class Early { var frames: [Frame] = [] }

    /// Begins; the transport belongs to it until it is stopped.
    init(_ transport: MPITransport, ownRank: Int, peers: [Int], interval: Duration) throws {
        let (isStopping, early) = (isStopping, Early())
        self.early = early
        let handedOver = HandedOver((transport, early))
        thread = try NativeThread(name: "mpi-pulse") {
            let (transport, early) = handedOver.value
            repeat {
                // If MPI is at its end, so is this; who waits for this rank finds out by its silence.
                do {
                    while let frame = try transport.receive() {
                        if frame.code != Operation.pulse.rawValue { early.frames.append(frame) }
                    }
                    for rank in peers {
                        try transport.send(Pulse.frame(from: ownRank, to: rank), toRank: rank)
                    }
                } catch let error where !(error is FrameError) {
                    return
                } catch {}
            } while (isStopping.wait(until: .now + interval) { $0 ? true : nil }) == nil
            // What has begun to come is not left half-way.
            let limit = ContinuousClock.now + .seconds(1)
            while transport.isBusy, ContinuousClock.now < limit {
                if let frame = try? transport.receive(), frame.code != Operation.pulse.rawValue {
                    early.frames.append(frame)
                }
            }
        }
    }

    /// A word that means nothing else; it belongs to no `withProcesses`.
    static func frame(from ownRank: Int, to rank: Int) -> Frame {
        var frame = Frame(
            .notice,
            code: Operation.pulse.rawValue,
            from: .host(ofRank: ownRank),
            to: .host(ofRank: rank)
        )
        frame.seal()
        return frame
    }

    /// Stops, and hands over what has come for the next `withProcesses`.
    func stop() -> [Frame] {
        isStopping.withLock { $0 = true }
        isStopping.wakeAll()
        thread.join()
        return early.frames
    }
}
