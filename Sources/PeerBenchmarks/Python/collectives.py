"""The time of collective operations on buffers."""

import numpy
from mpi4py import MPI

from measure import iterations_for, now, parser, samples
from ranks import rank_record, world

options = parser(iterations=10_000, sizes=[8, 1048576]).parse_args()


def measure(case, count, operation):
    def batch():
        world.Barrier()
        start = now()
        for _ in range(count):
            operation()
        world.Barrier()
        return (now() - start) / count

    values = samples(options.repetitions, batch)
    if world.rank == 0:
        rank_record("collectives", case, "s", values)


measure("barrier", options.iterations, world.Barrier)
for size in options.sizes:
    count, length = iterations_for(size, options.iterations), max(1, size // 8)
    own, result = numpy.ones(length), numpy.ones(length)
    whole = numpy.zeros(length * world.size)
    counts = [length] * world.size
    parts = [max(1, length // world.size)] * world.size
    given, taken = numpy.ones(sum(parts)), numpy.ones(sum(parts))
    measure(f"broadcast {size}", count, lambda: world.Bcast(own, 0))
    measure(f"allReduce {size}", count, lambda: world.Allreduce(own, result, MPI.MAX))
    measure(f"allGatherv {size}", count, lambda: world.Allgatherv(own, [whole, counts]))
    measure(f"allToAllv {size}", count, lambda: world.Alltoallv([given, parts], [taken, parts]))
