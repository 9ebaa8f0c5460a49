"""Packing: the part of each Python rank, with the Swift rank two below it."""

import numpy as np
from mpi4py import MPI

from peer import agree, expect, rank, world

peer = rank - 2
every_2nd = MPI.DOUBLE.Create_vector(3, 1, 2).Commit()
array = np.arange(6.0) + 100 * rank
wanted = array.copy()
wanted[::2] = np.arange(6.0)[::2] + 100 * peer


def receive(tag):
    status = MPI.Status()
    world.Probe(peer, tag, status)
    packed = np.zeros(status.Get_count(MPI.BYTE), np.uint8)
    world.Recv([packed, MPI.BYTE], peer, tag)
    return packed


packed, target = receive(0), array.copy()
every_2nd.Unpack(packed, 0, target, world)
expect("unpacked", target, wanted)
packed = np.zeros(every_2nd.Pack_size(1, world), np.uint8)
length = every_2nd.Pack(array, packed, 0, world)
world.Send([packed[:length], MPI.BYTE], peer, 0)

packed, target = receive(1), array.copy()
expect("big end first", packed.view(">f8"), wanted[::2])
every_2nd.Unpack_external("external32", packed, 0, target)
expect("unpacked", target, wanted)
packed = np.zeros(every_2nd.Pack_external_size("external32", 1), np.uint8)
length = every_2nd.Pack_external("external32", array, packed, 0)
world.Send([packed[:length], MPI.BYTE], peer, 1)

expect("big end first", receive(2).view(">i4"), [1, -2, peer])
every_2nd.Free()
agree()
