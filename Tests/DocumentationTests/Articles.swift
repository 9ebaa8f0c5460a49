import Foundation

/// The texts of the documentation.
enum Articles {
    /// The folder of the project.
    static let project = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The articles of all catalogues, as paths within the project.
    static let ofCatalogues: [String] = {
        let sources = project.appendingPathComponent("Sources")
        let files = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.contains(".docc/") && $0.hasSuffix(".md") }.sorted().map { "Sources/\($0)" }
    }()

    /// What an article says; nothing, if it cannot be read.
    static func text(of article: String) -> String {
        let file = project.appendingPathComponent(article)
        return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }
}

/// A folder that is there as long as this is kept.
final class TemporaryFolder: Sendable {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("swift-mpi-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
