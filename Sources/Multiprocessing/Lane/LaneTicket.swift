/// By what a process finds the memory of a lane: the descriptor that its Host has of it, and the lane's number, since the Host may use the
/// descriptor for something else one day.
///
/// Layout: descriptor 20 · process id 22 · number 22 (from the lowest bit up); 0 stands for none.
struct LaneTicket: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt64

    init?(rawValue: UInt64) {
        guard rawValue != 0 else { return nil }
        self.rawValue = rawValue
    }

    /// A ticket, unless one of the numbers is too large for it.
    init?(pid: Int32, descriptor: Int32, number: UInt32) {
        guard 1..<1 << 22 ~= pid, 0..<1 << 20 ~= descriptor, number < LaneTicket.numberCount else {
            return nil
        }
        rawValue = UInt64(descriptor) | UInt64(pid) << 20 | UInt64(number) << 42
    }

    static let numberCount: UInt32 = 1 << 22

    var descriptor: Int32 { Int32(rawValue & (1 << 20 - 1)) }
    var pid: Int32 { Int32(rawValue >> 20 & (1 << 22 - 1)) }
    var number: UInt32 { UInt32(rawValue >> 42) }
}
