"""Which programs are compared in which benchmark, with which parameters."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Program:
    """A program of one peer: how it is found, and what it is told beyond what all are told."""

    peer: str
    kind: str  # swift, c, python, futures, timed
    ranks: int | None = None
    name: str | None = None  # the file, if it is not called like the benchmark
    options: dict = field(default_factory=dict)
    quick_options: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Benchmark:
    name: str
    programs: list
    full: dict
    quick: dict
    shares_core: bool = False  # more ranks than cores, or processes beside ranks
    most_rounds: int = 1000  # what takes long and varies little need not run in every round


def of_ranks(name, full, quick, ranks=2, python=True, shares_core=False):
    programs = [Program("swift", "swift", ranks), Program("C", "c", ranks)]
    if python:
        programs.append(Program("mpi4py", "python", ranks))
    return Benchmark(name, programs, full, quick, shares_core)


def nas(name, problem_class, full, quick):
    parameters = {"class": problem_class}
    return of_ranks(name, {**full, **parameters}, {**quick, **parameters}, python=False)


plan = [
    of_ranks("latency", {"iterations": 10_000}, {"iterations": 1000, "repetitions": 3}),
    of_ranks(
        "bandwidth",
        {"iterations": 20_000, "sizes": "4096,16384,65536,262144,1048576,4194304,16777216,67108864"},
        {"iterations": 2000, "repetitions": 3},
    ),
    of_ranks("bidirectional", {"iterations": 10_000}, {"iterations": 1000, "repetitions": 3}),
    of_ranks("message-rate", {"iterations": 100_000}, {"iterations": 10_000, "repetitions": 3}),
    Benchmark(
        "objects",
        [
            Program("swift", "swift", 2),
            Program("C", "c", 2),
            Program("mpi4py pickle", "python", 2),
            Program("mpi4py pkl5", "python", 2, options={"way": "pkl5"}),
        ],
        {"iterations": 10_000},
        {"iterations": 500, "repetitions": 3},
    ),
    of_ranks("collectives", {"iterations": 10_000}, {"iterations": 1000, "repetitions": 3}),
    Benchmark(
        "object-collectives",
        [Program("swift", "swift", 2), Program("mpi4py", "python", 2)],
        {"iterations": 10_000},
        {"iterations": 1000, "repetitions": 3},
    ),
    of_ranks("oversubscription", {"iterations": 5000}, {"iterations": 500, "repetitions": 3}, ranks=4, shares_core=True),
    Benchmark(
        "start-up",
        [Program("swift", "swift"), Program("C", "timed")],
        {"repetitions": 5},
        {"repetitions": 1},
        shares_core=True,
        most_rounds=3,
    ),
    Benchmark(
        "process-start",
        [
            Program("swift", "swift"),
            Program("fork", "python", options={"way": "fork"}),
            Program("spawn", "python", options={"way": "spawn", "iterations": 10}, quick_options={"iterations": 3}),
        ],
        {"iterations": 200},
        {"iterations": 20, "repetitions": 3},
        most_rounds=5,
    ),
    Benchmark(
        "pipe",
        [Program("swift", "swift"), Program("multiprocessing", "python")],
        {"iterations": 5000, "blocks": 200},
        {"iterations": 300, "blocks": 20, "repetitions": 3},
    ),
    Benchmark(
        "queue",
        [Program("swift", "swift"), Program("multiprocessing", "python", name="queue_stream")],
        {"iterations": 3000, "items": 50_000, "repetitions": 3},
        {"iterations": 200, "items": 5000, "repetitions": 3},
    ),
    Benchmark(
        "pool",
        [
            Program("swift", "swift"),
            Program("multiprocessing", "python"),
            Program("executor", "python", options={"way": "executor"}),
            Program("mpi4py.futures", "futures", 3, options={"way": "mpi-futures"}),
            Program("mpi4py pool", "futures", 3, options={"way": "mpi-pool"}),
        ],
        {
            "tasks": 5000,
            "items": 1_000_000,
            "large-tasks": 100,
            "calls": 500,
            "busy-seconds": 0.5,
            "repetitions": 3,
        },
        {
            "tasks": 500,
            "items": 50_000,
            "large-tasks": 10,
            "calls": 50,
            "busy-seconds": 0.05,
            "repetitions": 2,
        },
        shares_core=True,
        most_rounds=3,
    ),
    Benchmark(
        "idle",
        [Program("swift", "swift", 4), Program("multiprocessing", "python")],
        {"seconds": 5, "wake-ups": 200, "repetitions": 3},
        {"seconds": 1, "wake-ups": 20, "repetitions": 1},
        shares_core=True,
        most_rounds=2,
    ),
    Benchmark(
        "growth",
        [Program("swift", "swift")],
        {"repetitions": 1},
        {
            "repetitions": 1,
            "tasks": "1000,10000,100000",
            "items": "1000,10000",
            "processes": "1,4,16",
            "ranks": "1,2,4",
        },
        shares_core=True,
        most_rounds=2,
    ),
    nas("ep", "S", {"repetitions": 5}, {"repetitions": 1}),
    nas("ep", "W", {"repetitions": 3}, {"repetitions": 1}),
    nas("is", "S", {"repetitions": 20}, {"repetitions": 3}),
    nas("is", "W", {"repetitions": 5}, {"repetitions": 1}),
]


def parameters(benchmark, program, quick):
    """All that a program is told, in one dictionary."""
    common = {"repetitions": 5, **(benchmark.quick if quick else benchmark.full)}
    return {**common, **program.options, **(program.quick_options if quick else {})}


def command(benchmark, program, quick, level, folders, cores):
    """The command line of a program, and the variables that it gets on top of the environment."""
    options = []
    for name, value in parameters(benchmark, program, quick).items():
        options += [f"--{name}", str(value)]
    swift = [folders.swift, "bench", benchmark.name, "--json"]
    file = program.name or benchmark.name
    variables = {}
    if program.kind == "swift":
        words = swift + options
    elif program.kind == "timed":
        words = swift + ["--program", f"{folders.c}/{file}", "--threads", level] + options
    elif program.kind == "c":
        words = [f"{folders.c}/{file}", *options, "--threads", level]
    else:
        module = ["-m", "mpi4py.futures"] if program.kind == "futures" else []
        words = [folders.python, *module, f"{folders.scripts}/{file}.py", *options]
        if program.kind == "python" and program.ranks:
            variables["MPI4PY_RC_THREAD_LEVEL"] = level
    if program.ranks:
        words = ["mpirun", "-n", str(program.ranks), *words]
    if program.ranks and program.ranks <= cores and not benchmark.shares_core:
        # Each rank has a core to itself, and need not give it away.
        variables["OMPI_MCA_hwloc_base_binding_policy"] = "core"
        variables["OMPI_MCA_mpi_yield_when_idle"] = "0"
    return words, variables
