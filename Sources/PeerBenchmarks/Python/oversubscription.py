"""The time of a hop of 8 bytes around a ring of all ranks."""

import numpy

from measure import now, parser, samples
from ranks import rank_record, world

options = parser(iterations=10_000).parse_args()
following, previous = (world.rank + 1) % world.size, (world.rank - 1) % world.size
token = numpy.ones(1, numpy.int64)


def batch():
    world.Barrier()
    start = now()
    for _ in range(options.iterations):
        if world.rank == 0:
            world.Send(token, following, 1)
        world.Recv(token, previous, 1)
        if world.rank != 0:
            world.Send(token, following, 1)
    return (now() - start) / (options.iterations * world.size)


values = samples(options.repetitions, batch)
if world.rank == 0:
    rank_record("oversubscription", "ring hop", "s", values)
