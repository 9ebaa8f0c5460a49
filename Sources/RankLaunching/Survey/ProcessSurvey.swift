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
        SystemFile.names(in: "/proc")
            .compactMap(Int32.init)
            .sorted()
            .compactMap(LiveProcess.init(readingStateOf:))
            .filter { $0.state != "Z" && $0.state != "X" }
    }

    /// The process with an id, if it is alive.
    ///
    /// - Parameter identifier: A process id.
    /// - Returns: The process, or `nil` if there is none or it has ended.
    public static func process(_ identifier: Int32) -> LiveProcess? {
        guard let process = LiveProcess(readingStateOf: identifier), process.state != "Z",
            process.state != "X"
        else { return nil }
        return process
    }

    /// The live children of a process, their children, and so on.
    ///
    /// A process whose parent has ended belongs to process 1 and is no longer found this way: use
    /// ``processes(carrying:value:)`` for those.
    ///
    /// - Parameter identifier: The process id to begin with; it is not itself part of the result.
    /// - Returns: The descendants, parents before their children.
    public static func descendants(of identifier: Int32) -> [LiveProcess] {
        let children = Dictionary(grouping: everyProcess(), by: \.parentIdentifier)
        var found: [LiveProcess] = []
        var waiting = children[identifier] ?? []
        while !waiting.isEmpty {
            let process = waiting.removeFirst()
            found.append(process)
            waiting += children[process.processIdentifier] ?? []
        }
        return found
    }

    /// The live processes of a session.
    ///
    /// - Parameter identifier: The session's id, which is the process id of its first process.
    /// - Returns: Its processes, by rising process id.
    public static func processes(inSession identifier: Int32) -> [LiveProcess] {
        everyProcess().filter { $0.sessionIdentifier == identifier }
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
        return everyProcess().filter { process in
            process.processIdentifier != own
                && environment(of: process.processIdentifier, has: name, value: value)
        }
    }

    private static func environment(of identifier: Int32, has name: String, value: String?) -> Bool {
        guard let bytes = SystemFile.bytes(of: "/proc/\(identifier)/environ") else { return false }
        let start = Array("\(name)=".utf8)
        return bytes.split(separator: 0).contains { variable in
            guard variable.starts(with: start) else { return false }
            return value.map { variable.dropFirst(start.count).elementsEqual($0.utf8) } ?? true
        }
    }
}
