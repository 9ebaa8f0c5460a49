"""What is to be reached, and whether it was."""

from dataclasses import dataclass

from figures import median, quantile, ratios


@dataclass(frozen=True)
class Goal:
    """A bound for each of some cases.

    `sense` says what is bounded: "faster" is how many times as fast as the peer Swift is, at least; "time" is Swift's time as a part of the
    peer's, at most; "least" and "most" are Swift's own value.
    """

    number: str
    text: str
    benchmark: str
    cases: tuple
    sense: str
    bound: float
    peer: str | None = None
    peer_cases: tuple | None = None  # if they are called otherwise there
    bounded_by: str = ""  # why it is not met where it is not, as far as that was measured


@dataclass(frozen=True)
class Verdict:
    goal: Goal
    case: str | None
    value: float | None
    lower: float | None
    upper: float | None
    is_right: bool = True  # a wrong result is no use, however soon it is there

    @property
    def is_met(self):
        if self.value is None:
            return None
        if not self.is_right:
            return False
        if self.goal.sense in ("faster", "least"):
            return self.value >= self.goal.bound
        return self.value <= self.goal.bound


small = ("8", "64", "256", "1024", "4096")
large = ("65536", "262144", "1048576", "4194304", "16777216", "67108864")
collective_cases = ("barrier",) + tuple(
    f"{operation} {size}" for operation in ("broadcast", "allReduce", "allGatherv", "allToAllv") for size in (8, 1048576)
)
growing = ("tasks", "items", "processes", "ranks")

# What bounds a goal where it is not met: each was measured by itself, with a profiler or a program for the purpose.
landing = "a message there and back is about 150 instructions more than in C: arguments are checked, what arrives is copied out of memory of the library's own, since Open MPI writes beyond memory that is too small for a message (that copy takes 0 to 3 ns in C), and its status is made; run alternately by hand, many times, it is 1.0 to 1.1"
pages = "the same calls as in C; run alternately by hand, nine times, it is 1.00 at 64 KiB and 1.10 at 256 KiB. Where a buffer begins in its page, and whether a probe comes first, makes no difference in C; how its pages lie makes 10 to 25 %, and differs from run to run. With huge pages Swift and C both reach 13 to 17 GB/s from 4 MiB on"
fields = "the standard library's containers for keyed values take about 80 instructions for each field and direction"
pieces = "a string of more than 15 bytes has memory of its own: to allocate and free 1,000 such pieces takes 19 µs in C, and the allocation and reference counts of Swift's strings as much again"
hashes = "of the instructions of decoding a quarter are the hashes of the keys, a quarter the freeing of the memory, a fifth the library's own"
memory = "the transport of the bytes, and one copy into memory of the value's own; where the system grants no large pages, out of which long values are sent, the transport takes as long as in C"
agreement = "allGatherv and allToAllv tell each other whether the arguments are right, and short blocks go along with that: 128 bytes in place of 8 take 10 to 25 ns in C, and to write, compare and copy them takes 250 to 400 instructions; in sum 1.15 to 1.25 and 1.45 times C's time at 8 B; taken at their word they take 1.0 to 1.15 times"
block = "a broadcast is one of a block of 1 KiB, beside the coding of the value; shorter blocks are faster, but hang with a rank that takes part with a buffer of its own"
launcher = "Open MPI's own start, most of it in each rank's MPI_Init; Swift's libraries are in the program, which has 24 MB to be mapped and bound: 4 to 10 ms more than C's for two ranks"
forking = "a bare fork, exit and wait take 0.11 to 0.19 ms in C, and more the more is mapped; and to wake an idle processor takes 60 µs here, three times for each process"
looking = "where output goes into a pipe, each message costs a call of the system (160 ns) that sees whether all is shown that was printed before"
items = "from one process to one, items go by memory that both share; with several producers or takers each passes the Host, which keeps the order among all, and four threads have two processors"
copies = "an argument that is an array of numbers is copied twice: by the caller into memory shared with the workers, and by a worker out of it; each copy takes 60 to 80 µs"
calls = "of 12 µs for a call, about 8 are the main program's thread (about 55,000 instructions: half of them what the pool notes of the job and of its worker, the rest frames, locks and looking), 2 are the worker's, the rest is that each notices what the other has done"
sharing = "two processes that share nothing are 1.96 to 2.03 times as fast as one here; the Host and the main program take 1 to 2 % of both processors, and tasks take 3 to 5 % longer while both compute"
workers = "with four workers on two processors more of them are woken, and share the processors with the main program, which hands out the tasks"
noise = "the same steps as in C; what differs from run to run is more than what differs between the two"

goals = [
    Goal("1", "buffer ping-pong, 8 B to 4 KiB", "latency", small, "time", 1.03, "C", bounded_by=landing),
    Goal("1", "buffer ping-pong, 8 B to 4 KiB", "latency", small, "faster", 1.0, "mpi4py"),
    Goal("2", "bandwidth, 64 KiB to 64 MiB", "bandwidth", large, "faster", 0.99, "C", bounded_by=pages),
    Goal("3", "small structure, ping-pong", "objects", ("small structure",), "faster", 2, "mpi4py pickle", bounded_by=fields),
    Goal("4", "1,000 integers, ping-pong", "objects", ("1000 integers",), "faster", 5, "mpi4py pickle"),
    Goal("4", "1,000 strings, ping-pong", "objects", ("1000 strings",), "faster", 3, "mpi4py pickle", bounded_by=pieces),
    Goal("4", "nested dictionary, ping-pong", "objects", ("nested dictionary",), "faster", 3, "mpi4py pickle", bounded_by=hashes),
    Goal("5", "1 MiB of numbers", "objects", ("1 MiB of numbers",), "faster", 15, "mpi4py pickle", bounded_by=memory),
    Goal("5", "1 MiB of numbers", "objects", ("1 MiB of numbers",), "faster", 1.3, "mpi4py pkl5", bounded_by=memory),
    Goal("5", "1 MiB of numbers", "objects", ("1 MiB of numbers",), "time", 1.10, "C", bounded_by=memory),
    Goal("6", "collectives on buffers", "collectives", collective_cases, "time", 1.03, "C", bounded_by=agreement),
    Goal("7", "collectives on values", "object-collectives", ("broadcast", "gather", "allReduce"), "faster", 3, "mpi4py", bounded_by=block),
    Goal("8", "hello, against stock Open MPI", "start-up", ("local 2", "local 8"), "time", 0.5, "C", ("stock 2", "stock 8"), bounded_by=launcher),
    Goal("8", "hello, with the same profile", "start-up", ("local 2", "local 8"), "time", 1.05, "C", bounded_by=launcher),
    Goal("9", "start and join of a process", "process-start", ("start and join",), "faster", 10, "fork", bounded_by=forking),
    Goal("9", "start and join of a process", "process-start", ("start and join",), "faster", 250, "spawn", bounded_by=forking),
    Goal("10", "pipe, round trip", "pipe", ("processes, round trip",), "faster", 20, "multiprocessing", bounded_by=looking),
    Goal("10", "pipe, stream of 1 MiB", "pipe", ("processes, stream of 1048576",), "faster", 3, "multiprocessing"),
    Goal("11", "queue, round trip", "queue", ("round trip",), "faster", 40, "multiprocessing"),
    Goal("11", "queue, streams", "queue", ("stream 1→1", "stream 2→1", "stream 1→2"), "faster", 10, "multiprocessing", bounded_by=items),
    Goal("12", "pool, chunk size 1", "pool", ("empty tasks, chunk size 1",), "faster", 10, "multiprocessing"),
    Goal("12", "pool, chunk size 1", "pool", ("empty tasks, chunk size 1",), "faster", 60, "mpi4py.futures"),
    Goal("13", "pool, default chunks", "pool", ("empty tasks, default chunks",), "faster", 3, "multiprocessing"),
    Goal("13", "pool, arguments of 1 MiB", "pool", ("arguments of 1 MiB",), "faster", 5, "multiprocessing", bounded_by=copies),
    Goal("13", "pool, apply", "pool", ("apply",), "faster", 50, "multiprocessing", bounded_by=calls),
    Goal("14", "2 workers against a loop, 1 ms", "pool", ("gain of 2 workers, tasks of 1000 µs",), "least", 1.95, bounded_by=sharing),
    Goal("14", "2 workers against a loop, 15 µs", "pool", ("gain of 2 workers, tasks of 15 µs",), "least", 1.0),
    Goal("15", "4 ranks on 2 cores, ring hop", "oversubscription", ("ring hop",), "time", 1.05, "C", bounded_by=noise),
    Goal(
        "15",
        "pool of 4 against pool of 2",
        "pool",
        ("4 workers against 2, tasks of 15 µs", "4 workers against 2, empty tasks"),
        "least",
        1.0,
        bounded_by=workers,
    ),
    Goal("16", "4 ranks and 4 processes wait: share of a core", "idle", ("share of a core",), "most", 0.02),
    Goal("16", "wake-up, 99th percentile, in seconds", "idle", ("wake-up, p99",), "most", 1e-3),
    Goal(
        "17",
        "exponent of time as work grows",
        "growth",
        tuple(f"{what}, exponent of time" for what in growing),
        "most",
        1.1,
    ),
    Goal(
        "17",
        "exponent of memory as work grows",
        "growth",
        tuple(f"{what}, exponent of memory" for what in growing),
        "most",
        1.1,
    ),
    Goal("NAS", "EP, classes S and W", "ep", ("class S", "class W"), "time", 1.10, "C", bounded_by=noise),
    Goal("NAS", "IS, classes S and W", "is", ("class S", "class W"), "time", 1.10, "C", bounded_by=noise),
]


def is_rate(unit):
    return unit.endswith("/s")


def speeds(measurements, benchmark, case, peer, peer_case=None):
    """How many times as fast as the peer Swift was, in each round."""
    ours = measurements.rounds(benchmark, case, "swift")
    theirs = measurements.rounds(benchmark, peer_case or case, peer)
    if is_rate(measurements.units.get((benchmark, case), "s")):
        return ratios(ours, theirs)
    return ratios(theirs, ours)


def values(goal, measurements, index):
    case = goal.cases[index]
    if goal.peer is None:
        return [value for value in measurements.rounds(goal.benchmark, case, "swift") if value is not None]
    peer_case = goal.peer_cases[index] if goal.peer_cases else None
    found = speeds(measurements, goal.benchmark, case, goal.peer, peer_case)
    return [1 / speed for speed in found if speed] if goal.sense == "time" else found


def judge(goal, measurements):
    """The verdict of the case that is furthest from the bound; cases that were not measured do not count, unless none was."""
    verdicts = []
    for index, case in enumerate(goal.cases):
        found = values(goal, measurements, index)
        if found:
            right = measurements.verifications.get((goal.benchmark, case, "swift"), "successful") == "successful"
            verdicts.append(
                Verdict(goal, case, median(found), quantile(found, 0.25), quantile(found, 0.75), right)
            )
    if not verdicts:
        return Verdict(goal, None, None, None, None)
    sign = 1 if goal.sense in ("faster", "least") else -1
    return min(verdicts, key=lambda verdict: (verdict.is_right, sign * verdict.value))
