"""The public members of the installed mpi4py, by section of FromMPI4Py.md."""

import inspect

import mpi4py

mpi4py.rc.initialize = False
from mpi4py import MPI  # noqa: E402

name = f"mpi4py {mpi4py.__version__}"

# Same as others, or without members of their own.
left_out = {"BottomType", "BufferAutomaticType", "InPlaceType", "memory"}


def members():
    sections = {}
    for name in dir(MPI):
        value = getattr(MPI, name)
        if inspect.isclass(value) and not name.startswith("_") and name not in left_out:
            sections[name] = {m for m in vars(value) if not m.startswith("_")}
    sections["Functions of the module"] = {
        name
        for name in dir(MPI)
        if not name.startswith("_") and not inspect.isclass(getattr(MPI, name)) and callable(getattr(MPI, name)) and not name.isupper()
    }
    return sections
