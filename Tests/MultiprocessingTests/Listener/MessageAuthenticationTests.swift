import RankChecks
import RankLaunching
import Testing

@testable import Multiprocessing

private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}

@Suite("Message authentication")
struct MessageAuthenticationTests {
    @Test(
        "digests are those of the standard",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func digests(text: String, digest: String) {
        #expect(hexadecimal(SHA256.digest(of: Array(text.utf8))) == digest)
        var hash = SHA256()
        for byte in text.utf8 { hash.update([byte]) }
        #expect(hexadecimal(hash.finish()) == digest)
    }

    @Test("codes are those of the standard")
    func codes() {
        func code(_ key: [UInt8], _ message: String) -> String {
            hexadecimal(MessageAuthentication.code(of: Array(message.utf8), key: key))
        }
        #expect(
            code([UInt8](repeating: 0x0b, count: 20), "Hi There")
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        )
        #expect(
            code(Array("Jefe".utf8), "what do ya want for nothing?")
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
        #expect(
            code(
                [UInt8](repeating: 0xaa, count: 131),
                "Test Using Larger Than Block-Size Key - Hash Key First"
            )
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        )
    }

    @Test("codes of every length of key and message are those of Python's hmac")
    func codesOfPython() async throws {
        let program = """
            import hmac
            for count in range(300):
                key = bytes(i * 7 % 256 for i in range(1 + count // 2))
                print(hmac.new(key, bytes(i * 31 % 256 for i in range(count)), "sha256").hexdigest())
            """
        let job = RankJob(
            executable: "python3",
            arguments: ["-c", program],
            ranks: nil,
            timeout: .seconds(60)
        )
        let result = try await oneJobAtATime { try await job.run() }
        let lines = result.standardOutput.split(separator: "\n").map(String.init)
        try #require(lines.count == 300, "\(result.report)")
        for (count, line) in lines.enumerated() {
            let key = (0..<1 + count / 2).map { UInt8($0 * 7 % 256) }
            let message = (0..<count).map { UInt8($0 * 31 % 256) }
            #expect(hexadecimal(MessageAuthentication.code(of: message, key: key)) == line)
        }
    }

    @Test("codes are equal only if every byte is")
    func comparison() {
        let code = (0..<32).map { UInt8($0) }
        #expect(MessageAuthentication.areEqual(code, code))
        #expect(!MessageAuthentication.areEqual(code, Array(code.dropLast())))
        #expect(!MessageAuthentication.areEqual(code, []))
        for index in code.indices {
            var other = code
            other[index] ^= 0x80
            #expect(!MessageAuthentication.areEqual(code, other))
        }
    }

    @Test("a key does not show what it is")
    func secrecy() {
        let key = AuthenticationKey("secret")
        var text = "\(key) \(String(reflecting: key))"
        dump(key, to: &text)
        #expect(!text.contains("secret") && !text.contains("115"))
        #expect(AuthenticationKey.random() != AuthenticationKey.random())
    }
}
