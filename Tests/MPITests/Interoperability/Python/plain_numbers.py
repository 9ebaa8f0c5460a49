"""Numbers of every type: the part of each Python rank, with the Swift rank two below it."""

import numpy as np
from mpi4py import MPI
from mpi4py.util import dtlib

from peer import agree, expect, rank, room, world

peer = rank - 2
kinds = [
    np.int8, np.int16, np.int32, np.int64, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, np.uint64,
    np.float32, np.float64, np.complex64, np.complex128,
]


def exchange(kind, tag, count=5):
    numbers, status = room(count + 3, kind), MPI.Status()
    world.Recv(numbers, peer, tag, status)
    expect("a count", status.Get_count(dtlib.from_numpy_dtype(kind)), count)
    expect(np.dtype(kind).name, numbers[:count], [index % 50 for index in range(count)])
    world.Send(numbers[:count] + numbers[:count], peer, tag)


for tag, kind in enumerate(kinds):
    exchange(kind, tag)
exchange(np.float64, 14, 1_000_000)
exchange(np.uint8, 15, 1_000_000)
exchange(np.int64, 16, 0)
truth = np.zeros(3, np.bool_)
world.Recv(truth, peer, 17)
expect("truth", truth, [True, False, True])
world.Send(~truth, peer, 17)
number = np.zeros(1, np.complex128)
world.Recv(number, peer, 18)
expect("a complex number", number, [1 - 1.5j])
world.Send(2 * number, peer, 18)

# A structure of Swift travels as the bytes that it is.
particle = np.dtype([("kind", np.int8), ("mass", np.float64), ("charge", np.int16)], align=True)
particles = np.zeros(2, particle)
world.Recv([particles.view(np.uint8), MPI.BYTE], peer, 19)
expect("particles", particles, np.array([(-1, 0.5, 300), (2, -4, -7)], particle))
particles["mass"] *= 2
world.Send([particles.view(np.uint8), MPI.BYTE], peer, 19)

# Numbers that a machine may lack; of those of 16 bits MPI knows nothing.
status = MPI.Status()
for tag, kind, datatype in ((20, np.longdouble, MPI.LONG_DOUBLE), (21, np.float16, MPI.BYTE)):
    numbers = np.zeros(1, kind)
    buffer = [numbers, datatype] if tag == 20 else [numbers.view(np.uint8), datatype]
    world.Recv(buffer, peer, tag, status)
    if status.Get_count(MPI.BYTE) > 0:
        expect(np.dtype(kind).name, numbers, [1.5])
        numbers *= 2
        world.Send(buffer, peer, tag)
agree()
