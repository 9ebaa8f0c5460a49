import Foundation
import RankChecks
import RankLaunching
import Testing

@Suite("The pages of the documentation")
struct PagesTests {
    @Test("every link leads somewhere, and every name of a member that an article has is one")
    func pages() async throws {
        guard let toolchain = try? await RankJob(executable: "docc", arguments: ["--help"], ranks: nil).run(),
            toolchain.isSuccess
        else { return print("no pages are made: there is no docc in PATH, which is part of the toolchain") }
        let folder = try TemporaryFolder()
        let script = Articles.project.appendingPathComponent("Scripts/docs.sh").path
        let arguments = ["--skip-build", "--output", folder.url.path]
        let job = RankJob(executable: script, arguments: arguments, ranks: nil, timeout: .seconds(300))
        let result = try await job.run()
        try #require(result.isSuccess, "\(result.report)")

        let pages = Pages(folder: folder.url.appendingPathComponent("data/documentation"))
        for article in Articles.ofCatalogues {
            for name in MemberName.names(in: Articles.text(of: article)) where pages.has(type: name.type) {
                let isThere = pages.has(name)
                #expect(
                    isThere,
                    "\(article) has `\(name.type.joined(separator: ".")).\(name.member)`"
                )
            }
        }
    }

    @Test("names of members are found in a text: whole ones, with all labels")
    func names() {
        let text = """
            `Queue.get(timeout:)`, `ErrorClass.Kind.empty` and `Queue.init(_:)`; but not `Queue`, `get(timeout:)`, `Process.running { 1 }`,
            `Pool(processes: 2)` or `Queue.get(timeout: 1)`.
            """
        #expect(
            MemberName.names(in: text) == [
                MemberName(type: ["Queue"], member: "get(timeout:)"),
                MemberName(type: ["ErrorClass", "Kind"], member: "empty"),
                MemberName(type: ["Queue"], member: "init(_:)"),
            ]
        )
    }
}

/// A member of a type that an article mentions as code, such as `Queue.get(timeout:)`.
private struct MemberName: Hashable {
    var type: [String]
    var member: String

    static func names(in text: String) -> [MemberName] {
        text.matches(of: /`((?:[A-Z]\w*\.)+)([a-z]\w*(?:\((?:\w+:)*\))?)`/).map { match in
            MemberName(type: match.1.split(separator: ".").map(String.init), member: String(match.2))
        }
    }
}

/// The pages that there are.
private struct Pages {
    /// The path of each page's file, by the names of the symbol and of what it is in, in lower case.
    private let files: [String: String]
    private let folder: URL

    init(folder: URL) {
        self.folder = folder
        let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        let pairs = all.filter { $0.hasSuffix(".json") }.map { file in
            // The module comes first; a number or a kind follows where symbols have the same name.
            let path = file.dropLast(5).split(separator: "/").dropFirst().joined(separator: "/")
            return (path.replacing(/-(swift\.\w+|[0-9a-z]{4,6})(?=\/|$)/, with: ""), file)
        }
        files = Dictionary(pairs) { first, _ in first }
    }

    func has(type: [String]) -> Bool {
        files[type.joined(separator: "/").lowercased()] != nil
    }

    /// Whether a type, or the one that it inherits from, has a member; a name without parentheses may be that of a method.
    func has(_ name: MemberName) -> Bool {
        let type = name.type.joined(separator: "/").lowercased()
        let member = "\(type)/\(name.member.lowercased())"
        if files[member] != nil { return true }
        if !member.hasSuffix(")"), files.keys.contains(where: { $0.hasPrefix(member + "(") }) { return true }
        guard let parent = parent(ofType: type) else { return false }
        return has(MemberName(type: parent, member: name.member))
    }

    private func parent(ofType type: String) -> [String]? {
        struct Page: Decodable {
            struct Relationship: Decodable {
                var type: String
                var identifiers: [String]
            }
            var relationshipsSections: [Relationship]?
        }
        guard let file = files[type], let data = try? Data(contentsOf: folder.appendingPathComponent(file)),
            let page = try? JSONDecoder().decode(Page.self, from: data),
            let parents = page.relationshipsSections?.first(where: { $0.type == "inheritsFrom" }),
            let name = parents.identifiers.first?.split(separator: "/").last
        else { return nil }
        return [String(name)]
    }
}
