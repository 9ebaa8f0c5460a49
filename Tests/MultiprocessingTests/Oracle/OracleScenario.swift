import Glibc
import Multiprocessing

/// A small program that is written twice, here and in Python, and prints the same in both languages.
struct OracleScenario: Sendable {
    /// The name of the function in Python.
    let name: String
    /// What differs on purpose.
    let difference: Difference?
    /// What it does, and says.
    let body: @Sendable () throws -> Void

    init(_ name: String, differs difference: Difference? = nil, _ body: @escaping @Sendable () throws -> Void)
    {
        self.name = name
        self.difference = difference
        self.body = body
    }

    /// A difference on purpose: what each side prints instead of the same.
    struct Difference: Sendable {
        let reason: String
        let python: [String]
        let swift: [String]

        init(_ reason: String, python: [String], swift: [String]) {
            self.reason = reason
            self.python = python
            self.swift = swift
        }
    }
}

/// The scenarios of one noun, in the order in which both sides go through them.
enum OracleArea: String, CaseIterable, Sendable {
    case processes, queues, pipes, pools, synchronization, barriers, families, transfers, streams, futures
    case sharedState = "sharedstate"
    case listeners

    var scenarios: [OracleScenario] {
        switch self {
        case .processes: OracleScenario.processes
        case .queues: OracleScenario.queues
        case .pipes: OracleScenario.pipes
        case .pools: OracleScenario.pools
        case .synchronization: OracleScenario.synchronization
        case .barriers: OracleScenario.barriers
        case .families: OracleScenario.families
        case .transfers: OracleScenario.transfers
        case .streams: OracleScenario.streams
        case .futures: OracleScenario.futures
        case .sharedState: OracleScenario.sharedState
        case .listeners: OracleScenario.listeners
        }
    }

    /// Prints the name of each scenario, and what it says.
    func perform() throws {
        try withProcesses {
            for scenario in scenarios {
                say("==", scenario.name)
                do {
                    try scenario.body()
                } catch {
                    say("threw", "\(error)")
                }
            }
            say("==", "end")
        }
    }
}
