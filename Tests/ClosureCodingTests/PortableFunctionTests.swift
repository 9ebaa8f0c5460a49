import ClosureCoding
import Foundation
import Testing

@Suite("A function runs in another process")
struct PortableFunctionTests {
    @Test("as it does here", arguments: FunctionCase.all)
    func travels(function: FunctionCase) async throws {
        let expected = try await function.expected()
        let payload = try function.encode()
        // Here first: a failure is easier to look into.
        #expect(try await function.decodeAndCall(payload) == expected)
        let reply = try runInAnotherProcess(function.name, payload)
        #expect(reply.error == nil)
        #expect(reply.result == expected)
        let randomization = try? String(
            contentsOfFile: "/proc/sys/kernel/randomize_va_space",
            encoding: .utf8
        )
        if randomization?.first == "2" { #expect(reply.loadAddress != loadAddress()) }
    }

    @Test("and every case has a name of its own")
    func namesAreDistinct() {
        #expect(Set(FunctionCase.all.map(\.name)).count == FunctionCase.all.count)
    }
}
