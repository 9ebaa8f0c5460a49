"""Patterns of numbers: the part of each Python rank, with the Swift rank two below it."""

import numpy as np
from mpi4py import MPI

from peer import agree, expect, rank, world

peer = rank - 2
number = MPI.DOUBLE
array = np.arange(24.0) + 100 * rank
theirs = np.arange(24.0) + 100 * peer


def exchange(what, pattern, picked, count=1):
    pattern.Commit()
    line = np.zeros(len(picked))
    world.Recv(line, peer)
    expect(what + " in a row", line, theirs[picked])
    target = array.copy()
    world.Recv([target, count, pattern], peer)
    wanted = array.copy()
    wanted[picked] = theirs[picked]
    expect(what, target, wanted)
    world.Send([array, count, pattern], peer)
    world.Send(array[picked], peer)
    pattern.Free()


exchange("contiguous", number.Create_contiguous(5), [0, 1, 2, 3, 4])
exchange("vector", number.Create_vector(3, 2, 5), [0, 1, 5, 6, 10, 11])
exchange("vector in bytes", number.Create_hvector(3, 1, 32), [0, 4, 8])
exchange("indexed", number.Create_indexed([1, 3, 2], [8, 0, 12]), [8, 0, 1, 2, 12, 13])
exchange("indexed in bytes", number.Create_hindexed([2, 1], [16, 72]), [2, 3, 9])
exchange("indexed blocks", number.Create_indexed_block(2, [7, 1]), [7, 8, 1, 2])
exchange("indexed blocks in bytes", number.Create_hindexed_block(1, [8, 40, 24]), [1, 5, 3])
exchange("structure", MPI.Datatype.Create_struct([1, 2], [8, 40], [number, number]), [1, 5, 6])
exchange("subarray", number.Create_subarray([4, 6], [2, 3], [1, 2]), [8, 9, 10, 14, 15, 16])
exchange(
    "subarray of columns", number.Create_subarray([4, 6], [2, 3], [1, 2], MPI.ORDER_F), [9, 10, 13, 14, 17, 18]
)
exchange(
    "distributed array",
    number.Create_darray(
        4, 1, [4, 6], [MPI.DISTRIBUTE_BLOCK, MPI.DISTRIBUTE_CYCLIC],
        [MPI.DISTRIBUTE_DFLT_DARG, MPI.DISTRIBUTE_DFLT_DARG], [2, 2],
    ),
    [1, 3, 5, 7, 9, 11],
)
exchange("resized", number.Create_resized(0, 24), [0, 3, 6, 9], 4)
pairs = number.Create_vector(2, 1, 2).Create_resized(0, 48)
exchange("pattern of patterns", pairs.Create_contiguous(2), [0, 2, 6, 8])
agree()
