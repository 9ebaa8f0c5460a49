"""Structures of plain numbers: the part of each Python rank, with the Swift rank two below it."""

import numpy as np
from mpi4py import MPI
from mpi4py.util import dtlib

from peer import agree, expect, rank, world

peer = rank - 2
place = np.dtype([("x", "f8"), ("layer", "i2"), ("y", "f8")], align=True)
particle = np.dtype([("kind", "i1"), ("place", place), ("sign", "?"), ("amount", "f4"), ("last", "u1")], align=True)
datatype = dtlib.from_numpy_dtype(particle).Commit()


def make(number):
    return (number, (number + 0.5, -number, 1 / (number + 1)), number % 2 == 0, number * 2, 255)


received = np.zeros(4, particle)
status = MPI.Status()
world.Recv([received, 4, datatype], peer, 0, status)
expect("received", received, np.array([make(peer + index) for index in range(4)], particle))
expect("the fields alone", status.Get_count(MPI.BYTE), 4 * datatype.Get_size())
world.Send([np.array([make(rank + index) for index in range(4)], particle), 4, datatype], peer, 0)

# MPICH cannot pack such a structure.
if "MPICH" not in MPI.Get_library_version():
    packed = np.zeros(4 * datatype.Get_size(), np.uint8)
    world.Recv([packed, MPI.BYTE], peer, 1)
    unpacked = np.zeros(4, particle)
    datatype.Unpack_external("external32", packed, 0, unpacked)
    expect("unpacked", unpacked, received)
datatype.Free()
agree()
