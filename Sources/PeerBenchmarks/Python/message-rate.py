"""Small messages per second from one rank to another."""

import numpy
from mpi4py import MPI

from measure import now, parser, samples
from ranks import rank_record, world

options = parser(iterations=10_000, size=8, window=64).parse_args()
source = numpy.ones(options.size, numpy.uint8)
targets = [numpy.ones(options.size, numpy.uint8) for _ in range(options.window)]
answer = numpy.zeros(1, numpy.uint8)
count = max(1, options.iterations // options.window)


def transfer(immediate):
    if immediate and world.rank == 0:
        MPI.Request.Waitall([world.Isend(source, 1, 1) for _ in range(options.window)])
    elif immediate:
        MPI.Request.Waitall([world.Irecv(target, 0, 1) for target in targets])
    elif world.rank == 0:
        for _ in range(options.window):
            world.Send(source, 1, 1)
    else:
        for _ in range(options.window):
            world.Recv(targets[0], 0, 1)


for immediate in [False, True]:

    def batch():
        start = now()
        for _ in range(count):
            transfer(immediate)
            if world.rank == 0:
                world.Recv(answer, 1, 2)
            else:
                world.Send(answer, 0, 2)
        return count * options.window / (now() - start)

    values = samples(options.repetitions, batch)
    if world.rank == 0:
        rank_record("message-rate", "immediate" if immediate else "blocking", "1/s", values)
