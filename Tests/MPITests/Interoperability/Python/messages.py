"""Messages of every mode: the part of each Python rank, with the Swift rank two below it."""

import numpy as np
from mpi4py import MPI

from peer import agree, expect, rank, room, row, swift_ranks, world

peer = rank - 2
nothing = np.zeros(0, np.uint8)
sends = [world.Send, world.Ssend, world.Bsend, world.Rsend]
immediate_sends = [world.Isend, world.Issend, world.Ibsend, world.Irsend]
persistent_sends = [world.Send_init, world.Ssend_init, world.Bsend_init, world.Rsend_init]


def await_receiver():
    world.Recv(nothing, peer, 99)


def receive_announced(count, tag):
    """Begins to receive, tells Swift, which may send in ready mode then, and waits."""
    elements, status = room(count + 1), MPI.Status()
    request = world.Irecv(elements, peer, tag)
    world.Send(nothing, peer, 99)
    request.Wait(status)
    expect("source and tag", [status.source, status.tag], [peer, tag])
    expect("count", status.Get_count(MPI.INT64_T), count)
    return elements[:count]


# Swift sends.
for number in range(4):
    wanted = row(peer, number, number + 3)
    for _ in range(3):
        expect("a message", receive_announced(3, number), wanted)
    for step in range(3):
        expect("a persistent message", receive_announced(3, number), wanted + step)

# Swift receives.
MPI.Attach_buffer(MPI.Alloc_mem(1 << 16))
for number in range(4):
    elements = row(rank, number, number + 3)
    await_receiver()
    sends[number](elements, peer, number)
    for _ in range(3):
        await_receiver()
        immediate_sends[number](elements, peer, number).Wait()
    kept = elements.copy()
    request = persistent_sends[number](kept, peer, number)
    for step in range(3):
        kept[:] = elements + step
        await_receiver()
        request.Start()
        request.Wait()
    request.Free()
MPI.Detach_buffer()

# Both at a time.
taken = room(3)
world.Sendrecv(row(rank, 0, 2), peer, 11, taken, peer, 10)
expect("an exchange", taken, row(peer, 0, 3))
swapped = row(rank, 0, 2)
world.Sendrecv_replace(swapped, peer, 12, peer, 12)
expect("an exchange in place", swapped, row(peer, 0, 2))
taken = room(2)
world.Sendrecv(row(rank, 0, 4), peer, 13, taken, peer, 13)
expect("an exchange", taken, row(peer, 0, 2))

# Looking before receiving.
world.Send(row(rank, 0, 5), peer, 20)
world.Send(row(rank, 0, 4), peer, 21)
status = MPI.Status()
world.Probe(peer, 23, status)
expect("what is seen", [status.source, status.tag, status.Get_count(MPI.INT64_T)], [peer, 23, 3])
taken = room(3)
world.Recv(taken, peer, 23)
expect("what was seen", taken, row(peer, 0, 3))
message = world.Mprobe(peer, 24, status)
taken = room(status.Get_count(MPI.INT64_T))
message.Recv(taken)
expect("what was matched", taken, row(peer, 0, 4))
message = None
while message is None:
    message = world.Improbe(peer, 25, status)
taken = room(status.Get_count(MPI.INT64_T))
message.Irecv(taken).Wait()
expect("what was matched at last", taken, row(peer, 0, 5))

# From anyone.
for other in swift_ranks:
    world.Send(row(rank, 0, 2), other, 30 + rank)
world.Barrier()
sources = set()
for _ in swift_ranks:
    taken = room(2)
    world.Recv(taken, MPI.ANY_SOURCE, MPI.ANY_TAG, status)
    expect("a message from anyone", taken, row(status.source, 0, 2))
    expect("its tag", status.tag, 30 + status.source)
    sources.add(status.source)
expect("who sent", sorted(sources), swift_ranks)
world.Barrier()

# Values.
world.send({"a": 7, "b": 3}, peer, 40)
world.Probe(peer, 41, status)
value = np.zeros(status.Get_count(MPI.BYTE), np.uint8)
world.Recv([value, MPI.BYTE], peer, 41)
world.Send([value, MPI.BYTE], peer, 41)
agree()
