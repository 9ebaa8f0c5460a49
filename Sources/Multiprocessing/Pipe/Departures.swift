internal import Glibc
internal import MessageCoding
internal import Synchronization

/// The connections and the handles in something that is encoded to be sent, until it is known whether it leaves.
///
/// The end of a pipe counts as held while a connection to it is on its way, and a service while a handle travels in what a process or a
/// job is given. So what is not sent after all has to be given back, or nobody would ever hear of the end of that stream, and the
/// service would stay for ever.
struct Departures {
    private enum Passenger {
        case connection(ConnectionReservation)
        case service(ServicePassage)
    }

    private struct Entry {
        let number: Int
        let thread: pthread_t
        let passenger: Passenger
        let giveBack: @Sendable () -> Void
    }

    private var entries: [Entry] = []

    /// What is on its way, for a Host that sees to it if it does not arrive.
    var reservations: [ConnectionReservation] {
        entries.compactMap {
            if case .connection(let reservation) = $0.passenger { reservation } else { nil }
        }
    }

    /// The services that are held by it, for the one who sees to the end of what it is given to.
    var passages: [ServicePassage] {
        entries.compactMap { if case .service(let passage) = $0.passenger { passage } else { nil } }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// They were not sent: whoever has the connections goes on holding the ends, and nothing else holds the services.
    func giveBack() { for entry in entries { entry.giveBack() } }

    // MARK: Noting

    private struct Notes {
        var entries: [Entry] = []
        var sections: [Section] = []
    }

    /// What a thread encodes, from the beginning to the end of the call that says so.
    private struct Section {
        let thread: pthread_t
        let carriesServices: Bool
        /// Those that a passage was opened for.
        var services: Set<Address> = []
        var isMine: Bool { pthread_equal(thread, pthread_self()) != 0 }
    }

    private static let lastNumber = Atomic(0)
    /// How many sections are noted, of all threads.
    private static let sectionCount = Atomic(0)
    private static let notes = Mutex(Notes())

    /// Notes a connection that the calling thread has just encoded.
    static func note(_ reservation: ConnectionReservation, giveBack: @escaping @Sendable () -> Void) {
        note(.connection(reservation), giveBack)
    }

    /// Notes a handle that the calling thread is about to encode.
    static func note(_ passage: ServicePassage, giveBack: @escaping @Sendable () -> Void) {
        note(.service(passage), giveBack)
    }

    private static func note(_ passenger: Passenger, _ giveBack: @escaping @Sendable () -> Void) {
        notes.withLock { notes in
            let number = lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
            notes.entries.append(
                Entry(number: number, thread: pthread_self(), passenger: passenger, giveBack: giveBack)
            )
        }
    }

    /// How a handle travels that the calling thread encodes now.
    enum Carriage {
        /// In something that may be read at any time.
        case unknown
        /// In what a process or a job is given: as the first one to its service, or as another one.
        case first
        case further
    }

    /// Asks how a handle to that service travels; one that is the first is then noted.
    static func carriage(of service: Address) -> Carriage {
        guard sectionCount.load(ordering: .relaxed) != 0 else { return .unknown }
        return notes.withLock { notes in
            guard let index = notes.sections.lastIndex(where: \.isMine), notes.sections[index].carriesServices
            else { return .unknown }
            return notes.sections[index].services.insert(service).inserted ? .first : .further
        }
    }

    /// Takes out what the calling thread has noted since the given number.
    private static func take(since number: Int) -> Departures {
        // Most of what is sent has nothing of that kind in it, and costs no more than this.
        guard lastNumber.load(ordering: .relaxed) != number else { return Departures() }
        return notes.withLock { notes in
            var departures = Departures()
            notes.entries.removeAll { entry in
                let isMine = entry.number > number && pthread_equal(entry.thread, pthread_self()) != 0
                if isMine { departures.entries.append(entry) }
                return isMine
            }
            return departures
        }
    }

    /// Calls what encodes something, and returns what is in it; if it throws that is given back.
    ///
    /// With `carryingServices`, it is encoded for a process or a job, at whose end the passages that are returned are closed.
    static func during(carryingServices: Bool = false, _ encode: () throws -> Void) rethrows -> Departures {
        // Something else that is encoded meanwhile, as by the coding of a type of the user's, goes its own way.
        let isSection = carryingServices || sectionCount.load(ordering: .relaxed) != 0
        if isSection { enter(carryingServices) }
        defer { if isSection { leave() } }
        let number = lastNumber.load(ordering: .relaxed)
        do {
            try encode()
        } catch {
            take(since: number).giveBack()
            throw error
        }
        return take(since: number)
    }

    /// Calls what encodes a part of something: if it throws, what is in that part is given back.
    static func duringPart(_ encode: () throws -> Void) rethrows {
        let number = lastNumber.load(ordering: .relaxed)
        do {
            try encode()
        } catch {
            let departures = take(since: number)
            departures.giveBack()
            forget(departures.passages)
            throw error
        }
    }

    private static func enter(_ carriesServices: Bool) {
        sectionCount.wrappingAdd(1, ordering: .relaxed)
        notes.withLock { notes in
            notes.sections.append(Section(thread: pthread_self(), carriesServices: carriesServices))
        }
    }

    private static func leave() {
        notes.withLock { notes in
            if let index = notes.sections.lastIndex(where: \.isMine) { notes.sections.remove(at: index) }
        }
        sectionCount.wrappingSubtract(1, ordering: .relaxed)
    }

    /// The next handle to these services is a first one again.
    private static func forget(_ passages: [ServicePassage]) {
        guard !passages.isEmpty else { return }
        notes.withLock { notes in
            guard let index = notes.sections.lastIndex(where: \.isMine) else { return }
            for passage in passages { notes.sections[index].services.remove(passage.service) }
        }
    }
}

extension MessageEncoder {
    /// Encodes what is to be sent behind the bytes that are there; if that fails, the connections in it stay.
    @discardableResult
    func encode(departing value: some Encodable, appendingTo bytes: inout [UInt8]) throws -> Departures {
        try Departures.during { try encode(value, appendingTo: &bytes) }
    }

    /// Encodes what a process, or a job of a pool, is given.
    func encode(work: some Encodable, appendingTo bytes: inout [UInt8]) throws -> Departures {
        try Departures.during(carryingServices: true) { try encode(work, appendingTo: &bytes) }
    }
}
