// The names that MPI has in C, so that whoever types one of them is told the name that it has here. None of them can be called.
//
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

@available(*, unavailable, renamed: "Environment.initialize")
@discardableResult
public func MPI_Init(_: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "Environment.initialize")
@discardableResult
public func MPI_Init_thread(
    _: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Environment.finalize")
@discardableResult
public func MPI_Finalize(_: Never? = nil) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Environment.isInitialized")
@discardableResult
public func MPI_Initialized(_: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Environment.isFinalized")
@discardableResult
public func MPI_Finalized(_: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Environment.threadLevel")
@discardableResult
public func MPI_Query_thread(_: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Environment.processorName")
@discardableResult
public func MPI_Get_processor_name(_: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "Environment.standardVersion")
@discardableResult
public func MPI_Get_version(_: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "WallClock.now")
@discardableResult
public func MPI_Wtime(_: Never? = nil) -> Double { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "WallClock.minimumResolution")
@discardableResult
public func MPI_Wtick(_: Never? = nil) -> Double { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.abort")
@discardableResult
public func MPI_Abort(_: Any, _: Any) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.rank")
@discardableResult
public func MPI_Comm_rank(_: Any, _: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.size")
@discardableResult
public func MPI_Comm_size(_: Any, _: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.duplicate")
@discardableResult
public func MPI_Comm_dup(_: Any, _: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.split")
@discardableResult
public func MPI_Comm_split(_: Any, _: Any, _: Any, _: UnsafeMutableRawPointer?) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "Communicator.splitByNode")
@discardableResult
public func MPI_Comm_split_type(_: Any, _: Any, _: Any, _: Any, _: UnsafeMutableRawPointer?) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "Communicator.free")
@discardableResult
public func MPI_Comm_free(_: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.group")
@discardableResult
public func MPI_Comm_group(_: Any, _: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.spawn")
@discardableResult
public func MPI_Comm_spawn(
    _: Any,
    _: UnsafeRawPointer?,
    _: Any,
    _: UnsafeRawPointer?,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.send")
@discardableResult
public func MPI_Send(_: UnsafeRawPointer?, _: Any, _: Any, _: Any, _: Any, _: Any) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "Communicator.send")
@discardableResult
public func MPI_Ssend(_: UnsafeRawPointer?, _: Any, _: Any, _: Any, _: Any, _: Any) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "Communicator.send")
@discardableResult
public func MPI_Bsend(_: UnsafeRawPointer?, _: Any, _: Any, _: Any, _: Any, _: Any) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "Communicator.send")
@discardableResult
public func MPI_Rsend(_: UnsafeRawPointer?, _: Any, _: Any, _: Any, _: Any, _: Any) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "Communicator.receive")
@discardableResult
public func MPI_Recv(
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.sendReceive")
@discardableResult
public func MPI_Sendrecv(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.sendReceive")
@discardableResult
public func MPI_Sendrecv_replace(
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.immediateSend")
@discardableResult
public func MPI_Isend(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.immediateSend")
@discardableResult
public func MPI_Issend(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.immediateSend")
@discardableResult
public func MPI_Ibsend(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.immediateSend")
@discardableResult
public func MPI_Irsend(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.immediateReceive")
@discardableResult
public func MPI_Irecv(
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.makePersistentSend")
@discardableResult
public func MPI_Send_init(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.makePersistentReceive")
@discardableResult
public func MPI_Recv_init(
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.probe")
@discardableResult
public func MPI_Probe(_: Any, _: Any, _: Any, _: UnsafeMutableRawPointer?) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "Communicator.probe")
@discardableResult
public func MPI_Iprobe(_: Any, _: Any, _: Any, _: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?)
    -> Int32
{ CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.matchedProbe")
@discardableResult
public func MPI_Mprobe(_: Any, _: Any, _: Any, _: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?)
    -> Int32
{ CNames.noSuchFunction() }

@available(*, unavailable, renamed: "MatchedMessage.receive")
@discardableResult
public func MPI_Mrecv(
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Status.count")
@discardableResult
public func MPI_Get_count(_: UnsafeRawPointer?, _: Any, _: UnsafeMutableRawPointer?) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "PersistentRequest.start")
@discardableResult
public func MPI_Start(_: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Request.wait")
@discardableResult
public func MPI_Wait(_: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "Request.test")
@discardableResult
public func MPI_Test(_: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?)
    -> Int32
{ CNames.noSuchFunction() }

@available(*, unavailable, renamed: "RequestGroup.waitAll")
@discardableResult
public func MPI_Waitall(_: Any, _: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "RequestGroup.waitAny")
@discardableResult
public func MPI_Waitany(
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "RequestGroup.waitSome")
@discardableResult
public func MPI_Waitsome(
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "RequestGroup.testAll")
@discardableResult
public func MPI_Testall(
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Request.cancel")
@discardableResult
public func MPI_Cancel(_: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.barrier")
@discardableResult
public func MPI_Barrier(_: Any) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.broadcast")
@discardableResult
public func MPI_Bcast(_: UnsafeMutableRawPointer?, _: Any, _: Any, _: Any, _: Any) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "Communicator.gather")
@discardableResult
public func MPI_Gather(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.gather")
@discardableResult
public func MPI_Gatherv(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.scatter")
@discardableResult
public func MPI_Scatter(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.scatter")
@discardableResult
public func MPI_Scatterv(
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.allGather")
@discardableResult
public func MPI_Allgather(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.allGather")
@discardableResult
public func MPI_Allgatherv(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.allToAll")
@discardableResult
public func MPI_Alltoall(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.allToAll")
@discardableResult
public func MPI_Alltoallv(
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.allToAll")
@discardableResult
public func MPI_Alltoallw(
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.reduce")
@discardableResult
public func MPI_Reduce(
    _: UnsafeRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.allReduce")
@discardableResult
public func MPI_Allreduce(_: UnsafeRawPointer?, _: UnsafeMutableRawPointer?, _: Any, _: Any, _: Any, _: Any)
    -> Int32
{ CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.reduceScatter")
@discardableResult
public func MPI_Reduce_scatter(
    _: UnsafeRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.reduceScatter")
@discardableResult
public func MPI_Reduce_scatter_block(
    _: UnsafeRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.scan")
@discardableResult
public func MPI_Scan(_: UnsafeRawPointer?, _: UnsafeMutableRawPointer?, _: Any, _: Any, _: Any, _: Any)
    -> Int32
{ CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.exclusiveScan")
@discardableResult
public func MPI_Exscan(_: UnsafeRawPointer?, _: UnsafeMutableRawPointer?, _: Any, _: Any, _: Any, _: Any)
    -> Int32
{ CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.immediateBarrier")
@discardableResult
public func MPI_Ibarrier(_: Any, _: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.immediateBroadcast")
@discardableResult
public func MPI_Ibcast(
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.immediateGather")
@discardableResult
public func MPI_Igather(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.immediateScatter")
@discardableResult
public func MPI_Iscatter(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.immediateAllGather")
@discardableResult
public func MPI_Iallgather(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.immediateAllToAll")
@discardableResult
public func MPI_Ialltoall(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.immediateReduce")
@discardableResult
public func MPI_Ireduce(
    _: UnsafeRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.immediateAllReduce")
@discardableResult
public func MPI_Iallreduce(
    _: UnsafeRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "ReduceOperation.init")
@discardableResult
public func MPI_Op_create(_: Any, _: Any, _: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.makeCartesian")
@discardableResult
public func MPI_Cart_create(
    _: Any,
    _: Any,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "CartesianCommunicator.shift")
@discardableResult
public func MPI_Cart_shift(_: Any, _: Any, _: Any, _: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?)
    -> Int32
{ CNames.noSuchFunction() }

@available(*, unavailable, renamed: "CartesianCommunicator.coordinates")
@discardableResult
public func MPI_Cart_coords(_: Any, _: Any, _: Any, _: UnsafeMutableRawPointer?) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "CartesianCommunicator.rank")
@discardableResult
public func MPI_Cart_rank(_: Any, _: UnsafeRawPointer?, _: UnsafeMutableRawPointer?) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "CartesianCommunicator.balancedDimensions")
@discardableResult
public func MPI_Dims_create(_: Any, _: Any, _: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "DerivedDatatype.contiguous")
@discardableResult
public func MPI_Type_contiguous(_: Any, _: Any, _: UnsafeMutableRawPointer?) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "DerivedDatatype.vector")
@discardableResult
public func MPI_Type_vector(_: Any, _: Any, _: Any, _: Any, _: UnsafeMutableRawPointer?) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "DerivedDatatype.indexed")
@discardableResult
public func MPI_Type_indexed(
    _: Any,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "DerivedDatatype.structure")
@discardableResult
public func MPI_Type_create_struct(
    _: Any,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "DerivedDatatype.subarray")
@discardableResult
public func MPI_Type_create_subarray(
    _: Any,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "DerivedDatatype.pack")
@discardableResult
public func MPI_Pack(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "DerivedDatatype.unpack")
@discardableResult
public func MPI_Unpack(
    _: UnsafeRawPointer?,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.makeWindow")
@discardableResult
public func MPI_Win_create(
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.makeWindow")
@discardableResult
public func MPI_Win_allocate(
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.makeSharedWindow")
@discardableResult
public func MPI_Win_allocate_shared(
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Window.fence")
@discardableResult
public func MPI_Win_fence(_: Any, _: Any) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Window.lock")
@discardableResult
public func MPI_Win_lock(_: Any, _: Any, _: Any, _: Any) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Window.free")
@discardableResult
public func MPI_Win_free(_: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "WindowAccess.put")
@discardableResult
public func MPI_Put(_: UnsafeRawPointer?, _: Any, _: Any, _: Any, _: Any, _: Any, _: Any, _: Any) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "WindowAccess.get")
@discardableResult
public func MPI_Get(_: UnsafeMutableRawPointer?, _: Any, _: Any, _: Any, _: Any, _: Any, _: Any, _: Any)
    -> Int32
{ CNames.noSuchFunction() }

@available(*, unavailable, renamed: "WindowAccess.accumulate")
@discardableResult
public func MPI_Accumulate(
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "WindowAccess.fetchAndOperate")
@discardableResult
public func MPI_Fetch_and_op(
    _: UnsafeRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "WindowAccess.compareAndSwap")
@discardableResult
public func MPI_Compare_and_swap(
    _: UnsafeRawPointer?,
    _: UnsafeRawPointer?,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: Any,
    _: Any
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.open")
@discardableResult
public func MPI_File_open(_: Any, _: Any, _: Any, _: Any, _: UnsafeMutableRawPointer?) -> Int32 {
    CNames.noSuchFunction()
}

@available(*, unavailable, renamed: "File.close")
@discardableResult
public func MPI_File_close(_: UnsafeMutableRawPointer?) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "File.read")
@discardableResult
public func MPI_File_read(_: UnsafeMutableRawPointer?, _: Any, _: Any, _: Any, _: UnsafeMutableRawPointer?)
    -> Int32
{ CNames.noSuchFunction() }

@available(*, unavailable, renamed: "File.read")
@discardableResult
public func MPI_File_read_at(
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "File.write")
@discardableResult
public func MPI_File_write(_: Any, _: UnsafeRawPointer?, _: Any, _: Any, _: UnsafeMutableRawPointer?) -> Int32
{ CNames.noSuchFunction() }

@available(*, unavailable, renamed: "File.write")
@discardableResult
public func MPI_File_write_at(
    _: Any,
    _: Any,
    _: UnsafeRawPointer?,
    _: Any,
    _: Any,
    _: UnsafeMutableRawPointer?
) -> Int32 { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "File.view")
@discardableResult
public func MPI_File_set_view(_: Any, _: Any, _: Any, _: Any, _: Any, _: Any) -> Int32 {
    CNames.noSuchFunction()
}

// MARK: Constants

@available(*, unavailable, renamed: "Communicator.world")
public var MPI_COMM_WORLD: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.alone")
public var MPI_COMM_SELF: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Communicator.noRank")
public var MPI_PROC_NULL: Int { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Int8.self")
public var MPI_CHAR: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "UInt8.self")
public var MPI_BYTE: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Int32.self")
public var MPI_INT: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Int.self")
public var MPI_LONG: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Float.self")
public var MPI_FLOAT: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Double.self")
public var MPI_DOUBLE: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "Bool.self")
public var MPI_C_BOOL: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "ReduceOperation.sum")
public var MPI_SUM: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "ReduceOperation.product")
public var MPI_PROD: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "ReduceOperation.min")
public var MPI_MIN: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "ReduceOperation.max")
public var MPI_MAX: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "ReduceOperation.logicalAnd")
public var MPI_LAND: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "ReduceOperation.logicalOr")
public var MPI_LOR: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "ReduceOperation.bitwiseAnd")
public var MPI_BAND: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "ReduceOperation.bitwiseOr")
public var MPI_BOR: Any { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "ThreadLevel.single")
public var MPI_THREAD_SINGLE: Int { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "ThreadLevel.funneled")
public var MPI_THREAD_FUNNELED: Int { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "ThreadLevel.serialized")
public var MPI_THREAD_SERIALIZED: Int { CNames.noSuchFunction() }

@available(*, unavailable, renamed: "ThreadLevel.multiple")
public var MPI_THREAD_MULTIPLE: Int { CNames.noSuchFunction() }

@available(*, unavailable, message: "leave the rank out, to receive from any")
public var MPI_ANY_SOURCE: Any { CNames.noSuchFunction() }

@available(*, unavailable, message: "leave the tag out, to receive any")
public var MPI_ANY_TAG: Any { CNames.noSuchFunction() }

@available(*, unavailable, message: "the status is returned, and may be ignored")
public var MPI_STATUS_IGNORE: UnsafeMutableRawPointer? { CNames.noSuchFunction() }

@available(*, unavailable, message: "use the form with “inPlace:”")
public var MPI_IN_PLACE: UnsafeRawPointer? { CNames.noSuchFunction() }

@available(*, unavailable, message: "errors are thrown")
public var MPI_SUCCESS: Any { CNames.noSuchFunction() }

enum CNames {
    /// Is never called: what calls it does not compile.
    static func noSuchFunction() -> Never { fatalError("a name of C has been called") }
}
