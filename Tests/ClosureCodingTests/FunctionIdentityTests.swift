import ClosureCoding
import Testing

private func double(_ number: Int) -> Int { 2 * number }
private func triple(_ number: Int) -> Int { 3 * number }

/// An instance that two functions could share.
private final class Tally: Codable, Sendable {}

@Suite("What tells functions apart that capture nothing")
struct FunctionIdentityTests {
    private func made(_ number: Int) -> PortableFunction<@Sendable (Int) -> Int> {
        number == 0 ? PortableFunction { $0 + 1 } : PortableFunction { $0 + 2 }
    }

    private func named(_ number: Int) -> PortableFunction<@Sendable (Int) -> Int> {
        number == 0 ? PortableFunction(double) : PortableFunction(triple)
    }

    private func generic<Value: Sendable>(_ value: Value) -> PortableFunction<@Sendable (Value) -> Value> {
        PortableFunction { $0 }
    }

    @Test("is the same however often one is made, and another one for each")
    func same() throws {
        let identities = [
            made(0).identity, made(1).identity, named(0).identity, named(1).identity,
        ]
        for identity in identities { #expect(identity != nil) }
        #expect(Set(identities).count == identities.count)
        #expect(made(0).identity == identities[0])
        #expect(named(0).identity == identities[2])
        let suspending = PortableFunction { @Sendable (number: Int) async in number }
        #expect(suspending.identity != nil && suspending.identity != identities[0])
    }

    @Test("is missing where something is captured", arguments: [7])
    func captures(_ number: Int) {
        // Nothing here is known when this is compiled: what is known would be part of the code, and not be captured.
        let (text, tally) = (String(number), Tally())
        #expect(PortableFunction { @Sendable in number + 1 }.identity == nil)
        #expect(PortableFunction { @Sendable in text }.identity == nil)
        #expect(PortableFunction { @Sendable in tally }.identity == nil)
        #expect(PortableFunction { @Sendable () -> Int in [number, 1].max() ?? 0 }.identity == nil)
        // What a function captures may capture something itself.
        let inner: @Sendable () -> Int = { number }
        #expect(PortableFunction { @Sendable in inner() + 1 }.identity == nil)
        // Its types are captured.
        #expect(generic(1).identity == nil || generic(1).identity != generic("").identity)
    }
}
