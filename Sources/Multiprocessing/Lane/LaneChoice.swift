/// Decides when it is worth it to give two processes a lane: when one has sent, and the other received, several messages in a row.
///
/// After a lane that has carried fewer messages than it took to get it, it takes twice as many; after another one, half as many.
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

    /// A lane was closed that has carried so many messages.
    mutating func noteEnd(messageCount: Int) {
        (sending, receiving) = (Run(), Run())
        threshold =
            messageCount < threshold
            ? min(2 * threshold, LaneChoice.lastThreshold) : max(threshold / 2, LaneChoice.firstThreshold)
    }
}
