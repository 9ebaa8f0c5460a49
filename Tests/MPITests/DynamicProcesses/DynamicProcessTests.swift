import Glibc
import MPI
import RankChecks
import RankLaunching
import Testing

private let python = getenv("SWIFT_MPI_PYTHON").map { String(cString: $0) }

@Suite("Dynamic processes")
struct DynamicProcessTests {
    @Test(
        "two halves of a job connect by a port, and two ranks by a socket",
        .enabled(if: RankCheck.usesOpenMPI, "MPICH's launcher has no name server")
    )
    func connecting() async throws {
        try await onRanks(3) { () throws in
            let world = Communicator.world
            let isServer = world.rank == 0
            let side = try #require(try world.split(color: isServer ? 0 : 1))
            let port = isServer ? try Port.open() : nil
            try port?.publish(as: "swift-mpi-test")
            try world.barrier()
            let name = try world.broadcast(from: 0) { port?.name ?? "" }
            if world.rank == 1 {
                let found = try Port.lookUp("swift-mpi-test")
                #expect(found.name == name)
            }
            let between = isServer ? try side.accept(Port(named: name)) : try side.connect(Port(named: name))
            #expect(try between.allGather(world.rank) == (isServer ? [1, 2] : [0]))
            try between.disconnect()
            try side.free()
            try world.barrier()
            if let port {
                try port.unpublish("swift-mpi-test")
                try port.close()
            }
            #expect(throws: MPIError.self) { try Port.lookUp("swift-mpi-nobody-has-this-name") }
        }
    }

    @Test(
        "children are started, found and spoken to, also those that are no Swift programs",
        .enabled(if: python != nil, "SWIFT_MPI_PYTHON names no Python with mpi4py")
    )
    func spawning() async throws {
        try await onRanks(2, arguments: [python ?? ""]) { () throws in
            let world = Communicator.world
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
    }
}
