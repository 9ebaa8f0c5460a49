import MessageCoding
import Testing

@Suite("Type fingerprints")
struct TypeFingerprintTests {
    @Test("are the same for the same type and differ for others")
    func identity() {
        #expect(TypeFingerprint.of(Int.self) == TypeFingerprint.of(Int.self))
        #expect(TypeFingerprint.of([Double].self) == TypeFingerprint.of(Array<Double>.self))
        let all = [
            TypeFingerprint.of(Int.self), .of(Int64.self), .of(Double.self), .of([Double].self),
            .of([[Double]].self),
            .of(Double?.self), .of([String: Int].self), .of([Int: String].self), .of(Point.self),
            .of(Holder<Int>.self), .of(Holder<String>.self), .of(Private.self), .of(Expression.self),
        ]
        #expect(Set(all).count == all.count)
    }

    @Test("are what other binaries compute")
    func stability() {
        // These figures are part of the format of messages: a change makes programs unable to talk to each other.
        #expect(TypeFingerprint.of(Int.self).rawValue == 8_968_789_932_460_636_294)
        #expect(TypeFingerprint.of([String: Int].self).rawValue == 5_691_212_797_293_674_001)
    }

    @Test("know their names once they have been asked for")
    func names() {
        #expect(
            TypeFingerprint.of([String: Int].self).knownName == "Swift.Dictionary<Swift.String, Swift.Int>"
        )
        #expect(TypeFingerprint.of(Private.self).knownName == "MessageCodingTests.Private")
        #expect(TypeFingerprint.of(Point.self).description == "MessageCodingTests.Point")
        let unknown = TypeFingerprint(rawValue: 0xABC)
        #expect(unknown.knownName == nil)
        #expect(unknown.description == "type #abc")
    }

    @Test("are found by many threads at once, more types than the table holds")
    func concurrency() async {
        func nest<T>(_ type: T.Type, _ depth: Int, _ seen: inout [TypeFingerprint]) {
            seen.append(.of(type))
            if depth > 0 {
                nest([T].self, depth - 1, &seen)
                nest(T?.self, depth - 1, &seen)
            }
        }
        await withTaskGroup(of: [TypeFingerprint].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var seen: [TypeFingerprint] = []
                    nest(UInt16.self, 10, &seen)
                    return seen
                }
            }
            var first: [TypeFingerprint]?
            for await seen in group {
                #expect(seen == first ?? seen)
                #expect(Set(seen).count == 2047)
                first = seen
            }
        }
    }
}

private struct Private {}
