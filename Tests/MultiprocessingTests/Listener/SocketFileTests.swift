import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Socket files")
struct SocketFileTests {
    private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    @Test("the file is there while somebody listens, and a second listener is refused")
    func lifetime() throws {
        let path = freshSocketPath()
        let listener = try Listener<Int>(at: .unix(path: path), key: nil)
        #expect(exists(path))
        #expect(kindOfError { _ = try Listener<Int>(at: .unix(path: path), key: nil) } == .resources)
        // It was asked, and not harmed.
        let client = try Client<Int>.connect(to: .unix(path: path), key: nil, timeout: limit)
        _ = try listener.accept(timeout: limit)
        #expect(!client.isClosed)
        listener.close()
        listener.close()
        #expect(!exists(path))
        let next = try Listener<Int>(at: .unix(path: path), key: nil)
        next.close()
    }

    @Test("a file that a dead listener has left is replaced")
    func stale() throws {
        let path = freshSocketPath()
        let dead = try SocketDescriptor.make(family: AF_UNIX)
        let address = try #require(try SocketAddress.unix(path: path).resolved(forListening: true).first)
        try dead.use { descriptor in
            #expect(address.withSocketAddress { bind(descriptor, $0, $1) } == 0 && listen(descriptor, 1) == 0)
        }
        dead.close()
        #expect(exists(path))
        let listener = try Listener<Int>(at: .unix(path: path), key: nil)
        _ = try Client<Int>.connect(to: .unix(path: path), key: nil, timeout: limit)
        listener.close()
        #expect(!exists(path))
    }

    @Test("what is no socket is never replaced, and another's file never removed")
    func foreignFiles() throws {
        let path = freshSocketPath()
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        #expect(kindOfError { _ = try Listener<Int>(at: .unix(path: path), key: nil) } == .resources)
        #expect(exists(path))
        unlink(path)
        let first = try Listener<Int>(at: .unix(path: path), key: nil)
        unlink(path)
        let second = try Listener<Int>(at: .unix(path: path), key: nil)
        first.close()
        #expect(exists(path))
        _ = try Client<Int>.connect(to: .unix(path: path), key: nil, timeout: limit)
        second.close()
        #expect(!exists(path))
    }

    @Test("paths that no socket can have are refused")
    func impossiblePaths() {
        for path in ["", String(repeating: "a", count: 200), "/tmp/a\0b"] {
            #expect(kindOfError { _ = try Listener<Int>(at: .unix(path: path), key: nil) } == .misuse)
        }
        #expect(
            kindOfError { _ = try Listener<Int>(at: .unix(path: "/nowhere/at/all"), key: nil) } == .resources
        )
        #expect(kindOfError { _ = try Listener<Int>(at: .abstract(name: ""), key: nil) } == .misuse)
    }
}
