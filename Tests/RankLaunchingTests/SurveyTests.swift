import RankChecks
import Testing

@testable import RankLaunching

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Surveys")
struct SurveyTests {
    @Test("a state line is taken apart even if the name has blanks and parentheses")
    func readsStateLine() throws {
        let fields = try #require(StateLine("17 (a) (b) c) S 4 5 6 7"))
        #expect(fields.processIdentifier == 17 && fields.name == "a) (b) c" && fields.state == "S")
        #expect(fields.parentIdentifier == 4 && fields.sessionIdentifier == 6)
        #expect(StateLine("") == nil)
        #expect(StateLine("17 (x) S") == nil)
    }

    @Test("children, grandchildren and orphans are found, each by what still ties them")
    func findsProcesses() async throws {
        let script = "(\(nap(20)) & \(nap(21))) & setsid \(nap(22)) & echo $!; wait"
        var job = RankJob(executable: "sh", arguments: ["-c", script], ranks: nil)
        job.environment["SURVEY_TEST"] = "yes"
        let running = try await job.start()
        let wanted: Set = [nap(20), nap(21), nap(22)]
        while !wanted.isSubset(of: running.processes.map(\.command)) { await Task.yield() }
        let descendants = ProcessSurvey.descendants(of: running.processIdentifier)
        #expect(wanted.isSubset(of: descendants.map(\.command)))
        #expect(
            ProcessSurvey.descendants(of: getpid()).contains {
                $0.processIdentifier == running.processIdentifier
            }
        )
        let inSession = ProcessSurvey.processes(inSession: running.processIdentifier).map(\.command)
        #expect(inSession.contains(nap(20)) && !inSession.contains(nap(22)))
        #expect(
            wanted.isSubset(of: ProcessSurvey.processes(carrying: "SURVEY_TEST", value: "yes").map(\.command))
        )
        #expect(wanted.isSubset(of: ProcessSurvey.processes(carrying: "SURVEY_TEST").map(\.command)))
        #expect(ProcessSurvey.processes(carrying: "SURVEY_TEST", value: "y").isEmpty)
        #expect(ProcessSurvey.processes(carrying: "SURVEY_TES").isEmpty)
        await running.end()
        #expect(try await running.wait().leftBehind.isEmpty)
        #expect(ProcessSurvey.processes(carrying: "SURVEY_TEST").isEmpty)
    }

    @Test("the calling process is alive, one that has ended is not")
    func knowsWhoIsAlive() async throws {
        #expect(ProcessSurvey.process(getpid())?.parentIdentifier == getppid())
        let running = try await RankJob(executable: "true", ranks: nil).start()
        _ = try await running.wait()
        #expect(ProcessSurvey.process(running.processIdentifier) == nil)
    }

    @Test("new shared memory, sockets and temporary files are told from old ones")
    func findsTraces() throws {
        let name = "survey-test-\(getpid())"
        let before = SystemTraces.now()
        #expect(SystemTraces.now { $0.contains(name) }.isEmpty)
        let memory = shm_open("/\(name)", O_RDWR | O_CREAT, 0o600)
        try #require(memory >= 0)
        defer { close(memory) }
        let bound = try #require(Self.bindAbstractSocket(name))
        defer { close(bound) }
        let left = SystemTraces.now { $0.contains(name) }.added(since: before)
        #expect(left.sharedMemory == [name] && left.abstractSockets == [name] && left.temporaryFiles.isEmpty)
        shm_unlink("/\(name)")
        #expect(SystemTraces.now { $0.contains(name) }.sharedMemory.isEmpty)
    }

    private static func bindAbstractSocket(_ name: String) -> Int32? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = [0] + Array(name.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        return status == 0 ? descriptor : nil
    }
}
