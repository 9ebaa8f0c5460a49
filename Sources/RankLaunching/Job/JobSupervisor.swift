import Subprocess
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Follows one job from its start to the end of its last process.
final class JobSupervisor: Sendable {
    /// What the body of the subprocess call finds out.
    struct Observation: Sendable {
        var duration: Duration
        var leftBehind: [LiveProcess]
    }

    /// How long a job gets between being asked to end and being killed: `mpirun` tidies up in that time.
    private static let graceTime = Duration.seconds(2)

    let recorder = OutputRecorder()
    private let timeout: Duration
    private let settlingTime: Duration
    private let tagging: OutputTagging
    /// The value of the variable that marks the processes of the job.
    private let identifier: String
    private let hasTimedOut = Atomic(false)
    /// Set when the job is made to end.
    private let isEnding = Atomic(false)
    /// Set when the job has ended: its process ids may belong to others from then on.
    private let isOver = Atomic(false)

    init(job: RankJob, tagging: OutputTagging, identifier: String) {
        self.timeout = job.timeout
        self.settlingTime = job.settlingTime
        self.tagging = tagging
        self.identifier = identifier
    }

    var timedOut: Bool {
        hasTimedOut.load(ordering: .acquiring)
    }

    /// All processes of the job that are alive, whoever their parent is by now.
    func processes(leader: Int32) -> [LiveProcess] {
        if isOver.load(ordering: .acquiring) { return [] }
        return ProcessSurvey.job(leader: leader, marker: RankJob.marker, value: identifier)
    }

    /// Follows a running job until nothing is left of it.
    func follow(
        _ execution: Execution<NoInput, SequenceOutput, SequenceOutput>
    ) async throws -> Observation {
        let leader = execution.processIdentifier.value
        let clock = ContinuousClock()
        let start = clock.now
        let watch = ExitWatch(
            processIdentifier: leader,
            processDescriptor: execution.processIdentifier.processDescriptor
        )
        let readers = Task {
            await withTaskGroup { group in
                group.addTask { await self.read(execution.standardOutput, as: .output) }
                group.addTask { await self.read(execution.standardError, as: .error) }
            }
        }
        let limit = Task { [timeout] in
            try await Task.sleep(for: timeout)
            hasTimedOut.store(true, ordering: .releasing)
            // Its own task: the end of the launcher cancels this one, and must not cut short what has begun.
            await Task.detached { await self.end(leader: leader) }.value
        }
        await watch.wait()
        let duration = clock.now - start
        limit.cancel()
        let leftBehind = await settle(leader: leader)
        // Reading ends with the launcher even if somebody else still holds the pipes.
        await readers.value
        await watch.stop()
        isOver.store(true, ordering: .releasing)
        return Observation(duration: duration, leftBehind: leftBehind)
    }

    /// Asks the job to end, and kills what is left of it a little later.
    func end(leader: Int32) async {
        isEnding.store(true, ordering: .releasing)
        let clock = ContinuousClock()
        let deadline = clock.now + Self.graceTime
        // The launcher is asked first: it ends its ranks and removes its files. Then whoever is left.
        var hasAskedLauncher = false
        var hasAskedAll = false
        while clock.now < deadline {
            let alive = processes(leader: leader)
            if alive.isEmpty { return }
            if let launcher = alive.first(where: { $0.processIdentifier == leader }) {
                if !hasAskedLauncher { launcher.send(signal: SIGTERM) }
                hasAskedLauncher = true
            } else if !hasAskedAll {
                for process in alive { process.send(signal: SIGTERM) }
                hasAskedAll = true
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        await killAll(leader: leader)
    }

    /// Waits until the processes of an ended job are gone; kills and returns those that stay.
    ///
    /// Those of a job that is being ended get the time that this takes.
    private func settle(leader: Int32) async -> [LiveProcess] {
        let clock = ContinuousClock()
        let isEnding = isEnding.load(ordering: .acquiring)
        let deadline = clock.now + (isEnding ? max(settlingTime, Self.graceTime * 2) : settlingTime)
        var left = processes(leader: leader)
        while !left.isEmpty && clock.now < deadline {
            try? await Task.sleep(for: .milliseconds(10))
            left = processes(leader: leader)
        }
        if !left.isEmpty { await killAll(leader: leader) }
        return left
    }

    /// Kills every process of the job until there are none; one that is about to fork is caught the next time.
    private func killAll(leader: Int32) async {
        for _ in 0..<100 {
            let alive = processes(leader: leader)
            if alive.isEmpty { return }
            for process in alive { process.send(signal: SIGKILL) }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    private func read(_ bytes: SubprocessOutputSequence, as stream: OutputLine.Stream) async {
        var splitter = LineSplitter()
        do {
            for try await chunk in bytes {
                let finished = chunk.withUnsafeBytes { splitter.append($0) }
                recorder.append(finished.flatMap { OutputLine.lines(in: $0, from: stream, tagging: tagging) })
            }
        } catch {
            // Only a cancelled read ends here: what was printed so far is all there will be.
        }
        if let rest = splitter.finish() {
            recorder.append(OutputLine.lines(in: rest, from: stream, tagging: tagging))
        }
    }
}
