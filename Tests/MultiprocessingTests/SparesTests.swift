import RankChecks
import RankLaunching
import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Processes that are started in advance.
@Suite("Processes in advance")
struct SparesTests {
    @Test(
        "processes started one after another are each a child of the server with a name, a pid and a status of its own",
        arguments: [nil, 3]
    )
    func sequence(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let reports = try Queue<[Int]>()
                let rank = Process.current.rankCount - 1
                var (pids, parents) = (Set<Int>(), Set<Int>())
                for number in 0..<20 {
                    let process = Process(name: "number \(number)", on: rank) {
                        #expect(Process.current.name == "number \(number)")
                        try reports.put([number, Int(getpid()), Int(getppid())])
                        exit(Int32(number))
                    }
                    try process.start()
                    let report = try reports.get(timeout: .seconds(20))
                    #expect(report[0] == number && report[1] == process.pid)
                    #expect(try process.join(timeout: .seconds(20)))
                    #expect(process.exitCode == number)
                    pids.insert(report[1])
                    parents.insert(report[2])
                }
                #expect(pids.count == 20 && parents.count == 1)
            }
        }
    }

    @Test("what the program does with signals reaches neither its processes nor their server")
    func signals() async throws {
        try await onRanks(nil) {
            signal(SIGUSR1) { _ in }
            signal(SIGHUP, SIG_IGN)
            var blocked = sigset_t()
            sigaddset(&blocked, SIGUSR2)
            pthread_sigmask(SIG_BLOCK, &blocked, nil)
            try withProcesses {
                let reports = try Queue<[Int]>()
                var servers = Set<Int>()
                for method in [StartMethod.forkServer, .forkServer, .forkServer, .spawn] {
                    let process = Process(startMethod: method) {
                        var mask = sigset_t()
                        pthread_sigmask(SIG_BLOCK, nil, &mask)
                        // In a program that is executed anew, Swift's runtime may handle crashes.
                        let crashes = [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]
                        let isExecuted = method == .spawn
                        let changed = (1...SIGSYS).filter { number in
                            guard !isExecuted || !crashes.contains(number) else { return false }
                            var action = sigaction()
                            sigaction(number, nil, &action)
                            let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
                            return handler != 0 || sigismember(&mask, number) == 1
                        }
                        try reports.put([Int(getppid())] + changed.map { Int($0) })
                    }
                    try process.start()
                    try process.join()
                    let report = try reports.get(timeout: .seconds(20))
                    #expect(report.dropFirst().isEmpty, "\(report)")
                    servers.insert(report[0])
                    // A batch system sends such signals to every process of a job.
                    for number in [SIGUSR1, SIGUSR2, SIGHUP, SIGALRM] { kill(pid_t(report[0]), number) }
                }
                #expect(servers.count == 1)
            }
        }
    }

    @Test(
        "processes get from their server the code that they need",
        .enabled(if: ForkServerLoop.sharesCode, "this system cannot tell which code is used")
    )
    func code() async throws {
        try await onRanks(nil) {
            try withProcesses {
                let reports = try Queue<Int>()
                var faults: [Int] = []
                for _ in 0..<10 {
                    let process = Process {
                        var usage = rusage()
                        getrusage(RUSAGE_SELF.rawValue, &usage)
                        try reports.put(usage.ru_minflt)
                    }
                    try process.start()
                    try process.join()
                    faults.append(try reports.get(timeout: .seconds(20)))
                }
                // What is needed is found out with the first one.
                #expect(faults[9] * 4 < faults[0] * 3, "\(faults)")
            }
        }
    }

    @Test("they are there for who starts one after another, and go when nothing has been started for a while")
    func idle() async throws {
        try await onRanks(nil) {
            try withProcesses {
                let parents = try Queue<Int>()
                var (server, hasSeen) = (Int32(0), false)
                for _ in 0..<50 where !hasSeen {
                    let process = Process { try parents.put(Int(getppid())) }
                    try process.start()
                    server = Int32(try parents.get(timeout: .seconds(20)))
                    #expect(try process.join(timeout: .seconds(20)))
                    hasSeen = !ProcessSurvey.descendants(of: server).isEmpty
                }
                #expect(hasSeen)
                let limit = ContinuousClock.now.advanced(by: .seconds(20))
                while !ProcessSurvey.descendants(of: server).isEmpty, ContinuousClock.now < limit {
                    usleep(10_000)
                }
                #expect(ProcessSurvey.descendants(of: server).isEmpty)
                let last = Process { exit(5) }
                try last.start()
                #expect(try last.join(timeout: .seconds(20)))
                #expect(last.exitCode == 5)
            }
        }
    }
}
