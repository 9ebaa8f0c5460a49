import Testing

@testable import Multiprocessing

@Suite("RemoteProcesses")
struct RemoteProcessesTests {
    private let main = Address.main(ofRank: 0)
    private let pool = Address(rank: 0, serial: 9)
    private let loss = RankLoss(rank: 2, host: "n2", reason: "its process has ended")

    private func order(_ name: String, parent: Address, maker: Address? = nil, result: Address? = nil)
        -> ProcessOrder
    {
        ProcessOrder(
            name: name,
            identity: [1],
            isDaemon: false,
            startMethod: .forkServer,
            parent: parent,
            parentName: "main",
            parentPid: 1,
            mainRank: 0,
            passengers: [ConnectionReservation(pipe: pool, end: 1, token: 4)],
            passages: [ServicePassage(service: pool, token: 5)],
            result: result,
            maker: maker
        )
    }

    private func frame(
        _ kind: Frame.Kind,
        _ code: UInt16,
        from source: Address,
        to destination: Address,
        correlation: UInt64 = 0,
        argument: UInt64 = 0
    ) -> Frame {
        Frame(kind, code: code, from: source, to: destination, correlation: correlation, argument: argument)
    }

    private func host(_ rank: Int) -> Address { .host(ofRank: rank) }

    /// Has a process started on a rank by the main program; returns its address.
    private func start(_ remote: inout RemoteProcesses, serial: UInt32, rank: Int = 2, _ order: ProcessOrder)
        -> Address
    {
        let code = Operation.startProcess.rawValue
        var request = frame(.request, code, from: main, to: host(rank), correlation: UInt64(serial))
        remote.notePlacement(&request, order)
        remote.noteArrival(
            frame(
                .reply,
                Outcome.done.rawValue,
                from: host(rank),
                to: main,
                correlation: UInt64(serial),
                argument: UInt64(serial) << 32 | 77
            )
        )
        return Address(rank: Int32(rank), serial: serial)
    }

    private func end(_ address: Address, _ status: Multiprocessing.ExitStatus, parent: Address) -> ProcessEnd
    {
        ProcessEnd(address: address, parent: parent, name: "x", pid: 1, status: status, host: "n2")
    }

    @Test("a process that was started there has ended with its rank, with all that is known of it")
    func ended() throws {
        var remote = RemoteProcesses()
        let result = Address(rank: 0, serial: 12)
        let address = start(&remote, serial: 5, order("worker", parent: main, result: result))
        _ = start(&remote, serial: 5, rank: 1, order("elsewhere", parent: main))
        let aftermath = remote.lose(loss)
        #expect(aftermath.ends.map(\.address) == [.main(ofRank: 2), address])
        let end = try #require(aftermath.ends.last)
        #expect(end.name == "worker" && end.pid == 77 && end.parent == main && end.result == result)
        #expect(end.status == .signalled(9) && end.host == "n2" && end.isRankLost)
        #expect(aftermath.passengers.map(\.token) == [4] && aftermath.passages.map(\.token) == [5])
        #expect(remote.status(of: 2, 5) == .signalled(9))
        // And that once.
        #expect(remote.lose(loss).ends.map(\.address) == [.main(ofRank: 2)])
    }

    @Test("how a process ended before its rank was lost is still known, until nobody will ask")
    func endedBefore() {
        var remote = RemoteProcesses()
        let address = start(&remote, serial: 5, order("worker", parent: main))
        remote.noteEnd(end(address, .exited(3), parent: main))
        let aftermath = remote.lose(loss)
        #expect(aftermath.ends.map(\.address) == [.main(ofRank: 2)] && aftermath.passages.isEmpty)
        #expect(remote.status(of: 2, 5) == .exited(3))
        remote.noteSending(
            frame(.notice, Operation.forgetEnd.rawValue, from: main, to: host(2), argument: 5)
        )
        #expect(remote.status(of: 2, 5) == .signalled(9))
    }

    @Test("whoever has sent something from there has ended, and one that has ended before has not")
    func visitors() {
        var remote = RemoteProcesses()
        for serial in [7, 8] as [UInt32] {
            for rank in [1, 2] as [Int32] {
                let visitor = Address(rank: rank, serial: serial)
                remote.noteArrival(frame(.request, Operation.get.rawValue, from: visitor, to: pool))
            }
        }
        remote.noteEnd(end(Address(rank: 2, serial: 8), .exited(0), parent: main))
        #expect(remote.lose(loss).ends.map(\.address.serial) == [1, 7])
    }

    @Test("who waits for a process there is answered, who waits for anything else is told why not")
    func questions() {
        var remote = RemoteProcesses()
        func ask(_ operation: Multiprocessing.Operation, _ correlation: UInt64, rank: Int = 2) {
            remote.noteSending(
                frame(
                    .request,
                    operation.rawValue,
                    from: main,
                    to: host(rank),
                    correlation: correlation,
                    argument: 5
                )
            )
        }
        ask(.joinProcess, 1)
        ask(.processStatus, 2)
        ask(.jobProcessorCount, 3)
        ask(.joinProcess, 4, rank: 1)
        ask(.joinProcess, 5)
        remote.noteArrival(
            frame(.reply, Outcome.timedOut.rawValue, from: host(2), to: main, correlation: 5)
        )
        var starting = frame(
            .request,
            Operation.startProcess.rawValue,
            from: main,
            to: host(2),
            correlation: 6
        )
        remote.notePlacement(&starting, order("late", parent: main))
        let aftermath = remote.lose(loss)
        #expect(aftermath.joiners.map(\.question.correlation) == [1, 2])
        #expect(aftermath.joiners.allSatisfy { $0.status == .signalled(9) })
        #expect(aftermath.askers.map(\.correlation) == [3, 6])
    }

    @Test("a pool hears of a worker that was to be started there, and its end if it was")
    func workers() throws {
        var remote = RemoteProcesses()
        var tickets: [UInt64] = []
        for number in 1...3 {
            var notice = frame(.notice, Operation.startProcess.rawValue, from: pool, to: host(2))
            remote.notePlacement(&notice, order("worker-\(number)", parent: pool, maker: main))
            tickets.append(notice.correlation)
        }
        #expect(Set(tickets).count == 3)
        let worker = Address(rank: 2, serial: 30)
        func tell(_ operation: Multiprocessing.Operation, from source: Address, _ ticket: UInt64) {
            remote.noteArrival(
                frame(.notice, operation.rawValue, from: source, to: pool, correlation: ticket)
            )
        }
        // A process of another rank cannot know.
        tell(.workerStarted, from: Address(rank: 1, serial: 30), tickets[0])
        tell(.workerStarted, from: worker, tickets[0])
        tell(.workerNotStarted, from: host(2), tickets[1])
        let aftermath = remote.lose(loss)
        #expect(aftermath.poolOrders.map(\.name) == ["worker-3"])
        let end = try #require(aftermath.ends.last)
        #expect(end.address == worker && end.name == "worker-1" && end.parent == pool)
    }
}
