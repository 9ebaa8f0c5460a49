import MPI

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What one rank knows of itself and of MPI.
struct RankReport: Codable, Sendable, Equatable {
    var rank: Int
    var rankCount: Int
    var library: String
    var standard: String
    var threadLevel: String
    var slots: Int?
    var memoryReading: MemoryReading?
    var host: Facts.Host?
    var program: ProgramDigest?

    /// Initializes MPI and asks it.
    ///
    /// Every rank calls it.
    ///
    /// - Parameter withHost: Whether to look at the host as well.
    /// - Returns: What this rank knows.
    /// - Throws: `MPIError`.
    static func make(withHost: Bool) throws -> RankReport {
        let level = try Environment.initialize()
        let world = Communicator.world
        let version = Environment.standardVersion
        var report = RankReport(
            rank: world.rank,
            rankCount: world.size,
            library: Environment.libraryVersion,
            standard: "\(version.major).\(version.minor)",
            threadLevel: "\(level)",
            slots: HostExamination.variable("OMPI_UNIVERSE_SIZE").flatMap { Int($0) }
        )
        report.memoryReading = try MemoryReading.attempt(on: HostExamination.identity)
        if withHost {
            report.program = .own
            var host = HostExamination.examine(name: try Environment.processorName)
            host.library = report.library
            host.memoryReading = report.memoryReading
            report.host = host
        }
        return report
    }

    // MARK: As a line

    /// What a line with a report begins with, so that it is found among what an MPI library prints.
    private static let mark = "swift-mpi rank report: "

    var line: String {
        get throws { Self.mark + String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }
}

extension RankReport {
    init?(line: String) {
        guard line.hasPrefix(Self.mark) else { return nil }
        let bytes = Data(line.utf8.dropFirst(Self.mark.utf8.count))
        guard let report = try? JSONDecoder().decode(RankReport.self, from: bytes) else { return nil }
        self = report
    }
}
