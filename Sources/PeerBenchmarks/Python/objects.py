"""Half the time of a value's way to another rank and back, by pickle or by mpi4py.util.pkl5."""

import numpy
from mpi4py import MPI
from mpi4py.util import pkl5

from measure import iterations_for, now, parser, samples
from ranks import rank_record, world

options = parser(iterations=10_000, way="pickle").parse_args()
communicator = pkl5.Intracomm(world) if options.way == "pkl5" else world

reading = {"sensor": 7, "place": "north", "value": 21.5}
integers = list(range(1000))
strings = [f"string number {number}" for number in range(1000)]
nested = {
    f"outer {outer}": {f"inner {inner}": [outer, inner, outer * inner] for inner in range(10)} for outer in range(10)
}
series = {"name": "temperature", "numbers": numpy.arange(131072, dtype=numpy.float64)}


def exchange(case, value, count):
    def one():
        start = now()
        communicator.send(value, 1, 1)
        communicator.recv(source=1, tag=1)
        return (now() - start) / 2

    def batch():
        start = now()
        for _ in range(count):
            communicator.send(value, 1, 1)
            communicator.recv(source=1, tag=1)
        return (now() - start) / (2 * count)

    world.Barrier()
    if world.rank == 0:
        values = samples(options.repetitions, batch)
        rank_record("objects", case, "s", values, [one() for _ in range(count)])
    elif world.rank == 1:
        for _ in range((options.repetitions + 2) * count):
            communicator.send(communicator.recv(source=0, tag=1), 0, 1)


exchange("small structure", reading, options.iterations)
exchange("1000 integers", integers, max(4, options.iterations // 10))
exchange("1000 strings", strings, max(4, options.iterations // 50))
exchange("nested dictionary", nested, max(4, options.iterations // 50))
exchange("1 MiB of numbers", series, iterations_for(1 << 20, options.iterations))
