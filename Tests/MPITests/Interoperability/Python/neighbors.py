"""Neighbours of a ring and of a grid: the part of the Python ranks."""

from mpi4py import MPI

from peer import agree, expect, rank, room, row, world


def meet(grid):
    around = []
    for dimension in range(grid.dim):
        around += grid.Shift(dimension, 1)
    places = range(len(around))
    present = [place for place in places if around[place] != MPI.PROC_NULL]

    def expected(part, count):
        """The parts of the neighbours, with room that is untouched where there is none."""
        result = []
        for place in places:
            neighbor = around[place]
            result += (part(neighbor, place) if place in present else room(count)).tolist()
        return result

    def twice(what, wanted, blocking, immediate, given, taken):
        result = room(len(wanted))
        blocking(given, taken(result))
        expect(what, result, wanted)
        result = room(len(wanted))
        immediate(given, taken(result)).Wait()
        expect("immediate " + what, result, wanted)

    twice(
        "all-gather", expected(lambda neighbor, _: row(neighbor, 0, 2), 2),
        grid.Neighbor_allgather, grid.Ineighbor_allgather, row(rank, 0, 2), lambda result: result,
    )
    counts = [around[place] + 1 if place in present else 0 for place in places]
    twice(
        "all-gather of parts", expected(lambda neighbor, _: row(neighbor, 0, neighbor + 1), 0),
        grid.Neighbor_allgatherv, grid.Ineighbor_allgatherv, row(rank, 0, rank + 1), lambda result: [result, counts],
    )
    # The neighbour at a place has this rank at the place across.
    exchanged = expected(lambda neighbor, place: row(neighbor, 2 * (place ^ 1), 2 * (place ^ 1) + 2), 2)
    parts = row(rank, 0, 2 * len(around))
    result = room(len(parts))
    grid.Neighbor_alltoall(parts, result)
    expect("all-to-all", result, exchanged)
    lengths = [2 if place in present else 0 for place in places]
    indices = [index for place in present for index in (2 * place, 2 * place + 1)]
    twice(
        "all-to-all of parts", [exchanged[index] for index in indices],
        grid.Neighbor_alltoallv, grid.Ineighbor_alltoallv, [parts[indices], lengths], lambda result: [result, lengths],
    )
    pieces = [2] * len(around), [16 * place for place in places], [MPI.INT64_T] * len(around)
    result = room(len(parts))
    grid.Neighbor_alltoallw([parts, *pieces], [result, *pieces])
    expect("all-to-all of pieces", result, exchanged)


ring = world.Create_cart([4], periods=[True])
meet(ring)
grid = world.Create_cart([2, 2])
expect("coordinates", grid.coords, [rank // 2, rank % 2])
meet(grid)
grid.Free()
ring.Free()
agree()
