/// What there is on the ranks of a running program, at one moment, or nearly so.
package struct JobPicture: Codable, Equatable, Sendable {
    /// How many ranks there are; those that have not answered are not among the following.
    package var rankCount: Int
    package var ranks: [RankPicture]

    package init(rankCount: Int, ranks: [RankPicture]) {
        self.rankCount = rankCount
        self.ranks = ranks.sorted { $0.rank < $1.rank }
    }

    /// What each process waits for, by its address: `queue 0.7: get`.
    ///
    /// The services of one rank know of waiting processes on others.
    package var waits: [String: String] {
        var waits: [String: String] = [:]
        for rank in ranks {
            for service in rank.services {
                for waiter in service.waiters {
                    let text = "\(waiter.purpose), \(service.kind) \(rank.rank).\(service.number)"
                    waits[waiter.process] = waits[waiter.process].map { $0 + " + " + text } ?? text
                }
            }
            for waiter in rank.joiners {
                let text = waiter.purpose
                waits[waiter.process] = waits[waiter.process].map { $0 + " + " + text } ?? text
            }
        }
        return waits
    }
}

/// What there is on a rank.
package struct RankPicture: Codable, Equatable, Sendable {
    package var rank: Int
    package var rankCount: Int
    package var host: String
    /// When it was made, in nanoseconds of the machine's own clock.
    package var time: UInt64
    /// The main program is the first.
    package var processes: [ProcessPicture] = []
    package var services: [ServicePicture] = []
    /// Those who wait for the end of a process of this rank.
    package var joiners: [WaiterPicture] = []
    /// How many further processes and services there are: a picture has the first of them.
    package var omittedProcesses = 0
    package var omittedServices = 0
    package var tally: HostTally

    /// How many processes or services a picture has at most.
    static let greatestCount = 500
}

/// A process that a rank hosts, or its main program.
package struct ProcessPicture: Codable, Equatable, Sendable {
    /// Its address: `1.5` is number 5 of rank 1.
    package var address: String
    package var name: String
    package var pid: Int32
    /// A letter, as ps(1) has it: `R` runs, `S` sleeps, `T` is stopped; `?` is not known.
    package var state: String
    package var isDaemon: Bool
    /// The time of processors that it has used, in nanoseconds.
    package var processorTime: UInt64
    /// In bytes.
    package var memory: Int
    /// What it has sent to its Host, and what it was sent.
    package var sent = HostTally.Traffic()
    package var received = HostTally.Traffic()
}

/// A queue, a pipe, a lock or the like.
package struct ServicePicture: Codable, Equatable, Sendable {
    package var number: UInt32
    package var kind = ""
    package var name = ""
    package var state = ""
    /// Items that wait, permits that are left, or processes that have arrived.
    package var itemCount: Int?
    package var byteCount: Int?
    package var capacity: Int?
    package var waiterCount = 0
    /// The first of those who wait.
    package var waiters: [WaiterPicture] = []
    package var pool: PoolPicture?

    static let greatestWaiterCount = 100

    package init(number: UInt32) { self.number = number }

    mutating func add(_ addresses: [Address], waitingTo purpose: String) {
        waiterCount += addresses.count
        let room = max(0, ServicePicture.greatestWaiterCount - waiters.count)
        waiters += addresses.prefix(room).map { WaiterPicture(process: "\($0)", purpose: purpose) }
    }
}

/// Somebody who waits.
package struct WaiterPicture: Codable, Equatable, Sendable {
    /// The address of a process or main program.
    package var process: String
    package var purpose: String
}

/// What a pool is at.
package struct PoolPicture: Codable, Equatable, Sendable {
    package var workers: Int
    package var busyWorkers: Int
    package var jobs: Int
    package var tasks: HostTally.Tasks
    /// Tasks that workers have been given, and those that nobody has been given.
    package var tasksUnderWay: Int
    package var tasksWaiting: Int
}

/// A service that can be shown to those who look at a running program.
protocol Portrayable {
    func portray(_ picture: inout ServicePicture)
}
