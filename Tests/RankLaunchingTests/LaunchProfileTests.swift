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

    @Test("the built-in local profile sets what the file of that name sets")
    func localIsTheFile() throws {
        let parts = #filePath.split(separator: "/").dropLast(3)
        let file = "/" + parts.joined(separator: "/") + "/mpirun-configs/local.env"
        #expect(try LaunchProfile(contentsOf: file) == .local)
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
