internal import CProcessSupport
internal import Glibc
internal import MessageCoding

/// A running program of this machine that can be looked at.
package struct ObservableProgram: Equatable, Sendable {
    /// The user that it belongs to.
    package var user: UInt32
    /// The rank that answers.
    package var pid: Int32
    /// Which `withProcesses` of that program it is.
    package var epoch: UInt32

    package init(user: UInt32, pid: Int32, epoch: UInt32) {
        (self.user, self.pid, self.epoch) = (user, pid, epoch)
    }

    /// Those that run now, of all users.
    package static func all() -> [ObservableProgram] {
        let file = open("/proc/net/unix", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var text: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(file, &bytes, bytes.count)
            guard count > 0 else { break }
            text += bytes[..<count]
        }
        return programs(in: String(decoding: text, as: UTF8.self))
    }

    /// Those in a list of sockets as the system has it (`/proc/net/unix`).
    static func programs(in list: String) -> [ObservableProgram] {
        var found: [ObservableProgram] = []
        for line in list.split(separator: "\n") {
            // Connections to it have the same name.
            guard let name = line.split(separator: " ").last,
                name.hasPrefix("@" + ObserverProtocol.namePrefix)
            else { continue }
            let numbers = name.dropFirst(1 + ObserverProtocol.namePrefix.count).split(separator: "/")
            guard numbers.count == 3, let user = UInt32(numbers[0]), let pid = Int32(numbers[1]),
                let epoch = UInt32(numbers[2])
            else { continue }
            let program = ObservableProgram(user: user, pid: pid, epoch: epoch)
            if !found.contains(program) { found.append(program) }
        }
        return found.sorted { ($0.pid, $0.epoch) < ($1.pid, $1.epoch) }
    }
}

/// A connection to a running program, through which it can be looked at again and again.
package final class Observer {
    /// Why there is nothing to see.
    package struct Failure: Error, CustomStringConvertible, Equatable {
        package var description: String
    }

    private let descriptor: Int32
    private var input: [UInt8] = []

    /// Connects to a program.
    ///
    /// Throws when it belongs to another user, or has ended.
    package init(_ program: ObservableProgram, patience: Int = 5) throws(Failure) {
        guard program.user == geteuid() || geteuid() == 0 else {
            throw Failure(
                description:
                    "the program with pid \(program.pid) belongs to another user (number \(program.user))"
            )
        }
        let name = ObserverProtocol.name(user: program.user, pid: program.pid, epoch: program.epoch)
        descriptor = cps_connect_locally(name, Int32(patience))
        guard descriptor >= 0 else {
            let error = SystemError()
            throw Failure(
                description: error.number == ECONNREFUSED
                    ? "the program with pid \(program.pid) has ended, or is outside of withProcesses"
                    : "cannot reach the program with pid \(program.pid): \(error)"
            )
        }
        // Anybody can take a name that is free.
        var user = uid_t.max
        guard cps_peer_user(descriptor, &user) == 0, user == program.user || user == 0 else {
            throw Failure(
                description:
                    "what goes by the name of the program with pid \(program.pid) belongs to another user (number \(user))"
            )
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// What there is now; a rank that does not answer in time is missing.
    package func picture() throws(Failure) -> JobPicture {
        try say(ObserverProtocol.pictureWord)
        guard let head = try block(), head.count == 8 else {
            throw Failure(description: "the program does not answer: it is stopped, or has ended")
        }
        let numbers = head.withUnsafeBytes { bytes in
            (0..<2).map { UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)) }
        }
        guard numbers[0] == ObserverProtocol.version else {
            throw Failure(description: "the program was built with another version of swift-mpi")
        }
        var ranks: [RankPicture] = []
        while ranks.count < numbers[1], let body = try block() {
            do {
                ranks.append(try MessageDecoder().decode(RankPicture.self, from: body))
            } catch {
                throw Failure(
                    description: "the program was built with another version of swift-mpi (\(error))"
                )
            }
        }
        return JobPicture(rankCount: Int(numbers[1]), ranks: ranks)
    }

    private func say(_ word: UInt8) throws(Failure) {
        var word = word
        guard send(descriptor, &word, 1, Int32(MSG_NOSIGNAL)) == 1 else {
            throw Failure(description: "the program has ended")
        }
    }

    /// The next block; `nil` if it does not come in time.
    private func block() throws(Failure) -> [UInt8]? {
        while true {
            if input.count >= 4 {
                let length = input.withUnsafeBytes {
                    Int(UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)))
                }
                guard length <= ObserverProtocol.greatestBlockSize else {
                    throw Failure(description: "the program says something that is no answer")
                }
                if input.count >= 4 + length {
                    defer { input.removeFirst(4 + length) }
                    return Array(input[4..<4 + length])
                }
            }
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            guard count != 0 else { throw Failure(description: "the program has ended") }
            guard count > 0 else { return nil }
            input += bytes[..<count]
            try say(ObserverProtocol.moreWord)
        }
    }
}

extension JobPicture {
    /// What there is on all ranks of the calling program, as their Hosts say.
    package static func current() throws -> JobPicture {
        let requests = try requests()
        return try JobPicture(replies: requests.map { try $0.wait() })
    }

    /// See `current()`.
    package static func current() async throws -> JobPicture {
        var replies: [Frame] = []
        for request in try requests() { replies.append(try await request.value()) }
        return try JobPicture(replies: replies)
    }

    private static func requests() throws -> [PendingReply] {
        let endpoint = try Endpoint.required(for: "looking at the ranks")
        return try (0..<endpoint.rankCount).map { rank in
            try endpoint.request(endpoint.makeFrame(.picture, to: .host(ofRank: rank)))
        }
    }

    private init(replies: [Frame]) throws {
        let ranks = try replies.compactMap { reply -> RankPicture? in
            // Of a rank that is lost there is no picture.
            guard reply.code != Outcome.rankLost.rawValue else { return nil }
            try reply.checkOutcome(of: "looking at a rank")
            return try reply.withBody { try MessageDecoder().decode(RankPicture.self, from: $0) }
        }
        self.init(rankCount: replies.count, ranks: ranks)
    }
}
