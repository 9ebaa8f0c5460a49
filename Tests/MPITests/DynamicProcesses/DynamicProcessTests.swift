import Glibc
import MPI
import RankChecks
import RankLaunching
import Testing

private let python = getenv("SWIFT_MPI_PYTHON").map { String(cString: $0) }

/// Whether the library has no ports, and so nothing that needs them; only MPICH may lack them.
private func worldsCannotMeet() throws -> Bool {
    do {
        try Port.open().close()
    } catch  where error.errorClass == .notSupported {
        try #require(Environment.vendor.name == "MPICH")
        return true
    }
    return false
}

private func expectNotSupported(_ body: () throws -> Void) throws {
    let error = try #require(throws: MPIError.self) { try body() }
    #expect(error.errorClass == .notSupported && error.text.contains("worlds"), "\(error)")
}

/// Prints why something was not tried on the ranks.
private func printReason(_ result: RankJobResult) {
    if let line = result.lines.first(where: { $0.text.contains("not tried") }) { print(line.text) }
}

/// One end, for each of two ranks, of a connection between them.
private func connectedSocket(_ world: Communicator) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    func withAddress(_ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32)
        throws
    {
        let status = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
        try #require(status == 0)
    }
    if world.rank == 0 {
        try withAddress { bind(descriptor, $0, $1.pointee) }
        try #require(listen(descriptor, 1) == 0)
        try withAddress { getsockname(descriptor, $0, $1) }
    }
    address.sin_port = try world.broadcast(from: 0) { address.sin_port }
    guard world.rank == 0 else {
        try withAddress { connect(descriptor, $0, $1.pointee) }
        return descriptor
    }
    defer { close(descriptor) }
    return accept(descriptor, nil, nil)
}

@Suite("Dynamic processes")
struct DynamicProcessTests {
    @Test("two halves of a job connect by a port, or the error says that the library has none")
    func connecting() async throws {
        let result = try await onRanks(3) { () throws in
            let world = Communicator.world
            let isServer = world.rank == 0
            let side = try #require(try world.split(color: isServer ? 0 : 1))
            if try worldsCannotMeet() {
                try expectNotSupported { _ = try side.accept(Port(named: "none")) }
                try expectNotSupported { _ = try side.connect(Port(named: "none")) }
                print("ports are not tried: the library has none")
                return
            }
            let port = isServer ? try Port.open() : nil
            let name = try world.broadcast(from: 0) { port?.name ?? "" }
            let between = isServer ? try side.accept(Port(named: name)) : try side.connect(Port(named: name))
            #expect(try between.allGather(world.rank) == (isServer ? [1, 2] : [0]))
            try between.disconnect()
            try side.free()
            try world.barrier()
            try port?.close()
        }
        printReason(result)
    }

    @Test("a rank finds a port by the name under which another has published it")
    func publishing() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            // MPICH loses what stands behind a blank.
            let port = Port(named: "port-of-rank-0")
            if world.rank == 0 { try port.publish(as: "swift-mpi-test") }
            try world.barrier()
            if world.rank == 1 { #expect(try Port.lookUp("swift-mpi-test") == port) }
            let error = #expect(throws: MPIError.self) {
                try Port.lookUp("swift-mpi-nobody-has-this-name")
            }
            #expect(error?.errorClass == .name)
            try world.barrier()
            if world.rank == 0 { try port.unpublish("swift-mpi-test") }
        }
    }

    @Test("two ranks with a socket between them join, or the error says that the library cannot")
    func joining() async throws {
        let result = try await onRanks(2) { () throws in
            let world = Communicator.world
            let descriptor = try connectedSocket(world)
            defer { close(descriptor) }
            if try worldsCannotMeet() {
                try expectNotSupported { _ = try Communicator.join(fileDescriptor: descriptor) }
                print("joining is not tried: the library cannot")
                return
            }
            let between = try Communicator.join(fileDescriptor: descriptor)
            #expect(between.size == 1 && between.remoteSize == 1)
            #expect(try between.allGather(world.rank) == [1 - world.rank])
            try between.disconnect()
        }
        printReason(result)
    }

    @Test(
        "children are started, found and spoken to, also those that are no Swift programs",
        .enabled(if: python != nil, "SWIFT_MPI_PYTHON names no Python with mpi4py")
    )
    func spawning() async throws {
        let result = try await onRanks(2, arguments: [python ?? ""]) { () throws in
            let world = Communicator.world
            if try worldsCannotMeet() {
                try expectNotSupported { _ = try world.spawn([SpawnCommand("/bin/true", count: 1)]) }
                print("starting other ranks is not tried: the library cannot")
                return
            }
            let executable = try RankCheck.argument(0, as: String.self)
            let script = """
                from mpi4py import MPI
                import array
                parent = MPI.Comm.Get_parent()
                total = array.array('q', [0])
                parent.Allreduce(array.array('q', [parent.rank + 1]), total, op=MPI.SUM)
                if parent.rank == 0:
                    parent.Send(total, dest=0, tag=5)
                parent.Disconnect()
                """
            let children = try world.spawn([SpawnCommand(executable, arguments: ["-c", script], count: 2)])
            #expect(children.remoteSize == 2)
            #expect(try children.allReduce(Int64(world.rank + 10), .sum) == 3)
            if world.rank == 0 {
                #expect(try children.receiveElements(of: Int64.self, from: 0, tag: 5) == [21])
            }
            try children.disconnect()
            #expect(throws: MPIError.self) { try world.spawn([]) }
            #expect(Environment.parent == nil)
        }
        printReason(result)
    }
}
