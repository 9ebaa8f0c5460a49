/// Where what a process prints is shown.
enum OutputRoute: Equatable, Sendable {
    /// The process prints by itself.
    case direct
    /// Its Host passes it on, and it is shown on that rank.
    case shown(onRank: Int32)

    /// Whether what the process sends may pass its Host, which is on that rank, on the way to another process, and still arrive after what it has printed
    /// before.
    ///
    /// A process knows when its output is shown on its own rank, or has been sent to another one. If it was sent, the receiver's output has to go there too,
    /// and comes behind it: a receiver that prints elsewhere would be quicker.
    func mayPass(hostOnRank rank: Int32, to receiver: OutputRoute) -> Bool {
        guard case .shown(let place) = self, place != rank else { return true }
        return receiver == self
    }
}
