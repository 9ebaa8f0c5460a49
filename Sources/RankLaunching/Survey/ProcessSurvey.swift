/// What processes are alive, for tests that assert that a job left none behind.
///
/// A survey reads `/proc`; on a system without it every answer is empty. Processes that have ended but were not
/// yet reaped do not count as alive.
///
/// ```swift
/// let left = ProcessSurvey.processes(carrying: "MY_JOB", value: "42")
/// #expect(left.isEmpty, "\(left)")
/// ```
public enum ProcessSurvey {
    /// All processes that are alive, by rising process id.
    public static func everyProcess() -> [LiveProcess] {
        StateLine.everyLine().map(LiveProcess.init)
    }

    /// The process with an id, if it is alive.
    ///
    /// - Parameter identifier: A process id.
    /// - Returns: The process, or `nil` if there is none or it has ended.
    public static func process(_ identifier: Int32) -> LiveProcess? {
        guard let line = StateLine(readingProcess: identifier), !line.hasEnded else { return nil }
        return LiveProcess(line)
    }

    /// The live children of a process, their children, and so on.
    ///
    /// A process whose parent has ended belongs to process 1 and is no longer found this way: use
    /// ``processes(carrying:value:)`` for those.
    ///
    /// - Parameter identifier: The process id to begin with; it is not itself part of the result.
    /// - Returns: The descendants, parents before their children.
    public static func descendants(of identifier: Int32) -> [LiveProcess] {
        descendants(of: identifier, among: StateLine.everyLine()).map(LiveProcess.init)
    }

    /// The live processes of a session.
    ///
    /// - Parameter identifier: The session's id, which is the process id of its first process.
    /// - Returns: Its processes, by rising process id.
    public static func processes(inSession identifier: Int32) -> [LiveProcess] {
        StateLine.everyLine().filter { $0.sessionIdentifier == identifier }.map(LiveProcess.init)
    }

    /// The live processes that were started with a variable in their environment.
    ///
    /// A child inherits its parent's environment, so this finds a whole job, orphans included. Only processes of
    /// the same user can be looked into.
    ///
    /// - Parameters:
    ///   - name: The variable's name.
    ///   - value: The value that it must have; any if omitted.
    /// - Returns: The processes, by rising process id; never the calling one.
    public static func processes(carrying name: String, value: String? = nil) -> [LiveProcess] {
        let own = LiveProcess.ownIdentifier
        return StateLine.everyLine()
            .filter {
                $0.processIdentifier != own && hasVariable($0.processIdentifier, name: name, value: value)
            }
            .map(LiveProcess.init)
    }

    /// The live processes of a job: its first one, the descendants of that, its session, and whoever carries the mark.
    ///
    /// - Parameters:
    ///   - leader: The process id of the first process, which is the session's id as well.
    ///   - name: The variable that marks the job.
    ///   - value: The variable's value.
    /// - Returns: The processes, by rising process id.
    static func job(leader: Int32, marker name: String, value: String) -> [LiveProcess] {
        let lines = StateLine.everyLine()
        let own = LiveProcess.ownIdentifier
        let related = Set(descendants(of: leader, among: lines).map(\.processIdentifier))
        return
            lines
            .filter { line in
                line.processIdentifier != own
                    && (line.sessionIdentifier == leader || related.contains(line.processIdentifier)
                        || hasVariable(line.processIdentifier, name: name, value: value))
            }
            .map(LiveProcess.init)
    }

    private static func descendants(of identifier: Int32, among lines: [StateLine]) -> [StateLine] {
        let children = Dictionary(grouping: lines, by: \.parentIdentifier)
        var found = children[identifier] ?? []
        var next = 0
        while next < found.count {
            found += children[found[next].processIdentifier] ?? []
            next += 1
        }
        return found
    }

    private static func hasVariable(_ identifier: Int32, name: String, value: String?) -> Bool {
        guard let bytes = SystemFile.bytes(of: "/proc/\(identifier)/environ") else { return false }
        let start = Array("\(name)=".utf8)
        return bytes.split(separator: 0).contains { variable in
            guard variable.starts(with: start) else { return false }
            return value.map { variable.dropFirst(start.count).elementsEqual($0.utf8) } ?? true
        }
    }
}
