internal import Multiprocessing

/// What is reported of a picture of a program: numbers that only grow, and numbers of the moment.
struct MetricReadings: Equatable {
    /// A name, and what tells apart several of that name.
    struct Key: Hashable {
        let label: String
        let dimensions: [Dimension]

        init(_ label: String, _ dimensions: Dimension...) {
            (self.label, self.dimensions) = (label, dimensions)
        }
    }

    struct Dimension: Hashable {
        let name: String
        let value: String
    }

    private(set) var totals: [Key: Int] = [:]
    private(set) var levels: [Key: Int] = [:]

    init(_ picture: JobPicture) {
        levels[Key("ranks")] = picture.ranks.count
        let lostCount = picture.rankCount - picture.ranks.count
        if lostCount > 0 { totals[Key("ranks_lost")] = lostCount }
        for rank in picture.ranks {
            let place = Dimension(name: "rank", value: "\(rank.rank)")
            note(rank.tally, place)
            levels[Key("processes", place)] = rank.processes.count - 1 + rank.omittedProcesses
            for service in rank.services { note(service, of: rank.rank) }
        }
    }

    private mutating func note(_ tally: HostTally, _ place: Dimension) {
        totals[Key("processes_started", place)] = tally.startedProcesses
        totals[Key("processes_ended", place)] = tally.endedProcesses
        totals[Key("processes_killed", place)] = tally.killedProcesses
        totals[Key("messages", place)] = tally.messages.count
        totals[Key("message_bytes", place)] = tally.messages.byteCount
        for (other, traffic) in tally.sent.enumerated() where traffic.count > 0 {
            let target = Dimension(name: "to", value: "\(other)")
            totals[Key("frames_sent", place, target)] = traffic.count
            totals[Key("bytes_sent", place, target)] = traffic.byteCount
        }
        // Of pools that are gone, whose workers may have been on any rank.
        for tasks in tally.tasks.values { note(tasks) }
    }

    private mutating func note(_ tasks: HostTally.Tasks) {
        totals[Key("tasks_done"), default: 0] += tasks.done
        totals[Key("tasks_failed"), default: 0] += tasks.failed
    }

    private mutating func note(_ service: ServicePicture, of rank: Int) {
        let name = "\(rank).\(service.number)"
        if let pool = service.pool {
            note(pool.tasks)
            let place = Dimension(name: "pool", value: name)
            levels[Key("pool_workers", place)] = pool.workers
            levels[Key("pool_workers_busy", place)] = pool.busyWorkers
            levels[Key("pool_tasks_waiting", place)] = pool.tasksWaiting
        } else if service.kind == "queue" {
            let place = Dimension(name: "queue", value: name)
            levels[Key("queue_depth", place)] = service.itemCount ?? 0
            levels[Key("queue_waiters", place)] = service.waiterCount
        }
    }
}
