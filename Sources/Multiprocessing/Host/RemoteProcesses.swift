/// What a Host knows of processes on other ranks that concern its own: enough to say what becomes of them when their rank is lost, which
/// can say nothing any more.
struct RemoteProcesses {
    /// A question to the Host of another rank that has not been answered.
    struct Question: Hashable {
        let source: Address
        let correlation: UInt64
    }

    private struct Asked {
        let operation: Operation
        let rank: Int32
        let argument: UInt64
        /// The process that is wanted, if one is.
        var order: ProcessOrder?
    }

    /// A process that was started from here.
    private struct Known {
        let order: ProcessOrder
        let pid: Int32
        /// How it ended, once it has.
        var status: ExitStatus?
        /// Whether the one that started it has ended, and will not ask how it ended.
        var isOrphan = false

        var orphaned: Known {
            var orphan = self
            orphan.isOrphan = true
            return orphan
        }
    }

    /// What follows from the loss of a rank, in the order in which it is to be done.
    struct Aftermath {
        /// The processes that have ended with it.
        var ends: [ProcessEnd] = []
        /// What travelled to them.
        var passengers: [ConnectionReservation] = []
        var passages: [ServicePassage] = []
        /// The pools that wait for a worker which was to be started there.
        var poolOrders: [ProcessOrder] = []
        /// Those that wait for an answer about a process, and how that ended.
        var joiners: [(question: Question, status: ExitStatus)] = []
        /// Those that wait for an answer that will not come.
        var askers: [Question] = []
    }

    private var asked: [Question: Asked] = [:]
    private var known: [Address: Known] = [:]
    /// Processes and main programs that have sent something here.
    private var visitors: Set<Address> = []
    private var lastTicket: UInt64 = 0

    // MARK: What goes out

    /// A process is to be started on another rank; `frame` is what that rank's Host is asked.
    ///
    /// A pool's order is no request: it is given a number by which the answer is known.
    mutating func notePlacement(_ frame: inout Frame, _ order: ProcessOrder) {
        if frame.kind == .notice {
            lastTicket += 1
            frame.correlation = lastTicket
        }
        let asker = frame.kind == .notice ? order.parent : frame.source
        asked[Question(source: asker, correlation: frame.correlation)] = Asked(
            operation: .startProcess,
            rank: frame.destination.rank,
            argument: 0,
            order: order
        )
    }

    /// Something is on its way to the Host of another rank.
    mutating func noteSending(_ frame: Frame) {
        guard let operation = Operation(rawValue: frame.code), operation != .startProcess else { return }
        if frame.kind == .request {
            asked[Question(source: frame.source, correlation: frame.correlation)] = Asked(
                operation: operation,
                rank: frame.destination.rank,
                argument: frame.argument
            )
        } else if operation == .forgetEnd, frame.kind == .notice {
            let serial = UInt32(truncatingIfNeeded: frame.argument)
            known[Address(rank: frame.destination.rank, serial: serial)] = nil
        }
    }

    // MARK: What comes in

    /// A frame has come from another rank.
    mutating func noteArrival(_ frame: Frame) {
        let source = frame.source
        if !source.isHost { visitors.insert(source) }
        switch frame.kind {
        case .reply where source.isHost: noteReply(frame)
        case .notice where frame.correlation != 0: noteWorker(frame)
        default: break
        }
    }

    private mutating func noteReply(_ frame: Frame) {
        let question = Question(source: frame.destination, correlation: frame.correlation)
        guard let answered = asked.removeValue(forKey: question), let order = answered.order,
            frame.code == Outcome.done.rawValue
        else { return }
        let serial = UInt32(truncatingIfNeeded: frame.argument >> 32)
        let pid = Int32(truncatingIfNeeded: frame.argument & 0xffff_ffff)
        known[Address(rank: frame.source.rank, serial: serial)] = Known(order: order, pid: pid)
    }

    /// A pool hears of a worker, or that there will be none.
    private mutating func noteWorker(_ frame: Frame) {
        guard
            frame.code == Operation.workerStarted.rawValue
                || frame.code == Operation.workerNotStarted.rawValue
        else { return }
        let question = Question(source: frame.destination, correlation: frame.correlation)
        // The number comes from a process perhaps, which may say anything.
        guard let answered = asked[question], answered.rank == frame.source.rank else { return }
        asked[question] = nil
        guard let order = answered.order, frame.code == Operation.workerStarted.rawValue else { return }
        known[frame.source] = Known(order: order, pid: 0)
    }

    /// A process has ended, here or on another rank.
    mutating func noteEnd(_ end: ProcessEnd) {
        visitors.remove(end.address)
        settle(end.address, end.status)
        for (address, process) in known where process.order.parent == end.address {
            known[address] = process.status == nil ? process.orphaned : nil
        }
    }

    /// Keeps how a process ended for those who may ask: nobody asks for workers of a pool, or for orphans.
    private mutating func settle(_ address: Address, _ status: ExitStatus) {
        guard let process = known[address] else { return }
        if process.order.maker == nil, !process.isOrphan {
            known[address]?.status = status
        } else {
            known[address] = nil
        }
    }

    // MARK: The loss of a rank

    /// What becomes of all that, and of the rank's main program.
    mutating func lose(_ loss: RankLoss) -> Aftermath {
        let rank = Int32(loss.rank)
        var aftermath = Aftermath()
        var ended = visitors.filter { $0.rank == rank }
        ended.insert(.main(ofRank: loss.rank))
        for (address, process) in known where address.rank == rank && process.status == nil {
            ended.insert(address)
            aftermath.passengers += process.order.passengers
            aftermath.passages += process.order.passages
        }
        for address in ended.sorted(by: { $0.serial < $1.serial }) {
            aftermath.ends.append(end(of: address, loss))
        }
        visitors.subtract(ended)
        for (question, what) in asked.sorted(by: { $0.key.correlation < $1.key.correlation })
        where what.rank == rank {
            asked[question] = nil
            if let order = what.order, order.maker != nil {
                aftermath.poolOrders.append(order)
            } else if what.operation == .joinProcess || what.operation == .processStatus {
                aftermath.joiners.append((question, status(of: rank, what.argument)))
            } else {
                aftermath.askers.append(question)
            }
        }
        for address in ended { settle(address, RankLoss.status) }
        return aftermath
    }

    private func end(of address: Address, _ loss: RankLoss) -> ProcessEnd {
        let process = known[address]
        return ProcessEnd(
            address: address,
            parent: process?.order.parent ?? .host(ofRank: loss.rank),
            name: process?.order.name ?? "a process",
            pid: process?.pid ?? 0,
            status: RankLoss.status,
            host: loss.host,
            result: process?.order.result,
            isRankLost: true
        )
    }

    /// How a process on a lost rank ended whose number is in the argument of a question.
    func status(of rank: Int32, _ argument: UInt64) -> ExitStatus {
        known[Address(rank: rank, serial: UInt32(truncatingIfNeeded: argument))]?.status ?? RankLoss.status
    }
}
