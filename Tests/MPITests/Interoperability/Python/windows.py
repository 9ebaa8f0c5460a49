"""Windows that Swift and Python ranks have together: the part of the Python ranks."""

import numpy as np
from mpi4py import MPI

from peer import agree, expect, rank, room, size, world

peer = rank - 2
everyone = range(size)


def one(*numbers):
    return np.array(numbers, np.int64)


info = MPI.Info.Create()
info["alloc_shared_noncontig"] = "true"
window = MPI.Win.Allocate_shared(6 * 8, 8, info, world)
info.Free()
cells = np.frombuffer(window.tomemory(), np.int64)
cells[:] = 0
# Swift's ranks tell each other how much each has.
counts = room(size)
world.Allgather(one(6), counts)
expect("counts", counts, [6] * size)


def own(place):
    """A cell of this rank, after what others have done."""
    window.Lock(rank, MPI.LOCK_SHARED)
    window.Sync()
    value = int(cells[place])
    window.Unlock(rank)
    return value


def get(host, place):
    value = room(1)
    window.Lock(host, MPI.LOCK_SHARED)
    window.Get(value, host, place)
    window.Unlock(host)
    return value


# Fences.
window.Fence()
window.Put(one(100 + rank), peer)
window.Fence()
expect("what was put", cells[0], 100 + peer)
fetched = room(1)
window.Fence()
window.Get(fetched, peer)
window.Fence()
expect("what was got", fetched, [100 + rank])
window.Fence()
for other in everyone:
    window.Accumulate(one(1, rank), other, 1, MPI.SUM)
window.Fence()
expect("sums", cells[1:3], [4, 6])
window.Fence()
for other in everyone:
    window.Accumulate(one(rank), other, 1, MPI.MAX)
window.Fence()
expect("the largest", cells[1], 4)
world.Barrier()

# Locks.
window.Lock(peer, MPI.LOCK_EXCLUSIVE)
window.Put(one(200 + rank), peer, 3)
window.Unlock(peer)
world.Barrier()
expect("what was put under a lock", own(3), 200 + peer)
expect("what was got under a lock", get(peer, 3), [200 + rank])
world.Barrier()
window.Lock_all()
window.Put(one(250 + rank), peer, 3)
window.Flush(peer)
window.Get(fetched, peer, 3)
window.Flush_all()
expect("what was got after a flush", fetched, [250 + rank])
window.Unlock_all()
world.Barrier()
expect("what was put under a lock of all", own(3), 250 + peer)
world.Barrier()

# Single steps.
if rank == 2:
    window.Lock(rank, MPI.LOCK_SHARED)
    window.Put(one(0, 0), rank, 4)
    window.Unlock(rank)
world.Barrier()
for host in (0, 2):
    numbers = []
    for _ in range(50):
        window.Lock(host, MPI.LOCK_SHARED)
        window.Fetch_and_op(one(1), fetched, host, 4, MPI.SUM)
        window.Unlock(host)
        numbers.append(int(fetched[0]))
    expect("numbers", numbers, sorted(set(numbers)))
    world.Barrier()
    expect("the count", get(host, 4), [200])
    world.Barrier()
    for turn in everyone:
        if turn == rank:
            for expected, desired in ((-5, 77), (turn, turn + 1)):
                window.Lock(host, MPI.LOCK_SHARED)
                window.Compare_and_swap(one(desired), one(expected), fetched, host, 5)
                window.Unlock(host)
                expect("what was there", fetched, [turn])
        world.Barrier()
    expect("what was swapped in", get(host, 5), [4])
    world.Barrier()
    window.Lock(host, MPI.LOCK_SHARED)
    window.Get_accumulate(one(1), fetched, host, 5, MPI.SUM)
    window.Unlock(host)
    assert 4 <= fetched[0] <= 7, fetched
    world.Barrier()
    expect("what was added", get(host, 5), [8])
    world.Barrier()

# Posts and starts.
group = world.group.Incl([peer])
window.Post(group)
window.Wait()
expect("what came after a post", cells[:2], [peer, 7])
window.Start(group)
window.Put(one(rank, 8), peer)
window.Complete()
world.Barrier()

# Requests.
window.Lock_all()
window.Rput(one(300 + rank), peer, 5).Wait()
window.Flush(peer)
window.Rget(fetched, peer, 5).Wait()
expect("what was got by a request", fetched, [300 + rank])
window.Raccumulate(one(2), peer, 5, MPI.SUM).Wait()
window.Flush(peer)
window.Rget_accumulate(one(0), fetched, peer, 4, MPI.REPLACE).Wait()
window.Unlock_all()
world.Barrier()
expect("what was added by a request", own(5), 302 + peer)
expect("what was replaced by a request", own(4), 0)
world.Barrier()
world.Barrier()
window.Free()

# Memory that is attached later.
window = MPI.Win.Create_dynamic(MPI.INFO_NULL, world)
memory = one(4, 5, 6)
window.Attach(memory)
address = room(1)
world.Sendrecv(one(MPI.Get_address(memory)), peer, 0, address, peer, 0)
window.Lock(peer)
window.Put(one(rank), peer, int(address[0]) + 8)
window.Unlock(peer)
world.Barrier()
expect("attached memory", memory, [4, peer, 6])
window.Lock(peer)
taken = room(3)
window.Get(taken, peer, int(address[0]))
window.Unlock(peer)
expect("memory that Swift has attached", taken, [1, rank, 3])
world.Barrier()
window.Detach(memory)
window.Free()
agree()
