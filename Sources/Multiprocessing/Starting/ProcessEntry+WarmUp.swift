internal import CProcessSupport
internal import ClosureCoding
internal import Glibc
internal import MessageCoding

extension ProcessEntry {
    /// Does once, in the fork server, what every process does before and after its work.
    ///
    /// The first time, Swift's runtime looks for conformances and builds descriptions of types, and the linker looks for functions: which takes
    /// longer, and writes to more memory, than everything else that a process does. What is forked afterwards finds all that done.
    static func warmUp() {
        // On a thread that ends before anything is forked: the first one may take no locks, as in a process.
        guard let thread = try? NativeThread(name: "warm-up", { rehearse() }) else { return }
        thread.join()
    }

    /// Lives through a process without work, up to its end.
    private static func rehearse() {
        let endpoint = Endpoint.current
        // What does not work here does not work in a process either, and is reported there.
        _ = try? rehearseAssignment()
        finishChildren()
        cps_flush_output()
        Endpoint.makeCurrent(endpoint)
    }

    private static func rehearseAssignment() throws {
        _ = Machine.processorCount
        let order = ProcessOrder(
            name: "rehearsal",
            identity: [1],
            isDaemon: false,
            startMethod: .forkServer,
            parent: .main(ofRank: 0),
            parentName: "",
            parentPid: 0,
            mainRank: 0
        )
        var frame = Frame(.notice, code: Operation.run.rawValue, from: order.parent, to: order.parent)
        try frame.append(order)
        frame.bytes.append(
            contentsOf: try MessageEncoder().encode(PortableWork(ClosureWork(closure: .init {})))
        )
        frame.seal()
        let memory = try LinkMemory(journalSize: 0)
        let (near, far) = try ForkServer.makeSocketPair(Int32(SOCK_STREAM.rawValue))
        defer { for socket in [near, far] { close(socket) } }
        var writer = FrameWriter(memory.toProcess)
        writer.append(frame)
        let assignment = try takeAssignment(far, memory.mapping.takeDescriptor())
        let work = try assignment.work()
        guard !(work is SubclassWork) else { return }
        try work.withoutSuspending?.performNow(in: assignment.process)
    }
}
