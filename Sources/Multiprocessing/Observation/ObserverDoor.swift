internal import CProcessSupport
internal import Glibc

/// Where other programs of the same user ask to look at this one: a socket with a name that only tells which program it is.
///
/// Nothing happens here until somebody comes. What a visitor does not take is kept until it asks for more, so the Host never waits.
final class ObserverDoor {
    /// What a visitor has said.
    enum Word: Equatable {
        case nothing
        case leaves
        /// Everything there is to see, as far as it is known by that number.
        case wantsPicture(UInt64)
    }

    private struct Visitor {
        let number: UInt64
        /// What has not been taken yet.
        var unsent: [UInt8] = []
    }

    let descriptor: Int32
    private var visitors: [Int32: Visitor] = [:]
    private var lastNumber: UInt64 = 0

    /// More than these at a time are turned away.
    static let greatestVisitorCount = 16

    /// `nil` if there can be none: then nobody can look, and nothing else is wrong.
    init?(epoch: UInt32) {
        let name = ObserverProtocol.name(user: geteuid(), pid: getpid(), epoch: epoch)
        descriptor = cps_listen_locally(name)
        guard descriptor >= 0 else { return nil }
    }

    deinit {
        close(descriptor)
        for visitor in visitors.keys { close(visitor) }
    }

    func hasDescriptor(_ descriptor: Int32) -> Bool {
        descriptor == self.descriptor || visitors[descriptor] != nil
    }

    /// Lets those in that are of the same user, or the administrator, and returns their descriptors.
    func admit() -> [Int32] {
        var admitted: [Int32] = []
        while true {
            let visitor = accept(descriptor, nil, nil)
            guard visitor >= 0 else { return admitted }
            cps_set_close_on_exec(visitor, 1)
            var user = uid_t.max
            guard cps_peer_user(visitor, &user) == 0, user == geteuid() || user == 0,
                visitors.count < ObserverDoor.greatestVisitorCount
            else {
                close(visitor)
                continue
            }
            lastNumber += 1
            visitors[visitor] = Visitor(number: lastNumber)
            admitted.append(visitor)
        }
    }

    /// Takes in what a visitor says.
    func hear(_ descriptor: Int32) -> Word {
        guard let visitor = visitors[descriptor] else { return .nothing }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        guard count > 0 else { return count < 0 && errno == EAGAIN ? .nothing : .leaves }
        if bytes[..<count].contains(ObserverProtocol.pictureWord) {
            // One that asks without reading is not to fill the memory.
            return visitor.unsent.isEmpty ? .wantsPicture(visitor.number) : .leaves
        }
        flush(descriptor)
        return .nothing
    }

    /// Gives a visitor something, if it is still there.
    func say(_ bytes: [UInt8], to number: UInt64) {
        guard let descriptor = visitors.first(where: { $0.value.number == number })?.key else { return }
        visitors[descriptor]?.unsent += bytes
        flush(descriptor)
    }

    private func flush(_ descriptor: Int32) {
        guard let unsent = visitors[descriptor]?.unsent, !unsent.isEmpty else { return }
        let count = send(descriptor, unsent, unsent.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        if count > 0 { visitors[descriptor]?.unsent.removeFirst(count) }
    }

    func dismiss(_ descriptor: Int32) {
        if visitors.removeValue(forKey: descriptor) != nil { close(descriptor) }
    }
}

/// What a door and its visitors say to each other.
///
/// The visitor says a word of one byte; the answers are blocks, each with its length, four bytes little-endian, before it: a
/// version and the number of ranks, then what there is on each rank, in any order, as it comes.
enum ObserverProtocol {
    static let version: UInt32 = 1
    /// Asks for everything.
    static let pictureWord = UInt8(ascii: "p")
    /// Asks for what there was no room for.
    static let moreWord = UInt8(ascii: "m")
    static let namePrefix = "swift-mpi-top/"
    /// A block above this is not believed.
    static let greatestBlockSize = 1 << 26

    static func name(user: uid_t, pid: Int32, epoch: UInt32) -> String {
        "\(namePrefix)\(user)/\(pid)/\(epoch)"
    }

    static func message(_ body: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(body.count).littleEndian) { Array($0) } + body
    }

    static func announcement(rankCount: Int) -> [UInt8] {
        message(
            [version, UInt32(clamping: rankCount)].flatMap { number in
                withUnsafeBytes(of: number.littleEndian) { Array($0) }
            }
        )
    }
}
