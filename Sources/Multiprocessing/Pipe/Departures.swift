internal import Glibc
internal import MessageCoding
internal import Synchronization

/// The connections in something that is encoded to be sent, until it is known whether it leaves.
///
/// The end of a pipe counts as held while a connection to it is on its way. So what is not sent after all has to be given back,
/// or nobody would ever hear of the end of that stream.
struct Departures {
    private struct Entry {
        let number: Int
        let thread: pthread_t
        let reservation: ConnectionReservation
        let giveBack: @Sendable () -> Void
    }

    private var entries: [Entry] = []

    /// What is on its way, for a Host that sees to it if it does not arrive.
    var reservations: [ConnectionReservation] { entries.map(\.reservation) }

    /// They were not sent: whoever has the connections goes on holding the ends.
    func giveBack() { for entry in entries { entry.giveBack() } }

    // MARK: Noting

    private static let lastNumber = Atomic(0)
    private static let open = Mutex<[Entry]>([])

    /// Notes a connection that the calling thread has just encoded.
    static func note(_ reservation: ConnectionReservation, giveBack: @escaping @Sendable () -> Void) {
        open.withLock { open in
            let number = lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
            open.append(
                Entry(number: number, thread: pthread_self(), reservation: reservation, giveBack: giveBack)
            )
        }
    }

    /// Takes out what the calling thread has noted since the given number.
    private static func take(since number: Int) -> Departures {
        // Most of what is sent has no connections in it, and costs no more than this.
        guard lastNumber.load(ordering: .relaxed) != number else { return Departures() }
        return open.withLock { open in
            var departures = Departures()
            open.removeAll { entry in
                let isMine = entry.number > number && pthread_equal(entry.thread, pthread_self()) != 0
                if isMine { departures.entries.append(entry) }
                return isMine
            }
            return departures
        }
    }

    /// Calls what encodes something, and returns the connections in it; if it throws they are given back.
    static func during(_ encode: () throws -> Void) throws -> Departures {
        let number = lastNumber.load(ordering: .relaxed)
        do {
            try encode()
        } catch {
            take(since: number).giveBack()
            throw error
        }
        return take(since: number)
    }
}

extension MessageEncoder {
    /// Encodes what is to be sent behind the bytes that are there; if that fails, the connections in it stay.
    @discardableResult
    func encode(departing value: some Encodable, appendingTo bytes: inout [UInt8]) throws -> Departures {
        try Departures.during { try encode(value, appendingTo: &bytes) }
    }
}
