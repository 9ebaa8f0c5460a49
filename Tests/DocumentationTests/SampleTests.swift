import Foundation
import RankChecks
import RankLaunching
import Testing

private let samples = (["README.md"] + Articles.ofCatalogues).flatMap { article in
    Sample.samples(in: Articles.text(of: article), article: article)
}

/// How a sample is called in reports.
extension Sample: CustomTestStringConvertible {
    var testDescription: String { "\(article):\(line)" }
}

@Suite("Each sample of an article is compiled, runs, and prints what the article says", .serialized)
struct SampleTests {
    @Test("in Swift", arguments: samples.filter { $0.language == .swift })
    func swift(sample: Sample) async throws {
        try await check(sample)
    }

    @Test("in C, beside it", arguments: samples.filter { $0.language == .c })
    func c(sample: Sample) async throws {
        try await check(sample)
    }

    @Test("in Python, beside it", arguments: samples.filter { $0.language == .python })
    func python(sample: Sample) async throws {
        let module = sample.text.contains("mpi4py") ? "mpi4py" : "multiprocessing"
        guard await SampleCompiler.pythonHas(module) else {
            print(
                "\(sample.testDescription) is not run: \(SampleCompiler.python) has no module \(module); SWIFT_MPI_PYTHON names another"
            )
            return
        }
        try await check(sample)
    }

    /// Builds and runs a sample; what goes wrong is shown at its place in the article.
    private func check(_ sample: Sample) async throws {
        let path = Articles.project.appendingPathComponent(sample.article).path
        let place = SourceLocation(
            fileID: "DocumentationTests/\(sample.article)",
            filePath: path,
            line: sample.line,
            column: 1
        )
        let folder = try TemporaryFolder()
        do {
            guard let job = try await SampleCompiler(folder: folder.url).job(of: sample) else { return }
            let result = try await oneJobAtATime { try await job.run() }
            let printed = result.lines.filter { $0.stream == .output }.map(\.text)
            let isRight = sample.output.matches(printed)
            #expect(
                isRight,
                "the article says \(sample.output.lines)\n\(result.report)",
                sourceLocation: place
            )
            let isInOrder = result.isSuccess && result.leftBehind.isEmpty && result.standardError.isEmpty
            #expect(isInOrder, "\(result.report)", sourceLocation: place)
        } catch let failure as SampleCompiler.Failure {
            Issue.record("\(failure)", sourceLocation: place)
        }
    }
}
