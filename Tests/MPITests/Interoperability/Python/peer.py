"""What the scripts of the Python ranks share."""

import numpy as np
from mpi4py import MPI

world = MPI.COMM_WORLD
rank, size = world.rank, world.size
swift_ranks, python_ranks = (0, 1), (2, 3)


def row(rank, start, end):
    """The numbers that a rank gives: those of these indices of its row."""
    return np.arange(start, end, dtype=np.int64) + rank * 1000


def rows(parts):
    """Parts of the rows of ranks, one behind the other."""
    return np.concatenate([row(*part) for part in parts])


def room(count, kind=np.int64):
    """Memory that nothing has been received into."""
    return np.full(count, 99, kind)


def expect(what, got, wanted):
    """Ends the job, with the place, unless the rank has got what it should have."""
    got, wanted = np.asarray(got).tolist(), np.asarray(wanted).tolist()
    if got != wanted:
        raise AssertionError(f"rank {rank}, {what}: got {got}, expected {wanted}")


def agree():
    """Says that everything was as it should be."""
    print("mpi4py agrees", flush=True)


assert size == 4 and rank in python_ranks, "ranks 0 and 1 are Swift's, ranks 2 and 3 Python's"
