import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A folder for the files of a test.
struct TemporaryFolder {
    let path: String

    /// Runs a body with a new folder, which is removed afterwards.
    static func with<Value>(_ body: (TemporaryFolder) async throws -> Value) async throws -> Value {
        var template = Array("/tmp/swift-mpi-tests-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer {
            for name in SystemFile.names(in: path) { unlink("\(path)/\(name)") }
            rmdir(path)
        }
        return try await body(TemporaryFolder(path: path))
    }

    /// Writes a file and returns its path.
    func file(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            try #require(count > 0)
            rest = rest.dropFirst(count)
        }
        return file
    }

    /// Writes a script for sh.
    func script(_ name: String, _ text: String) throws -> String {
        try file(name, Array("#!/bin/sh\n\(text)\n".utf8), mode: 0o755)
    }
}
