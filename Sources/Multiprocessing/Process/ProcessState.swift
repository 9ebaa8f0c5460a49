internal import Synchronization

/// What is known of a process, shared by everything that refers to it.
final class ProcessState: Sendable {
    struct Fields: Sendable {
        var name: String
        var isDaemon: Bool
        var identity: [Int]
        var requestedRank: Int?
        var ranks: RankSelection?
        var cores: CoreBinding?
        var startMethod: StartMethod?
        /// Where its value is expected, if it is to return one.
        var result: Address?
        /// The `withProcesses` that it was started in.
        var epoch: UInt32?
        /// What the process shall do, until it has been started; `nil` for a subclass, whose `run` does it, and for a process
        /// seen from inside.
        var work: (any Work & Sendable)?
        var stage = Stage.initial
        var sentinel: ProcessSentinel?
    }

    enum Stage: Sendable {
        case initial
        case starting
        case started(Address, pid: Int32)
        case ended(Address, pid: Int32, ExitStatus)
        /// Running here: this is the calling process itself.
        case running(Address, pid: Int32)
        /// The starter no longer wants to know of it.
        case closed
    }

    let fields: Mutex<Fields>

    init(_ fields: Fields) { self.fields = Mutex(fields) }

    var name: String { fields.withLock { $0.name } }
    var stage: Stage { fields.withLock { $0.stage } }

    /// Where the process is, once it has been started.
    var address: Address? {
        switch stage {
        case .initial, .starting, .closed: nil
        case .started(let address, _), .ended(let address, _, _), .running(let address, _): address
        }
    }

    var pid: Int32? {
        switch stage {
        case .initial, .starting, .closed: nil
        case .started(_, let pid), .ended(_, let pid, _), .running(_, let pid): pid
        }
    }
}

/// It travels inside an instance of a subclass of `Process`, with what the far side may know.
extension ProcessState: Codable {
    private enum CodingKeys: CodingKey { case name, isDaemon, identity, requestedRank, startMethod }

    convenience init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            Fields(
                name: try container.decode(String.self, forKey: .name),
                isDaemon: try container.decode(Bool.self, forKey: .isDaemon),
                identity: try container.decode([Int].self, forKey: .identity),
                requestedRank: try container.decodeIfPresent(Int.self, forKey: .requestedRank),
                startMethod: try container.decodeIfPresent(StartMethod.self, forKey: .startMethod)
            )
        )
    }

    func encode(to encoder: any Encoder) throws {
        let fields = fields.withLock { $0 }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(fields.name, forKey: .name)
        try container.encode(fields.isDaemon, forKey: .isDaemon)
        try container.encode(fields.identity, forKey: .identity)
        try container.encodeIfPresent(fields.requestedRank, forKey: .requestedRank)
        try container.encodeIfPresent(fields.startMethod, forKey: .startMethod)
    }
}

/// The calling process's place in the family: by it, its children get their default names.
enum Lineage {
    private static let state = Mutex((path: [Int](), isDaemon: false, parent: Address?.none, childCount: 0))

    /// Called once in a new process, and at the beginning of a main program, which has no parent.
    static func begin(path: [Int], isDaemon: Bool, parent: Address?) {
        state.withLock { $0 = (path, isDaemon, parent, 0) }
    }

    /// The path of the next child: `[1]`, `[2]`, …, and for a child of `[1]`, `[1, 1]`.
    static func nextChild() -> [Int] {
        state.withLock { state in
            state.childCount += 1
            return state.path + [state.childCount]
        }
    }

    /// Whether the calling process is a daemon, which may not have children.
    static var isDaemon: Bool { state.withLock { $0.isDaemon } }
    /// Who started the calling process, or made the pool that it works for.
    static var parent: Address? { state.withLock { $0.parent } }
    static var path: [Int] { state.withLock { $0.path } }

    static func name(for path: [Int]) -> String {
        "Process-" + path.map(String.init).joined(separator: ":")
    }
}
