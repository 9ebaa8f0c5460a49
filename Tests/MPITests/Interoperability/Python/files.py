"""Files that Swift and Python ranks write and read: the part of the Python ranks."""

import os
import shutil
import tempfile

import numpy as np
from mpi4py import MPI

from peer import agree, expect, rank, room, row, rows, size, world

everyone = range(size)
folder = tempfile.mkdtemp().encode() if rank == 2 else b""
length = np.array([len(folder)])
world.Bcast(length, 2)
folder = np.frombuffer(folder, np.uint8).copy() if rank == 2 else np.zeros(length[0], np.uint8)
world.Bcast(folder, 2)
folder = folder.tobytes().decode()
python = world.Split(1, rank)


def view(file, team):
    """Lets a rank see every block of three numbers that is its own."""
    pattern = MPI.INT64_T.Create_contiguous(3).Create_resized(0, 24 * team.size).Commit()
    file.Set_view(24 * team.rank, MPI.INT64_T, pattern)
    pattern.Free()


def settle(file):
    """Makes what all ranks have written visible to all."""
    file.Sync()
    world.Barrier()
    file.Sync()


# Python writes, Swift reads.
if rank == 2:
    row(2, 0, 12).tofile(f"{folder}/numpy")
file = MPI.File.Open(python, f"{folder}/python", MPI.MODE_CREATE | MPI.MODE_WRONLY)
view(file, python)
file.Write_all(row(rank, 0, 3))
file.Iwrite_at(3, row(rank, 3, 6)).Wait()
file.Close()
world.Barrier()

# Swift writes, Python reads.
world.Barrier()
expect(
    "what NumPy reads", np.fromfile(f"{folder}/swift", np.int64),
    rows([(0, 0, 3), (1, 0, 3), (0, 3, 6), (1, 3, 6)]),
)
file = MPI.File.Open(python, f"{folder}/swift", MPI.MODE_RDONLY)
view(file, python)
seen = room(6)
file.Read_all(seen)
expect("what is seen", seen, row(rank - 2, 0, 6))
seen = room(3)
file.Iread_at_all(3, seen).Wait()
expect("what is seen again", seen, row(rank - 2, 3, 6))
file.Close()
world.Barrier()

# One file that ranks of both languages have opened together.
file = MPI.File.Open(world, f"{folder}/both", MPI.MODE_CREATE | MPI.MODE_RDWR)
file.Write_at_all(16 * rank, row(rank, 0, 2))
settle(file)
taken = room(2 * size)
file.Read_at_all(0, taken)
expect("what all have written", taken, rows((other, 0, 2) for other in everyone))
world.Barrier()
view(file, world)
file.Write_all(row(rank, 0, 3))
file.Iwrite_all(row(rank, 3, 6)).Wait()
settle(file)
file.Set_view(0, MPI.INT64_T, MPI.INT64_T)
taken = room(6 * size)
file.Read_at(0, taken)
blocks = [(other, start, start + 3) for start in (0, 3) for other in everyone]
expect("blocks of all", taken, rows(blocks))
world.Barrier()
file.Seek_shared(0)
file.Write_ordered(row(rank, 0, rank + 1))
settle(file)
behind = rows((other, 0, other + 1) for other in everyone)
taken = room(len(behind))
file.Read_at(0, taken)
expect("what all have written in order", taken, behind)
world.Barrier()
file.Close()
python.Free()
if rank == 2:
    shutil.rmtree(folder)
agree()
