internal import ClosureCoding
internal import MessageCoding

extension ProcessEntry {
    /// Does once, in the fork server, what is the same for every process.
    ///
    /// Swift's runtime looks for the conformances of a type when it first meets them, and remembers them: which takes longer than everything
    /// else that a process does before its work. What is forked afterwards remembers them too.
    static func warmUp() {
        // On a thread that ends before anything is forked: the first one may take no locks, as in a process.
        guard let thread = try? NativeThread(name: "warm-up", { rehearse() }) else { return }
        thread.join()
    }

    /// Takes an order and its work apart, as a process does with its own.
    private static func rehearse() {
        _ = HostName.current
        _ = Machine.processorCount
        let order = ProcessOrder(
            name: "",
            identity: [1],
            isDaemon: false,
            startMethod: .forkServer,
            parent: .main(ofRank: 0),
            parentName: "",
            parentPid: 0,
            mainRank: 0
        )
        var frame = Frame(.notice, code: Operation.run.rawValue, from: order.parent, to: order.parent)
        let work = PortableWork(ClosureWork(closure: .init {}))
        // What does not work here does not work in a process either, and is reported there.
        guard (try? frame.append(order)) != nil, let encodedWork = try? MessageEncoder().encode(work) else {
            return
        }
        frame.bytes.append(contentsOf: encodedWork)
        frame.seal()
        guard let (_, workOffset) = try? frame.order() else { return }
        _ = try? frame.withBody { body in
            try MessageDecoder().decode(
                PortableWork.self,
                from: UnsafeRawBufferPointer(rebasing: body[workOffset...])
            )
        }
    }
}
