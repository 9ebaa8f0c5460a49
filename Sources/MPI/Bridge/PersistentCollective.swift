internal import CMPI

/// The functions that make persistent collective operations: of MPI 4, and before it extensions.
enum PersistentCollective {
    static let remedy = "MPI 4 has it, and Open MPI from version 4.1 on as an extension"

    static func find<Signature>(
        _ extensionName: StaticString,
        _ name: StaticString,
        _ signature: Signature.Type
    )
        -> OptionalFunction<Signature>
    {
        OptionalFunction(name, or: extensionName, as: signature, remedy: remedy)
    }

    typealias Barrier =
        @convention(c) (CommunicatorHandle, InfoHandle, UnsafeMutablePointer<RequestHandle>) -> Int32
    static let barrier = find("MPIX_Barrier_init", "MPI_Barrier_init", Barrier.self)

    typealias Bcast =
        @convention(c) (
            Target, Int32, DatatypeHandle, Int32, CommunicatorHandle, InfoHandle,
            UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let bcast = find("MPIX_Bcast_init", "MPI_Bcast_init", Bcast.self)

    typealias Gather =
        @convention(c) (
            Source, Int32, DatatypeHandle, Target, Int32, DatatypeHandle, Int32, CommunicatorHandle,
            InfoHandle, UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let gather = find("MPIX_Gather_init", "MPI_Gather_init", Gather.self)

    typealias Gatherv =
        @convention(c) (
            Source, Int32, DatatypeHandle, Target, UnsafePointer<Int32>, UnsafePointer<Int32>, DatatypeHandle,
            Int32, CommunicatorHandle, InfoHandle, UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let gatherv = find("MPIX_Gatherv_init", "MPI_Gatherv_init", Gatherv.self)

    typealias Scatter =
        @convention(c) (
            Source, Int32, DatatypeHandle, Target, Int32, DatatypeHandle, Int32, CommunicatorHandle,
            InfoHandle, UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let scatter = find("MPIX_Scatter_init", "MPI_Scatter_init", Scatter.self)

    typealias Scatterv =
        @convention(c) (
            Source, UnsafePointer<Int32>, UnsafePointer<Int32>, DatatypeHandle, Target, Int32, DatatypeHandle,
            Int32, CommunicatorHandle, InfoHandle, UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let scatterv = find("MPIX_Scatterv_init", "MPI_Scatterv_init", Scatterv.self)

    typealias Allgather =
        @convention(c) (
            Source, Int32, DatatypeHandle, Target, Int32, DatatypeHandle, CommunicatorHandle, InfoHandle,
            UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let allgather = find("MPIX_Allgather_init", "MPI_Allgather_init", Allgather.self)

    typealias Allgatherv =
        @convention(c) (
            Source, Int32, DatatypeHandle, Target, UnsafePointer<Int32>, UnsafePointer<Int32>, DatatypeHandle,
            CommunicatorHandle, InfoHandle, UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let allgatherv = find("MPIX_Allgatherv_init", "MPI_Allgatherv_init", Allgatherv.self)

    typealias Alltoall =
        @convention(c) (
            Source, Int32, DatatypeHandle, Target, Int32, DatatypeHandle, CommunicatorHandle, InfoHandle,
            UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let alltoall = find("MPIX_Alltoall_init", "MPI_Alltoall_init", Alltoall.self)

    typealias Alltoallv =
        @convention(c) (
            Source, UnsafePointer<Int32>, UnsafePointer<Int32>, DatatypeHandle, Target, UnsafePointer<Int32>,
            UnsafePointer<Int32>, DatatypeHandle, CommunicatorHandle, InfoHandle,
            UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let alltoallv = find("MPIX_Alltoallv_init", "MPI_Alltoallv_init", Alltoallv.self)

    typealias Alltoallw =
        @convention(c) (
            Source, UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<DatatypeHandle>, Target,
            UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<DatatypeHandle>, CommunicatorHandle,
            InfoHandle, UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let alltoallw = find("MPIX_Alltoallw_init", "MPI_Alltoallw_init", Alltoallw.self)

    typealias Neighborallgather =
        @convention(c) (
            Source, Int32, DatatypeHandle, Target, Int32, DatatypeHandle, CommunicatorHandle, InfoHandle,
            UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let neighborallgather = find(
        "MPIX_Neighbor_allgather_init",
        "MPI_Neighbor_allgather_init",
        Neighborallgather.self
    )

    typealias Neighborallgatherv =
        @convention(c) (
            Source, Int32, DatatypeHandle, Target, UnsafePointer<Int32>, UnsafePointer<Int32>, DatatypeHandle,
            CommunicatorHandle, InfoHandle, UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let neighborallgatherv = find(
        "MPIX_Neighbor_allgatherv_init",
        "MPI_Neighbor_allgatherv_init",
        Neighborallgatherv.self
    )

    typealias Neighboralltoall =
        @convention(c) (
            Source, Int32, DatatypeHandle, Target, Int32, DatatypeHandle, CommunicatorHandle, InfoHandle,
            UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let neighboralltoall = find(
        "MPIX_Neighbor_alltoall_init",
        "MPI_Neighbor_alltoall_init",
        Neighboralltoall.self
    )

    typealias Neighboralltoallv =
        @convention(c) (
            Source, UnsafePointer<Int32>, UnsafePointer<Int32>, DatatypeHandle, Target, UnsafePointer<Int32>,
            UnsafePointer<Int32>, DatatypeHandle, CommunicatorHandle, InfoHandle,
            UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let neighboralltoallv = find(
        "MPIX_Neighbor_alltoallv_init",
        "MPI_Neighbor_alltoallv_init",
        Neighboralltoallv.self
    )

    typealias Neighboralltoallw =
        @convention(c) (
            Source, UnsafePointer<Int32>, UnsafePointer<MPI_Aint>, UnsafePointer<DatatypeHandle>, Target,
            UnsafePointer<Int32>, UnsafePointer<MPI_Aint>, UnsafePointer<DatatypeHandle>, CommunicatorHandle,
            InfoHandle, UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let neighboralltoallw = find(
        "MPIX_Neighbor_alltoallw_init",
        "MPI_Neighbor_alltoallw_init",
        Neighboralltoallw.self
    )

    typealias Reduce =
        @convention(c) (
            Source, Target, Int32, DatatypeHandle, OperationHandle, Int32, CommunicatorHandle, InfoHandle,
            UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let reduce = find("MPIX_Reduce_init", "MPI_Reduce_init", Reduce.self)

    typealias Allreduce =
        @convention(c) (
            Source, Target, Int32, DatatypeHandle, OperationHandle, CommunicatorHandle, InfoHandle,
            UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let allreduce = find("MPIX_Allreduce_init", "MPI_Allreduce_init", Allreduce.self)

    typealias Reducescatter =
        @convention(c) (
            Source, Target, UnsafePointer<Int32>, DatatypeHandle, OperationHandle, CommunicatorHandle,
            InfoHandle, UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let reducescatter = find("MPIX_Reduce_scatter_init", "MPI_Reduce_scatter_init", Reducescatter.self)

    typealias Reducescatterblock =
        @convention(c) (
            Source, Target, Int32, DatatypeHandle, OperationHandle, CommunicatorHandle, InfoHandle,
            UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let reducescatterblock = find(
        "MPIX_Reduce_scatter_block_init",
        "MPI_Reduce_scatter_block_init",
        Reducescatterblock.self
    )

    typealias Scan =
        @convention(c) (
            Source, Target, Int32, DatatypeHandle, OperationHandle, CommunicatorHandle, InfoHandle,
            UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let scan = find("MPIX_Scan_init", "MPI_Scan_init", Scan.self)

    typealias Exscan =
        @convention(c) (
            Source, Target, Int32, DatatypeHandle, OperationHandle, CommunicatorHandle, InfoHandle,
            UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    static let exscan = find("MPIX_Exscan_init", "MPI_Exscan_init", Exscan.self)
}
