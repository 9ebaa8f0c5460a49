"""The time of collective operations on values, which mpi4py pickles."""

from measure import now, parser, samples
from ranks import rank_record, world

options = parser(iterations=10_000).parse_args()
reading = {"sensor": 7, "place": "north", "value": 21.5}


def measure(case, operation):
    def batch():
        world.Barrier()
        start = now()
        for _ in range(options.iterations):
            operation()
        world.Barrier()
        return (now() - start) / options.iterations

    values = samples(options.repetitions, batch)
    if world.rank == 0:
        rank_record("object-collectives", case, "s", values)


measure("broadcast", lambda: world.bcast(reading, 0))
measure("gather", lambda: world.gather(reading, 0))
measure("allReduce", lambda: world.allreduce(world.rank))
