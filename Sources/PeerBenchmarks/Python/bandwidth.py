"""Bytes per second from one rank to another."""

import numpy

from measure import iterations_for, now, parser, samples
from ranks import rank_record, world

options = parser(iterations=10_000, sizes=[4096, 65536, 1048576, 16777216, 67108864], window=16).parse_args()
answer = numpy.zeros(1, numpy.uint8)

for size in options.sizes:
    buffer = numpy.ones(size, numpy.uint8)
    count = max(1, iterations_for(size, options.iterations) // options.window)

    def batch():
        start = now()
        for _ in range(count):
            for _ in range(options.window):
                world.Send(buffer, 1, 1)
            world.Recv(answer, 1, 2)
        return count * options.window * size / (now() - start)

    world.Barrier()
    if world.rank == 0:
        rank_record("bandwidth", str(size), "B/s", samples(options.repetitions, batch))
    elif world.rank == 1:
        for _ in range((options.repetitions + 1) * count):
            for _ in range(options.window):
                world.Recv(buffer, 0, 1)
            world.Send(answer, 0, 2)
