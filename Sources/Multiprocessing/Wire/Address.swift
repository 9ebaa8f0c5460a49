/// Where a frame goes to or comes from: the rank whose Host knows the place, and its number there.
///
/// Everything that takes part in the conversation has one: a Host, the main program of a rank, each process, and
/// each service (a queue, a pipe, a pool).
struct Address: Hashable, Codable, Sendable, CustomStringConvertible {
    var rank: Int32
    var serial: UInt32

    /// The Host of a rank.
    static func host(ofRank rank: Int) -> Address { Address(rank: Int32(rank), serial: 0) }
    /// The main program of a rank.
    static func main(ofRank rank: Int) -> Address { Address(rank: Int32(rank), serial: 1) }
    /// The first number that a Host gives to processes and services.
    static let firstFreeSerial: UInt32 = 2

    var isHost: Bool { serial == 0 }
    var isMainProgram: Bool { serial == 1 }
    var description: String { "\(rank).\(serial)" }
}
