internal import CMPI

extension RawCommunicator {
    /// `MPI_Neighbor_allgather`.
    func neighborAllGather(
        _ source: Source,
        _ sourceCount: Int32,
        _ sourceType: RawDatatype,
        _ target: Target,
        _ targetCount: Int32,
        _ targetType: RawDatatype,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Neighbor_allgather") {
                MPI_Neighbor_allgather(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    handle
                )
            }
        case .immediate:
            try call("MPI_Ineighbor_allgather") {
                MPI_Ineighbor_allgather(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    handle,
                    &request
                )
            }
        case .persistent:
            let function = try PersistentCollective.neighborallgather.function
            try call("MPI_Neighbor_allgather_init") {
                function(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    /// `MPI_Neighbor_allgatherv`.
    func neighborAllGather(
        _ source: Source,
        _ sourceCount: Int32,
        _ sourceType: RawDatatype,
        _ target: Target,
        _ counts: UnsafePointer<Int32>,
        _ displacements: UnsafePointer<Int32>,
        _ targetType: RawDatatype,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Neighbor_allgatherv") {
                MPI_Neighbor_allgatherv(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    counts,
                    displacements,
                    targetType.handle,
                    handle
                )
            }
        case .immediate:
            try call("MPI_Ineighbor_allgatherv") {
                MPI_Ineighbor_allgatherv(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    counts,
                    displacements,
                    targetType.handle,
                    handle,
                    &request
                )
            }
        case .persistent:
            let function = try PersistentCollective.neighborallgatherv.function
            try call("MPI_Neighbor_allgatherv_init") {
                function(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    counts,
                    displacements,
                    targetType.handle,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    /// `MPI_Neighbor_alltoall`.
    func neighborAllToAll(
        _ source: Source,
        _ sourceCount: Int32,
        _ sourceType: RawDatatype,
        _ target: Target,
        _ targetCount: Int32,
        _ targetType: RawDatatype,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Neighbor_alltoall") {
                MPI_Neighbor_alltoall(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    handle
                )
            }
        case .immediate:
            try call("MPI_Ineighbor_alltoall") {
                MPI_Ineighbor_alltoall(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    handle,
                    &request
                )
            }
        case .persistent:
            let function = try PersistentCollective.neighboralltoall.function
            try call("MPI_Neighbor_alltoall_init") {
                function(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    /// `MPI_Neighbor_alltoallv`.
    func neighborAllToAll(
        _ source: Source,
        _ sourceCounts: UnsafePointer<Int32>,
        _ sourceDisplacements: UnsafePointer<Int32>,
        _ sourceType: RawDatatype,
        _ target: Target,
        _ counts: UnsafePointer<Int32>,
        _ displacements: UnsafePointer<Int32>,
        _ targetType: RawDatatype,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Neighbor_alltoallv") {
                MPI_Neighbor_alltoallv(
                    source,
                    sourceCounts,
                    sourceDisplacements,
                    sourceType.handle,
                    target,
                    counts,
                    displacements,
                    targetType.handle,
                    handle
                )
            }
        case .immediate:
            try call("MPI_Ineighbor_alltoallv") {
                MPI_Ineighbor_alltoallv(
                    source,
                    sourceCounts,
                    sourceDisplacements,
                    sourceType.handle,
                    target,
                    counts,
                    displacements,
                    targetType.handle,
                    handle,
                    &request
                )
            }
        case .persistent:
            let function = try PersistentCollective.neighboralltoallv.function
            try call("MPI_Neighbor_alltoallv_init") {
                function(
                    source,
                    sourceCounts,
                    sourceDisplacements,
                    sourceType.handle,
                    target,
                    counts,
                    displacements,
                    targetType.handle,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    /// `MPI_Neighbor_alltoallw`.
    func neighborAllToAll(
        _ source: Source,
        _ sourceCounts: UnsafePointer<Int32>,
        _ sourceDisplacements: UnsafePointer<MPI_Aint>,
        _ sourceTypes: UnsafePointer<DatatypeHandle>,
        _ target: Target,
        _ counts: UnsafePointer<Int32>,
        _ displacements: UnsafePointer<MPI_Aint>,
        _ targetTypes: UnsafePointer<DatatypeHandle>,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Neighbor_alltoallw") {
                MPI_Neighbor_alltoallw(
                    source,
                    sourceCounts,
                    sourceDisplacements,
                    sourceTypes,
                    target,
                    counts,
                    displacements,
                    targetTypes,
                    handle
                )
            }
        case .immediate:
            try call("MPI_Ineighbor_alltoallw") {
                MPI_Ineighbor_alltoallw(
                    source,
                    sourceCounts,
                    sourceDisplacements,
                    sourceTypes,
                    target,
                    counts,
                    displacements,
                    targetTypes,
                    handle,
                    &request
                )
            }
        case .persistent:
            let function = try PersistentCollective.neighboralltoallw.function
            try call("MPI_Neighbor_alltoallw_init") {
                function(
                    source,
                    sourceCounts,
                    sourceDisplacements,
                    sourceTypes,
                    target,
                    counts,
                    displacements,
                    targetTypes,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }
}
