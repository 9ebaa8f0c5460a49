internal import Glibc
internal import Synchronization

/// Makes the lanes of a Host: of which there are only so many at a time, since each takes a descriptor, and memory as it is used.
final class LaneSupply: Sendable {
    /// One of the places, until it is let go of.
    final class Place: Sendable {
        private let supply: LaneSupply
        fileprivate init(_ supply: LaneSupply) { self.supply = supply }
        deinit { supply.state.withLock { $0.count -= 1 } }
    }

    private struct State {
        var count = 0
        var lastNumber: UInt32 = 0
    }

    /// Most of the descriptors are for processes.
    static let maximumCount: Int = {
        var limit = rlimit()
        guard getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 16 }
        return Int(clamping: min(128, limit.rlim_cur / 8))
    }()
    private let state = Mutex(State())

    /// A new lane; `nil` when there are enough, or none can be had.
    func make() -> LaneMemory? {
        let number = state.withLock { state -> UInt32? in
            guard state.count < LaneSupply.maximumCount else { return nil }
            state.count += 1
            state.lastNumber = (state.lastNumber + 1) % LaneTicket.numberCount
            return state.lastNumber
        }
        guard let number else { return nil }
        guard let memory = try? LaneMemory(number: number, place: Place(self)), memory.ticket != nil else {
            return nil
        }
        return memory
    }
}
