import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Launch profiles")
struct LaunchProfileTests {
    /// Writes a file, reads it as a profile, removes it.
    private func profile(_ text: String) throws -> LaunchProfile {
        var path = Array("/tmp/profile-XXXXXX.env".utf8CString)
        let descriptor = mkstemps(&path, 4)
        try #require(descriptor >= 0)
        _ = write(descriptor, text, text.utf8.count)
        close(descriptor)
        defer { unlink(path) }
        let name = String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        return try LaunchProfile(contentsOf: name)
    }

    /// The folder with the files of profiles.
    private static let folder: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/") + "/mpirun-configs"
    }()

    @Test(
        "each built-in profile sets and is for what the file of its name says",
        arguments: LaunchProfile.builtIn
    )
    func builtInIsTheFile(profile: LaunchProfile) throws {
        #expect(try LaunchProfile(contentsOf: "\(Self.folder)/\(profile.name).env") == profile)
        #expect(!profile.summary.isEmpty)
    }

    @Test("each file of a profile has a built-in one")
    func everyFileIsBuiltIn() {
        let files = SystemFile.names(in: Self.folder).filter { $0.hasSuffix(".env") }
        #expect(Set(files) == Set(LaunchProfile.builtIn.map { $0.name + ".env" }))
    }

    @Test("of several profiles the last word counts")
    func combined() {
        let first = LaunchProfile(name: "first", environment: ["A": "1", "B": "1"])
        let second = LaunchProfile(name: "second", environment: ["B": "2"])
        #expect(LaunchProfile.combinedEnvironment([first, second]) == ["A": "1", "B": "2"])
    }

    @Test("the first words of a comment on the first line are the summary")
    func summary() throws {
        #expect(try profile("# For one host. Use it so: .\nA=1\n# else").summary == "For one host")
        #expect(try profile("A=1\n# not this").summary.isEmpty)
    }

    @Test("assignments are read with and without export and quotes; the rest says nothing")
    func readsAssignments() throws {
        let text = "# a comment\n\nexport A=1\nB='two words'\n  export C=\":x y\"  \nD=\n"
        #expect(try profile(text).environment == ["A": "1", "B": "two words", "C": ":x y", "D": ""])
    }

    @Test(
        "a line that a shell would read otherwise is refused with its number",
        arguments: [
            "A", "1A=x", "A=$HOME", "A=`id`", "A=\"$X\"", "A=two words", "A='x", "A=x#y", "export =x",
            "A=\"a\\n\"",
        ]
    )
    func refusesOthers(line: String) throws {
        let error = #expect(throws: RankJobError.self) { try profile("B=1\n" + line) }
        guard case .unreadableProfile(_, 2, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("a file that is not there is named")
    func namesMissingFile() {
        let error = #expect(throws: RankJobError.self) { try LaunchProfile(contentsOf: "/no/such.env") }
        #expect(error.map { "\($0)".contains("/no/such.env") } == true)
    }
}
