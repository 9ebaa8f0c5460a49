import Testing

@testable import Multiprocessing
@testable import swift_mpi

@Suite("What swift-mpi top shows")
struct PictureTextTests {
    private func picture(time: UInt64, done: Int, processorTime: UInt64) -> JobPicture {
        var tally = HostTally(size: 2)
        tally.startedProcesses = 3
        tally.endedProcesses = 1
        tally.messages.add(100, count: 2)
        tally.noteSent(2048, toRank: 1)
        var rank = RankPicture(rank: 0, rankCount: 2, host: "node1", time: time, tally: tally)
        rank.processes = [
            ProcessPicture(
                address: "0.1",
                name: "MainProcess",
                pid: 10,
                state: "S",
                isDaemon: false,
                processorTime: 0,
                memory: 1 << 20
            ),
            ProcessPicture(
                address: "0.4",
                name: "worker",
                pid: 11,
                state: "R",
                isDaemon: true,
                processorTime: processorTime,
                memory: 2 << 20
            ),
        ]
        var queue = ServicePicture(number: 7)
        (queue.kind, queue.itemCount, queue.byteCount, queue.capacity) = ("queue", 3, 300, 8)
        queue.add([Address(rank: 0, serial: 4)], waitingTo: "put")
        var pool = ServicePicture(number: 9)
        (pool.kind, pool.name) = ("pool", "Pool")
        pool.pool = PoolPicture(
            workers: 2,
            busyWorkers: 1,
            jobs: 1,
            tasks: .init(done: done, failed: 1),
            tasksUnderWay: 4,
            tasksWaiting: 50
        )
        rank.services = [queue, pool]
        return JobPicture(rankCount: 2, ranks: [rank])
    }

    @Test func `a first picture shows what there is, and which rank has not answered`() {
        let text = PictureText(picture(time: 0, done: 10, processorTime: 1_500_000_000), since: nil).text
        #expect(
            text == """
                RANK  HOST   PROCESSES  STARTED  ENDED  KILLED  MESSAGES  BYTES
                   0  node1          1        3      1       0         2  100 B
                no answer: rank 1

                PROCESS  NAME             PID  S      CPU   MEMORY  SENT  RECEIVED  WAITS TO
                    0.1  MainProcess       10  S  0.000 s  1.0 MiB   0 B       0 B  \("")
                    0.4  worker (daemon)   11  R  1.500 s  2.0 MiB   0 B       0 B  put, queue 0.7

                SERVICE  KIND   ITEMS  OF  BYTES  WAITERS  STATE
                    0.7  queue      3   8  300 B        1  \("")

                POOL  NAME  WORKERS  BUSY  JOBS  DONE  FAILED  UNDER WAY  WAITING  TASKS/S  STATE
                 0.9  Pool        2     1     1    10       1          4       50           \("")

                LINK    FRAMES    BYTES
                0 -> 1       1  2.0 KiB

                """
        )
    }

    @Test func `the next one shows what was done in between`() {
        let first = picture(time: 0, done: 10, processorTime: 1_500_000_000)
        let second = picture(time: 2_000_000_000, done: 40, processorTime: 2_500_000_000)
        let text = PictureText(second, since: first).text
        #expect(text.contains("50.0%"))
        #expect(text.contains("15.0"))
    }

    @Test func `the program is found by any of its processes, or as the only one`() throws {
        // 1 is mpirun's parent: mpirun 5, rank 6, its fork server 7, a process of that 8; another program 20 of the user, and one of another.
        let parents: [Int32: Int32] = [5: 1, 6: 5, 7: 6, 8: 7, 20: 1, 30: 1]
        func choice(_ pids: [(Int32, UInt32)]) -> ProgramChoice {
            ProgramChoice(
                programs: pids.map { ObservableProgram(user: $0.1, pid: $0.0, epoch: 1) },
                user: 100
            ) { parents[$0] }
        }
        let one = choice([(6, 100), (30, 200)])
        #expect(try one.program(for: nil).pid == 6)
        for pid: Int32 in [5, 6, 7, 8] { #expect(try one.program(for: pid).pid == 6) }
        #expect(try one.program(for: 30).user == 200)
        #expect(throws: ProgramChoice.Failure.self) { try one.program(for: 20) }
        let two = choice([(6, 100), (20, 100)])
        #expect(
            throws: ProgramChoice.Failure(description: "several programs run; name one of them: 6, 20")
        ) { try two.program(for: nil) }
        #expect(throws: ProgramChoice.Failure.self) { try choice([(30, 200)]).program(for: nil) }
    }

    @Test func `the doors of programs are found among all sockets, each once`() {
        let list = """
            Num       RefCount Protocol Flags    Type St Inode Path
            0000000000000000: 00000002 00000000 00010000 0001 01 4200 @swift-mpi-top/0/77/2
            0000000000000000: 00000003 00000000 00000000 0001 03 4201 @swift-mpi-top/0/77/2
            0000000000000000: 00000002 00000000 00010000 0001 01 4202 @swift-mpi-top/1000/5/1
            0000000000000000: 00000002 00000000 00010000 0001 01 4203 @swift-mpi-top/x/5/1
            0000000000000000: 00000002 00000000 00010000 0001 01 4204 /run/swift-mpi-top/1/2/3
            0000000000000000: 00000002 00000000 00000000 0002 01 4205
            """
        #expect(
            ObservableProgram.programs(in: list) == [
                ObservableProgram(user: 1000, pid: 5, epoch: 1),
                ObservableProgram(user: 0, pid: 77, epoch: 2),
            ]
        )
    }
}
