"""Bytes per second between two ranks that send to each other, both directions together."""

import numpy

from measure import iterations_for, now, parser, samples
from ranks import rank_record, world

options = parser(iterations=10_000, sizes=[4096, 65536, 1048576, 16777216]).parse_args()
partner = 1 - world.rank

for size in options.sizes:
    given, taken = numpy.ones(size, numpy.uint8), numpy.ones(size, numpy.uint8)
    count = iterations_for(size, options.iterations)

    def batch():
        start = now()
        for _ in range(count):
            world.Sendrecv(given, partner, 1, taken, partner, 1)
        return 2 * count * size / (now() - start)

    world.Barrier()
    values = samples(options.repetitions, batch)
    if world.rank == 0:
        rank_record("bidirectional", str(size), "B/s", values)
