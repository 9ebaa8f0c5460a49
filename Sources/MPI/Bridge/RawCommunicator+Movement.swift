internal import CMPI

// Every collective operation of the library once, in its three styles. What is behind a pointer is read until the operation is complete: in the
// immediate and the persistent style it has to be kept as long.

/// How a collective operation is called.
enum CollectiveStyle {
    /// It is complete when the call returns, and there is no request.
    case blocking
    /// The request is to be waited for.
    case immediate
    /// The request is to be started, as often as is wanted.
    case persistent

    /// The style of what is started again and again.
    static var startable: CollectiveStyle {
        #if MPI_INTEGER_HANDLES
        // MPICH 4.0 mixes up the elements of persistent operations, so that each start begins an immediate one.
        .immediate
        #else
        .persistent
        #endif
    }
}

extension RawCommunicator {
    /// `MPI_Barrier`.
    func barrier(_ style: CollectiveStyle) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Barrier") { MPI_Barrier(handle) }
        case .immediate:
            try call("MPI_Ibarrier") { MPI_Ibarrier(handle, &request) }
        case .persistent:
            let function = try PersistentCollective.barrier.function
            try call("MPI_Barrier_init") { function(handle, cmpi_info_null(), &request) }
        }
        return RawRequest(request)
    }

    /// `MPI_Bcast`.
    func broadcast(
        _ address: Target,
        _ count: Int32,
        _ type: RawDatatype,
        root: Int32,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Bcast") { MPI_Bcast(address, count, type.handle, root, handle) }
        case .immediate:
            try call("MPI_Ibcast") { MPI_Ibcast(address, count, type.handle, root, handle, &request) }
        case .persistent:
            let function = try PersistentCollective.bcast.function
            try call("MPI_Bcast_init") {
                function(address, count, type.handle, root, handle, cmpi_info_null(), &request)
            }
        }
        return RawRequest(request)
    }

    /// `MPI_Gather`.
    func gather(
        _ source: Source,
        _ sourceCount: Int32,
        _ sourceType: RawDatatype,
        _ target: Target,
        _ targetCount: Int32,
        _ targetType: RawDatatype,
        root: Int32,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Gather") {
                MPI_Gather(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    root,
                    handle
                )
            }
        case .immediate:
            try call("MPI_Igather") {
                MPI_Igather(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    root,
                    handle,
                    &request
                )
            }
        case .persistent:
            let function = try PersistentCollective.gather.function
            try call("MPI_Gather_init") {
                function(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    root,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    /// `MPI_Gatherv`.
    func gather(
        _ source: Source,
        _ sourceCount: Int32,
        _ sourceType: RawDatatype,
        _ target: Target,
        _ counts: UnsafePointer<Int32>,
        _ displacements: UnsafePointer<Int32>,
        _ targetType: RawDatatype,
        root: Int32,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Gatherv") {
                MPI_Gatherv(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    counts,
                    displacements,
                    targetType.handle,
                    root,
                    handle
                )
            }
        case .immediate:
            try call("MPI_Igatherv") {
                MPI_Igatherv(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    counts,
                    displacements,
                    targetType.handle,
                    root,
                    handle,
                    &request
                )
            }
        case .persistent:
            let function = try PersistentCollective.gatherv.function
            try call("MPI_Gatherv_init") {
                function(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    counts,
                    displacements,
                    targetType.handle,
                    root,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    /// `MPI_Scatter`.
    func scatter(
        _ source: Source,
        _ sourceCount: Int32,
        _ sourceType: RawDatatype,
        _ target: Target,
        _ targetCount: Int32,
        _ targetType: RawDatatype,
        root: Int32,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Scatter") {
                MPI_Scatter(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    root,
                    handle
                )
            }
        case .immediate:
            try call("MPI_Iscatter") {
                MPI_Iscatter(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    root,
                    handle,
                    &request
                )
            }
        case .persistent:
            let function = try PersistentCollective.scatter.function
            try call("MPI_Scatter_init") {
                function(
                    source,
                    sourceCount,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    root,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    /// `MPI_Scatterv`.
    func scatter(
        _ source: Source,
        _ counts: UnsafePointer<Int32>,
        _ displacements: UnsafePointer<Int32>,
        _ sourceType: RawDatatype,
        _ target: Target,
        _ targetCount: Int32,
        _ targetType: RawDatatype,
        root: Int32,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Scatterv") {
                MPI_Scatterv(
                    source,
                    counts,
                    displacements,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    root,
                    handle
                )
            }
        case .immediate:
            try call("MPI_Iscatterv") {
                MPI_Iscatterv(
                    source,
                    counts,
                    displacements,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    root,
                    handle,
                    &request
                )
            }
        case .persistent:
            let function = try PersistentCollective.scatterv.function
            try call("MPI_Scatterv_init") {
                function(
                    source,
                    counts,
                    displacements,
                    sourceType.handle,
                    target,
                    targetCount,
                    targetType.handle,
                    root,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    /// `MPI_Allgather`.
    func allGather(
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
            try callCollective("MPI_Allgather") {
                MPI_Allgather(
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
            try call("MPI_Iallgather") {
                MPI_Iallgather(
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
            let function = try PersistentCollective.allgather.function
            try call("MPI_Allgather_init") {
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

    /// `MPI_Allgatherv`.
    func allGather(
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
        #if MPI_INTEGER_HANDLES
        let target = try placeOfPart(target, displacements, targetType)
        #endif
        switch style {
        case .blocking:
            try callCollective("MPI_Allgatherv") {
                MPI_Allgatherv(
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
            try call("MPI_Iallgatherv") {
                MPI_Iallgatherv(
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
            let function = try PersistentCollective.allgatherv.function
            try call("MPI_Allgatherv_init") {
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

    #if MPI_INTEGER_HANDLES
    /// Where a rank that is alone gets its part: MPICH 4.0 ignores the displacement of the only part of `MPI_Allgatherv`.
    private func placeOfPart(
        _ target: Target,
        _ displacements: UnsafePointer<Int32>,
        _ type: RawDatatype
    ) throws(MPIError) -> Target {
        guard try size() == 1, try remoteSize() == nil, let target else { return target }
        return target + Int(displacements[0]) * (try type.extent().extent)
    }
    #endif

    /// `MPI_Alltoall`.
    func allToAll(
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
            try callCollective("MPI_Alltoall") {
                MPI_Alltoall(
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
            try call("MPI_Ialltoall") {
                MPI_Ialltoall(
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
            let function = try PersistentCollective.alltoall.function
            try call("MPI_Alltoall_init") {
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

    /// `MPI_Alltoallv`.
    func allToAll(
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
            try callCollective("MPI_Alltoallv") {
                MPI_Alltoallv(
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
            try call("MPI_Ialltoallv") {
                MPI_Ialltoallv(
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
            let function = try PersistentCollective.alltoallv.function
            try call("MPI_Alltoallv_init") {
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

    /// `MPI_Alltoallw`.
    func allToAll(
        _ source: Source,
        _ sourceCounts: UnsafePointer<Int32>,
        _ sourceDisplacements: UnsafePointer<Int32>,
        _ sourceTypes: UnsafePointer<DatatypeHandle>,
        _ target: Target,
        _ counts: UnsafePointer<Int32>,
        _ displacements: UnsafePointer<Int32>,
        _ targetTypes: UnsafePointer<DatatypeHandle>,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Alltoallw") {
                MPI_Alltoallw(
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
            try call("MPI_Ialltoallw") {
                MPI_Ialltoallw(
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
            let function = try PersistentCollective.alltoallw.function
            try call("MPI_Alltoallw_init") {
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
