import ClosureCoding
import Foundation
import Testing

private struct PrivateType { var number = 1 }
private struct PrivateBox<Value: Hashable, Other> {
    var value: Value
    var other: Other
    struct Inner<Third: Sequence> where Third.Element: Equatable { var third: Third }
}
private class PrivateBase<Value> { var value: Value? }
private final class PrivateDerived<Value>: PrivateBase<[Value]> { var other: Value? }

@Suite("A type travels by reference")
struct TypeReferenceTests {
    private func localTypes() -> [Any.Type] {
        struct Local {}
        enum LocalEnumeration {
            case one(Int)
            case two
        }
        final class LocalClass {}
        return [
            Local.self, LocalEnumeration.self, LocalClass.self, PrivateBox<Int, Local>.self, [Local].self,
            Local?.self,
        ]
    }

    private var types: [Any.Type] {
        [
            Int.self, String.self, [Int].self, [String: [Int]].self, Int?.self, (Int, String).self, Any.self,
            (() -> Void).self, ((Int) async throws -> String).self, Int.Type.self, (any Error).self,
            (any Codable & Sendable).self, AnyObject.self, Point.self, Command.self, Worker.self,
            Pair<Int, String>.self,
            Holder<[Int]>.self, Date.self, CollectionOfOne<Point>.self, Result<Int, PortableFailure>.self,
            PrivateType.self, PrivateBox<Int, PrivateType>.self, PrivateBox<[String], Int>.self,
            PrivateBox<Int, Int>.Inner<[String]>.self, PrivateBox<PrivateKey, Int>.self,
            PrivateBase<Int>.self,
            PrivateDerived<PrivateType>.self, [PrivateType].self, [PrivateKey: PrivateType].self,
            PrivateType.Type.self,
            Never.self, Void.self, Unmanaged<Worker>.self, Swift.KeyPath<Point, Int>.self,
        ] + localTypes()
    }

    @Test("and is the same type again, in this process")
    func roundTrip() throws {
        for type in types {
            let data = try JSONEncoder().encode(try TypeReference(type))
            let reference = try JSONDecoder().decode(TypeReference.self, from: data)
            #expect(try reference.resolve() == type)
            #expect(try reference == TypeReference(type))
        }
    }

    @Test("but not if the name means nothing here")
    func unknownName() throws {
        for name in ["", "x", "q_", "qd__", "Si_", "4nope3nopeV", "$s", "\u{1}abcd", "SiSg_", "SayxG"] {
            let data = try JSONSerialization.data(withJSONObject: [0, name] as [Any])
            let reference = try JSONDecoder().decode(TypeReference.self, from: data)
            #expect(throws: ClosureCodingError.self) { try reference.resolve() }
        }
    }

    @Test("and the program's identity is stable and not empty")
    func identity() throws {
        let identity = ProgramIdentity.current
        #expect(identity == ProgramIdentity.current)
        #expect(identity.description.count >= 16)
        let data = try JSONEncoder().encode([identity])
        #expect(try JSONDecoder().decode([ProgramIdentity].self, from: data) == [identity])
    }
}

private struct PrivateKey: Hashable { var key = 1 }
