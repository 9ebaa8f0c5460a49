import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("ForkServer")
struct ForkServerTests {
    @Test("reports that arrive while an order has to wait are kept, and known to be there")
    func reportsMeanwhile() throws {
        let (near, far) = try ForkServer.makeSocketPair(Int32(SOCK_SEQPACKET.rawValue))
        defer { close(far) }
        // The child of nobody: `stop` waits for a process that does not exist.
        let server = ForkServer(control: near, pid: pid_t.max)
        defer { server.stop() }
        var order = ForkServerProtocol.Message(kind: ForkServerProtocol.signal, serial: 1, value: 0, flags: 0)
        let size = MemoryLayout.size(ofValue: order)
        while send(near, &order, size, Int32(MSG_DONTWAIT)) == size {}
        var report = ForkServerProtocol.Message(kind: ForkServerProtocol.ended, serial: 7, value: 9, flags: 0)
        #expect(send(far, &report, size, 0) == size)
        #expect(!server.hasUnread)
        let handedOver = HandedOver(server)
        let sender = try NativeThread(name: "sender") { try? handedOver.value.signal(2, 15) }
        // It takes the report in because it cannot send; then there is room again.
        var entry = pollfd(fd: near, events: Int16(POLLIN), revents: 0)
        let limit = ContinuousClock.now + .seconds(20)
        while poll(&entry, 1, 0) > 0, ContinuousClock.now < limit { sched_yield() }
        #expect(poll(&entry, 1, 0) == 0)
        while recv(far, &order, size, Int32(MSG_DONTWAIT)) == size {}
        sender.join()
        #expect(server.hasUnread)
        guard case .ended(7, .signalled(9), _) = server.nextReport().report else {
            Issue.record("the report is lost")
            return
        }
        #expect(!server.hasUnread)
    }

    @Test("a server that is gone takes no orders, and has nothing to say")
    func gone() {
        let server = ForkServer.gone
        #expect(server.isGone && !server.hasUnread)
        #expect(kindOfError { try server.signal(1, 15) } == .resources)
        #expect(kindOfError { try server.start(1, [], descriptors: []) } == .resources)
        let (report, hasEnded) = server.nextReport()
        #expect(report == nil && !hasEnded)
        server.stop()
    }
}
