"""Persistent collective operations: mpi4py has those of MPI 4.0; Open MPI 4 has them by names of its own.

Those of MPICH mix up elements; so every start begins an immediate one there, in Swift, and here, to meet it.
"""

import ctypes

from mpi4py import MPI

from peer import world


with_mpich = "MPICH" in MPI.Get_library_version()


class Anew:
    """What begins an immediate operation for each start."""

    def __init__(self, begin, *arguments):
        self.begin = lambda: begin(*arguments)

    def Start(self):
        self.request = self.begin()

    def Wait(self):
        self.request.Wait()

    def Free(self):
        pass


def library_request(name, *arguments):
    """Has the library make a request, as mpi4py would."""
    request = ctypes.c_void_p()
    library = ctypes.CDLL(MPI.__file__)
    # Open MPI 5 has the names of MPI 4.0 although it says that it follows 3.1.
    own, standard = f"MPIX_{name}_init", f"MPI_{name}_init"
    code = getattr(library, own if hasattr(library, own) else standard)(
        *arguments,
        ctypes.c_void_p(world.handle),
        ctypes.c_void_p(MPI.INFO_NULL.handle),
        ctypes.byref(request),
    )
    assert code == MPI.SUCCESS, (name, code)
    return MPI.Prequest.fromhandle(request.value)


def buffer(elements, parts=1):
    """A buffer as C takes it: address, count and datatype."""
    datatype = ctypes.c_void_p(MPI.INT64_T.handle)
    return ctypes.c_void_p(elements.ctypes.data), ctypes.c_int(len(elements) // parts), datatype


def persistent_broadcast(elements, root):
    if with_mpich:
        return Anew(world.Ibcast, elements, root)
    if MPI.Get_version() >= (4, 0):
        return world.Bcast_init(elements, root)
    return library_request("Bcast", *buffer(elements), ctypes.c_int(root))


def persistent_all_to_all(given, taken):
    if with_mpich:
        return Anew(world.Ialltoall, given, taken)
    if MPI.Get_version() >= (4, 0):
        return world.Alltoall_init(given, taken)
    return library_request("Alltoall", *buffer(given, world.size), *buffer(taken, world.size))


def persistent_all_reduce(given, taken, operation):
    if with_mpich:
        return Anew(world.Iallreduce, given, taken, operation)
    if MPI.Get_version() >= (4, 0):
        return world.Allreduce_init(given, taken, operation)
    return library_request(
        "Allreduce", buffer(given)[0], *buffer(taken), ctypes.c_void_p(operation.handle)
    )
