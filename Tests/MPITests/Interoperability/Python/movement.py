"""Every movement of buffers: the part of the Python ranks."""

import numpy as np
from mpi4py import MPI

from peer import agree, expect, rank, room, row, rows, size, world
from persistent import persistent_all_to_all, persistent_broadcast


def count_of(rank):
    return rank + 1


def count_from(source, destination):
    return (2 * source + destination) % 3 + 1


def part_from(source, destination):
    """What one rank gives another: a rank, and indices of its row."""
    start = sum(count_from(source, other) for other in range(destination))
    return source, start, start + count_from(source, destination)


counts = [count_of(other) for other in range(size)]
gaps = [sum(counts[:other]) + other + 1 for other in range(size)]
starts = [sum(counts[:other]) for other in range(size)]
total = sum(counts)


def move_rooted(root):
    is_root = rank == root
    everyone = range(size)

    # Swift's ranks call the blocking and the immediate form of each in turn.
    elements = row(root, 0, 5) if is_root else room(5)
    world.Bcast(elements, root)
    expect("broadcast", elements, row(root, 0, 5))
    elements = row(root, 0, 5) if is_root else room(5)
    world.Ibcast(elements, root).Wait()
    expect("immediate broadcast", elements, row(root, 0, 5))

    mine, wanted = row(rank, 0, 3), rows((other, 0, 3) for other in everyone)
    taken = room(3 * size) if is_root else None
    world.Gather(mine, taken, root)
    if is_root:
        expect("gather", taken, wanted)
        taken = room(3 * size)
    world.Igather(mine, taken, root).Wait()
    if is_root:
        expect("immediate gather", taken, wanted)

    whole, wanted = row(root, 0, 3 * size) if is_root else None, row(root, 3 * rank, 3 * rank + 3)
    part = room(3)
    world.Scatter(whole, part, root)
    expect("scatter", part, wanted)
    part = room(3)
    world.Iscatter(whole, part, root).Wait()
    expect("immediate scatter", part, wanted)

    own = row(rank, 0, counts[rank])
    taken = room(total + size)
    world.Gatherv(own, [taken, (counts, gaps)] if is_root else None, root)
    if is_root:
        wanted = []
        for other in everyone:
            wanted += [99] + row(other, 0, counts[other]).tolist()
        expect("gather with gaps", taken, wanted)
    taken = room(total)
    world.Igatherv(own, [taken, counts] if is_root else None, root).Wait()
    if is_root:
        expect("immediate gather of parts", taken, rows((other, 0, counts[other]) for other in everyone))

    parts = [row(root, 0, total), counts] if is_root else None
    wanted = row(root, starts[rank], starts[rank] + counts[rank])
    part = room(counts[rank])
    world.Scatterv(parts, part, root)
    expect("scatter of parts", part, wanted)
    part = room(counts[rank])
    world.Iscatterv(parts, part, root).Wait()
    expect("immediate scatter of parts", part, wanted)


def move_all():
    def twice(what, wanted, blocking, immediate, given, taken):
        for move in (blocking, lambda *both: immediate(*both).Wait()):
            result = room(len(wanted))
            move(given, taken(result))
            expect(what, result, wanted)

    twice(
        "all-gather", rows((other, 0, 3) for other in range(size)),
        world.Allgather, world.Iallgather, row(rank, 0, 3), lambda result: result,
    )
    together = rows((other, 0, counts[other]) for other in range(size))
    twice(
        "all-gather of parts", together,
        world.Allgatherv, world.Iallgatherv, row(rank, 0, counts[rank]), lambda result: [result, counts],
    )
    # Swift's ranks ask how many each has first.
    lengths, result = room(size), room(total)
    world.Allgather(np.array([counts[rank]]), lengths)
    expect("lengths", lengths, counts)
    world.Allgatherv(row(rank, 0, counts[rank]), [result, counts])
    expect("all-gather of any parts", result, together)

    parts = row(rank, 0, 2 * size)
    twice(
        "all-to-all", rows((other, 2 * rank, 2 * rank + 2) for other in range(size)),
        world.Alltoall, world.Ialltoall, parts, lambda result: result,
    )
    giving = [count_from(rank, other) for other in range(size)]
    getting = [count_from(other, rank) for other in range(size)]
    twice(
        "all-to-all of parts", rows(part_from(other, rank) for other in range(size)),
        world.Alltoallv, world.Ialltoallv, [row(rank, 0, sum(giving)), giving], lambda result: [result, getting],
    )

    number = MPI.INT64_T
    column = number.Create_vector(2, 1, size).Commit()
    ones, twos = [1] * size, [2] * size
    turned = []
    for other in range(size):
        turned += [other * 1000 + rank, other * 1000 + size + rank]
    twice(
        "all-to-all of columns", turned,
        world.Alltoallw, world.Ialltoallw,
        [parts, ones, [8 * other for other in range(size)], [column] * size],
        lambda result: [result, twos, [16 * other for other in range(size)], [number] * size],
    )
    column.Free()


def move_in_place():
    result = room(3 * size)
    result[3 * rank:3 * rank + 3] = row(rank, 0, 3)
    world.Allgather(MPI.IN_PLACE, result)
    expect("all-gather in place", result, rows((other, 0, 3) for other in range(size)))
    result = row(rank, 0, 2 * size)
    world.Alltoall(MPI.IN_PLACE, result)
    expect("all-to-all in place", result, rows((other, 2 * rank, 2 * rank + 2) for other in range(size)))


def move_persistently():
    elements = room(3)
    given, taken = room(2 * size), room(2 * size)
    broadcast = persistent_broadcast(elements, 2)
    exchange = persistent_all_to_all(given, taken)
    for step in range(3):
        elements[:] = row(2, step, step + 3) if rank == 2 else room(3)
        broadcast.Start()
        broadcast.Wait()
        expect("persistent broadcast", elements, row(2, step, step + 3))
        given[:] = row(rank, step, step + 2 * size)
        exchange.Start()
        exchange.Wait()
        expect(
            "persistent all-to-all", taken,
            rows((other, step + 2 * rank, step + 2 * rank + 2) for other in range(size)),
        )
    broadcast.Free()
    exchange.Free()


world.Barrier()
world.Ibarrier().Wait()
for root in range(size):
    move_rooted(root)
move_all()
move_in_place()
move_persistently()
agree()
