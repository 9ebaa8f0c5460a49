// The names that a communicator has in mpi4py, so that whoever types one of them is told the name that it has here. None of them can be
// called.
//
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

/// A member that has another name here: it takes whatever arguments it is given, so that the compiler gets as far as to say so.
@dynamicCallable
public struct RenamedMember {
    public func dynamicallyCall(withKeywordArguments arguments: KeyValuePairs<String, Any>) -> Never {
        CNames.noSuchFunction()
    }
}

extension Communicator {
    @available(*, unavailable, renamed: "rank")
    public final var Get_rank: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "size")
    public final var Get_size: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "duplicate")
    public final var Dup: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "split")
    public final var Split: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "free")
    public final var Free: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "abort")
    public final var Abort: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "duplicate")
    public final var Clone: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "send")
    public final var Send: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "send")
    public final var Ssend: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "send")
    public final var Bsend: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "send")
    public final var Rsend: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "send")
    public final var ssend: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "send")
    public final var bsend: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "receive")
    public final var Recv: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "receive")
    public final var recv: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "sendReceive")
    public final var Sendrecv: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "sendReceive")
    public final var sendrecv: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "immediateSend")
    public final var Isend: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "immediateSend")
    public final var isend: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "immediateSend")
    public final var Issend: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "immediateSend")
    public final var issend: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "immediateReceive")
    public final var Irecv: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "immediateReceive")
    public final var irecv: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "probe")
    public final var Probe: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "probe")
    public final var Iprobe: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "probe")
    public final var iprobe: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "matchedProbe")
    public final var Mprobe: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "matchedProbe")
    public final var mprobe: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "matchedProbe")
    public final var Improbe: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "matchedProbe")
    public final var improbe: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "barrier")
    public final var Barrier: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "broadcast")
    public final var Bcast: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "broadcast")
    public final var bcast: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "gather")
    public final var Gather: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "gather")
    public final var Gatherv: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "scatter")
    public final var Scatter: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "scatter")
    public final var Scatterv: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "allGather")
    public final var Allgather: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "allGather")
    public final var allgather: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "allGather")
    public final var Allgatherv: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "allToAll")
    public final var Alltoall: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "allToAll")
    public final var alltoall: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "allToAll")
    public final var Alltoallv: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "allToAll")
    public final var Alltoallw: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "reduce")
    public final var Reduce: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "allReduce")
    public final var Allreduce: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "allReduce")
    public final var allreduce: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "reduceScatter")
    public final var Reduce_scatter: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "reduceScatter")
    public final var Reduce_scatter_block: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "scan")
    public final var Scan: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "exclusiveScan")
    public final var Exscan: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "exclusiveScan")
    public final var exscan: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "immediateBarrier")
    public final var Ibarrier: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "immediateBroadcast")
    public final var Ibcast: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "immediateGather")
    public final var Igather: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "immediateScatter")
    public final var Iscatter: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "immediateAllGather")
    public final var Iallgather: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "immediateAllToAll")
    public final var Ialltoall: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "immediateReduce")
    public final var Ireduce: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "immediateAllReduce")
    public final var Iallreduce: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "makePersistentSend")
    public final var Send_init: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "makePersistentReceive")
    public final var Recv_init: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "group")
    public final var Get_group: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "makeCartesian")
    public final var Create_cart: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "makeGraph")
    public final var Create_graph: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "spawn")
    public final var Spawn: RenamedMember { CNames.noSuchFunction() }

    @available(*, unavailable, renamed: "splitByNode")
    public final var Split_type: RenamedMember { CNames.noSuchFunction() }
}
