"""Every reduction: the part of the Python ranks."""

import numpy as np
from mpi4py import MPI

from peer import agree, expect, rank, room, row, size, world
from persistent import persistent_all_reduce


def sums(ranks, start, end):
    return sum((row(other, start, end) for other in ranks), np.zeros(end - start, np.int64))


def twice(what, wanted, blocking, immediate, given, *others):
    """Does it in both forms, as Swift's ranks do."""
    for reduce in (blocking, lambda *arguments: immediate(*arguments).Wait()):
        result = room(len(wanted))
        reduce(given, result, *others)
        expect(what, result, wanted)


everyone = range(size)
mine, total = row(rank, 0, 3), sums(everyone, 0, 3)
for root in everyone:
    result = room(3)
    world.Reduce(mine, result, root=root)
    expect("reduce", result, total if rank == root else room(3))
    result = room(3)
    world.Ireduce(mine, result, root=root).Wait()
    expect("immediate reduce", result, total if rank == root else room(3))
    if rank == root:
        result = mine.copy()
        world.Reduce(MPI.IN_PLACE, result, root=root)
        expect("reduce in place", result, total)
    else:
        world.Reduce(mine, None, root=root)

twice("all-reduce", total, world.Allreduce, world.Iallreduce, mine)
result = mine.copy()
world.Allreduce(MPI.IN_PLACE, result)
expect("all-reduce in place", result, total)

before, through = sums(range(rank), 0, 3), sums(range(rank + 1), 0, 3)
twice("scan", through, world.Scan, world.Iscan, mine)
result = mine.copy()
world.Scan(MPI.IN_PLACE, result)
expect("scan in place", result, through)
twice("exclusive scan", before, world.Exscan, world.Iexscan, mine)

share = sums(everyone, 2 * rank, 2 * rank + 2)
twice(
    "reduce-scatter in equal parts", share,
    world.Reduce_scatter_block, world.Ireduce_scatter_block, row(rank, 0, 2 * size),
)
counts = [other + 1 for other in everyone]
start = sum(counts[:rank])
twice(
    "reduce-scatter", sums(everyone, start, start + counts[rank]),
    world.Reduce_scatter, world.Ireduce_scatter, row(rank, 0, sum(counts)), counts,
)

given, taken = room(3), room(3)
persistent = persistent_all_reduce(given, taken, MPI.SUM)
for step in range(3):
    given[:] = mine + step
    persistent.Start()
    persistent.Wait()
    expect("persistent all-reduce", taken, total + step * size)
persistent.Free()

numbers = np.array([rank + 1, 7 - rank], np.int32)
for name, wanted in {
    "SUM": [10, 22],
    "PROD": [24, 840],
    "MIN": [1, 4],
    "MAX": [4, 7],
    "BAND": [0, 4],
    "BOR": [7, 7],
    "BXOR": [4, 0],
    "LAND": [1, 1],
    "LOR": [1, 1],
    "LXOR": [0, 0],
}.items():
    result = room(2, np.int32)
    world.Allreduce(numbers, result, getattr(MPI, name))
    expect(name, result, wanted)
for value, name, wanted in [
    (np.bool_(rank != 3), "LAND", False),
    (np.bool_(rank == 3), "LOR", True),
    (np.bool_(rank > 0), "LXOR", True),
    (np.float32(rank + 0.5), "SUM", 8),
    (np.float64(rank - 0.5), "MIN", -0.5),
    (np.complex128(rank + 1j), "SUM", 6 + 4j),
]:
    result = np.zeros(1, value.dtype)
    world.Allreduce(np.array([value]), result, getattr(MPI, name))
    expect(f"{name} of {value.dtype}", result, [wanted])


def locate(kind, value, datatype, operation):
    """Reduces a value and a place, which C lays out behind one another."""
    pair = np.dtype([("value", kind), ("place", np.int32)], align=True)
    given, taken = np.array([(value, rank)], pair), np.zeros(1, pair)
    world.Allreduce([given, 1, datatype], [taken, 1, datatype], operation)
    return taken[0].item()


expect("largest", locate(np.float64, rank % 3, MPI.DOUBLE_INT, MPI.MAXLOC), [2, 2])
expect("smallest", locate(np.float32, 3 - rank, MPI.FLOAT_INT, MPI.MINLOC), [0, 3])
agree()
