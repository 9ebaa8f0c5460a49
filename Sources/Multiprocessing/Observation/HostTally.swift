/// What a Host has counted since the beginning: plain numbers, each changed by whoever has the Host's helm.
package struct HostTally: Codable, Equatable, Sendable {
    /// How many messages, and how many bytes.
    package struct Traffic: Codable, Equatable, Sendable {
        package var count = 0
        package var byteCount = 0

        init() {}

        mutating func add(_ byteCount: Int, count: Int = 1) {
            self.count &+= count
            self.byteCount &+= byteCount
        }

        static func + (first: Traffic, second: Traffic) -> Traffic {
            var sum = first
            sum.add(second.byteCount, count: second.count)
            return sum
        }
    }

    /// How tasks of pools have ended.
    package struct Tasks: Codable, Equatable, Sendable {
        /// With a result.
        package var done = 0
        /// With an error, or because their worker was lost.
        package var failed = 0

        static func + (first: Tasks, second: Tasks) -> Tasks {
            Tasks(done: first.done + second.done, failed: first.failed + second.failed)
        }
    }

    package var startedProcesses = 0
    package var endedProcesses = 0
    /// How many of those were ended by a signal, whoever sent it.
    package var killedProcesses = 0
    /// The items and messages that were brought to the queues and pipes of this rank, and the bytes that they are encoded in.
    package var messages = Traffic()
    /// What this Host has sent to each rank, and received from it.
    package var sent: [Traffic]
    package var received: [Traffic]
    /// The tasks of pools of this rank that are gone, by the rank that did them.
    package var tasks: [Int: Tasks] = [:]
    /// For how many nanoseconds threads of processes that have ended waited; counted only if a summary or a trace is wanted.
    package var waited: UInt64 = 0
    /// The most memory that a process had which has ended, in KiB.
    package var peakMemory = 0

    init(size: Int) {
        sent = Array(repeating: Traffic(), count: size)
        received = sent
    }

    /// A frame leaves for another rank.
    mutating func noteSent(_ byteCount: Int, toRank rank: Int) {
        if sent.indices.contains(rank) { sent[rank].add(byteCount) }
    }

    /// One has come.
    mutating func noteReceived(_ byteCount: Int, fromRank rank: Int) {
        if received.indices.contains(rank) { received[rank].add(byteCount) }
    }

    /// A service of this rank is asked for something.
    mutating func note(_ operation: Operation, _ frame: borrowing Frame) {
        switch operation {
        case .put, .pipeSend: messages.add(frame.bodySize)
        case .putBatch:
            let (count, byteCount) = frame.withBody { body in
                let items = ItemBatch.ranges(in: body) ?? []
                return (items.count, items.reduce(0) { $0 + $1.count })
            }
            messages.add(byteCount, count: count)
        default: break
        }
    }

    /// A process has ended.
    mutating func noteEnd(_ status: ExitStatus, peakMemory: Int, waited: UInt64) {
        endedProcesses += 1
        if case .signalled = status { killedProcesses += 1 }
        self.peakMemory = max(self.peakMemory, peakMemory)
        self.waited &+= waited
    }

    /// A pool is gone, or is asked what it has done so far.
    mutating func add(_ tasks: [Int: Tasks]) { self.tasks.merge(tasks) { $0 + $1 } }
}
