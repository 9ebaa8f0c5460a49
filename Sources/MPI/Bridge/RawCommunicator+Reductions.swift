internal import CMPI

extension RawCommunicator {
    /// `MPI_Reduce`.
    func reduce(
        _ source: Source,
        _ target: Target,
        _ count: Int32,
        _ type: RawDatatype,
        _ operation: RawOperation,
        root: Int32,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Reduce") {
                MPI_Reduce(source, target, count, type.handle, operation.handle, root, handle)
            }
        case .immediate:
            try call("MPI_Ireduce") {
                MPI_Ireduce(source, target, count, type.handle, operation.handle, root, handle, &request)
            }
        case .persistent:
            let function = try PersistentCollective.reduce.function
            try call("MPI_Reduce_init") {
                function(
                    source,
                    target,
                    count,
                    type.handle,
                    operation.handle,
                    root,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    /// `MPI_Allreduce`.
    func allReduce(
        _ source: Source,
        _ target: Target,
        _ count: Int32,
        _ type: RawDatatype,
        _ operation: RawOperation,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Allreduce") {
                MPI_Allreduce(source, target, count, type.handle, operation.handle, handle)
            }
        case .immediate:
            try call("MPI_Iallreduce") {
                MPI_Iallreduce(source, target, count, type.handle, operation.handle, handle, &request)
            }
        case .persistent:
            let function = try PersistentCollective.allreduce.function
            try call("MPI_Allreduce_init") {
                function(
                    source,
                    target,
                    count,
                    type.handle,
                    operation.handle,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    /// `MPI_Reduce_scatter`.
    func reduceScatter(
        _ source: Source,
        _ target: Target,
        _ counts: UnsafePointer<Int32>,
        _ type: RawDatatype,
        _ operation: RawOperation,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Reduce_scatter") {
                MPI_Reduce_scatter(source, target, counts, type.handle, operation.handle, handle)
            }
        case .immediate:
            try call("MPI_Ireduce_scatter") {
                MPI_Ireduce_scatter(source, target, counts, type.handle, operation.handle, handle, &request)
            }
        case .persistent:
            let function = try PersistentCollective.reducescatter.function
            try call("MPI_Reduce_scatter_init") {
                function(
                    source,
                    target,
                    counts,
                    type.handle,
                    operation.handle,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    /// `MPI_Reduce_scatter_block`.
    func reduceScatterBlock(
        _ source: Source,
        _ target: Target,
        _ count: Int32,
        _ type: RawDatatype,
        _ operation: RawOperation,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Reduce_scatter_block") {
                MPI_Reduce_scatter_block(source, target, count, type.handle, operation.handle, handle)
            }
        case .immediate:
            try call("MPI_Ireduce_scatter_block") {
                MPI_Ireduce_scatter_block(
                    source,
                    target,
                    count,
                    type.handle,
                    operation.handle,
                    handle,
                    &request
                )
            }
        case .persistent:
            let function = try PersistentCollective.reducescatterblock.function
            try call("MPI_Reduce_scatter_block_init") {
                function(
                    source,
                    target,
                    count,
                    type.handle,
                    operation.handle,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    /// `MPI_Scan`.
    func scan(
        _ source: Source,
        _ target: Target,
        _ count: Int32,
        _ type: RawDatatype,
        _ operation: RawOperation,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Scan") {
                MPI_Scan(source, target, count, type.handle, operation.handle, handle)
            }
        case .immediate:
            try call("MPI_Iscan") {
                MPI_Iscan(source, target, count, type.handle, operation.handle, handle, &request)
            }
        case .persistent:
            let function = try PersistentCollective.scan.function
            try call("MPI_Scan_init") {
                function(
                    source,
                    target,
                    count,
                    type.handle,
                    operation.handle,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    /// `MPI_Exscan`.
    func exclusiveScan(
        _ source: Source,
        _ target: Target,
        _ count: Int32,
        _ type: RawDatatype,
        _ operation: RawOperation,
        _ style: CollectiveStyle
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        switch style {
        case .blocking:
            try callCollective("MPI_Exscan") {
                MPI_Exscan(source, target, count, type.handle, operation.handle, handle)
            }
        case .immediate:
            try call("MPI_Iexscan") {
                MPI_Iexscan(source, target, count, type.handle, operation.handle, handle, &request)
            }
        case .persistent:
            let function = try PersistentCollective.exscan.function
            try call("MPI_Exscan_init") {
                function(
                    source,
                    target,
                    count,
                    type.handle,
                    operation.handle,
                    handle,
                    cmpi_info_null(),
                    &request
                )
            }
        }
        return RawRequest(request)
    }
}
