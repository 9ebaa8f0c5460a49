import MPI
import Testing

@Suite("GeneralizedRequest")
struct GeneralizedRequestTests {
    @Test("a request of the program's own is complete when the program says so")
    func generalized() async throws {
        let own = GeneralizedRequest<Int>()
        let request = own.makeRequest()
        #expect(try !request.test())
        own.succeed(7)
        own.succeed(8)
        #expect(try request.wait() == 7)
        let failing = GeneralizedRequest<Int>()
        failing.fail(CancellationError())
        await #expect(throws: CancellationError.self) { try await failing.makeRequest().value }
        let late = GeneralizedRequest<Int>()
        #expect(throws: MPIError.self) { try late.makeRequest().wait(timeout: .milliseconds(5)) }
        #expect(late.isCancelled)
    }

    @Test("cancelling one request ends all that wait for the same")
    func cancelled() async throws {
        let own = GeneralizedRequest<Int>()
        #expect(try own.makeRequest().cancel())
        let error = #expect(throws: (any Error).self) { try own.makeRequest().wait(timeout: .seconds(20)) }
        #expect((error as? MPIError)?.errorClass == .request)
        await #expect(throws: CancellationError.self) { try await own.makeRequest().value }
        own.succeed(1)
        #expect(own.isCancelled)

        let other = GeneralizedRequest<Int>()
        let task = Task { try await other.makeRequest().value }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(other.isCancelled)
    }

    @Test("whoever waits gets what the program says of its operation")
    func status() throws {
        let own = GeneralizedRequest<String>()
        own.succeed("done", status: Status(source: 3, tag: 9, byteCount: 24))
        let (value, status) = try own.makeRequest().waitWithStatus()
        #expect(value == "done")
        #expect(status.source == 3 && status.tag == 9 && status.count(of: Double.self) == 3)
    }
}
