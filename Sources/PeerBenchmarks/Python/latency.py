"""Half the time of a buffer's way to another rank and back."""

import numpy

from measure import iterations_for, now, parser, samples
from ranks import rank_record, world

options = parser(iterations=10_000, sizes=[8, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576]).parse_args()

for size in options.sizes:
    buffer = numpy.ones(size, numpy.uint8)
    count = iterations_for(size, options.iterations)

    def batch():
        start = now()
        for _ in range(count):
            world.Send(buffer, 1, 1)
            world.Recv(buffer, 1, 1)
        return (now() - start) / (2 * count)

    def one():
        start = now()
        world.Send(buffer, 1, 1)
        world.Recv(buffer, 1, 1)
        return (now() - start) / 2

    world.Barrier()
    if world.rank == 0:
        values = samples(options.repetitions, batch)
        rank_record("latency", str(size), "s", values, [one() for _ in range(count)])
    elif world.rank == 1:
        for _ in range((options.repetitions + 2) * count):
            world.Recv(buffer, 0, 1)
            world.Send(buffer, 0, 1)
