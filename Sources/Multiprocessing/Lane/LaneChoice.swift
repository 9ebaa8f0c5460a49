/// Decides when it is worth it to give two processes a lane: when one has sent, and the other received, several messages in a row.
///
/// Each time that a lane was of no use any more because another process wanted something, it takes twice as many messages.
struct LaneChoice {
    /// Messages in a row that one process has sent, or asked for.
    private struct Run {
        var address: Address?
        var count = 0

        mutating func note(_ address: Address, _ isAble: Bool) {
            guard isAble else {
                self = Run()
                return
            }
            if self.address == address { count += 1 } else { self = Run(address: address, count: 1) }
        }
    }

    private static let firstThreshold = 4
    private static let lastThreshold = 1 << 16

    private var sending = Run()
    private var receiving = Run()
    private var threshold = firstThreshold

    mutating func noteSend(by address: Address, isAble: Bool) { sending.note(address, isAble) }
    mutating func noteReceive(by address: Address, isAble: Bool) { receiving.note(address, isAble) }
    /// A process was brought something that it had not asked for.
    mutating func noteDelivery(to address: Address) {
        if receiving.address == address { receiving.count += 1 }
    }

    /// Who should have a lane.
    var pair: (sender: Address, receiver: Address)? {
        guard let sender = sending.address, let receiver = receiving.address,
            sending.count >= threshold, receiving.count >= threshold
        else { return nil }
        return (sender, receiver)
    }

    /// A lane was closed.
    mutating func noteEnd() {
        (sending, receiving) = (Run(), Run())
        threshold = min(2 * threshold, LaneChoice.lastThreshold)
    }
}
