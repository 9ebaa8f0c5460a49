"""What the programs that run on ranks have in common. The thread level comes from MPI4PY_RC_THREAD_LEVEL."""

from mpi4py import MPI

from measure import record

world = MPI.COMM_WORLD
levels = {
    MPI.THREAD_SINGLE: "single",
    MPI.THREAD_FUNNELED: "funneled",
    MPI.THREAD_SERIALIZED: "serialized",
    MPI.THREAD_MULTIPLE: "multiple",
}


def rank_record(benchmark, case, unit, values, single=None):
    record(benchmark, case, unit, values, single, threads=levels[MPI.Query_thread()], ranks=str(world.size))
