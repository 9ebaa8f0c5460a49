"""What the figures were measured on and with."""

import os
import platform
import re
import subprocess


def first_line(*command):
    """The first line that a program says that is not empty; what is wrong, if there is none."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return "not found"
    return next((line.strip() for line in (result.stdout + result.stderr).splitlines() if line.strip()), "unknown")


def field(path, name):
    try:
        with open(path) as file:
            found = re.search(rf"^{name}\s*[:=]\s*\"?([^\"\n]*)", file.read(), re.MULTILINE)
    except OSError:
        found = None
    return found.group(1).strip() if found else "unknown"


def cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def describe(python):
    """Pairs of what and which."""
    memory = field("/proc/meminfo", "MemTotal")
    kilobytes = int(memory.split()[0]) if memory.split()[0].isdigit() else 0
    versions = "import mpi4py, numpy; print(mpi4py.__version__, numpy.__version__)"
    mpi4py, _, numpy = first_line(python, "-c", versions).partition(" ")
    commit = first_line("git", "rev-parse", "--short=12", "HEAD")
    if not re.fullmatch("[0-9a-f]+", commit):
        commit = "unknown"
    return [
        ("processor", f"{field('/proc/cpuinfo', 'model name')}, {cores()} cores"),
        ("memory", f"{kilobytes / 1048576:.0f} GiB"),
        ("system", f"{field('/etc/os-release', 'PRETTY_NAME')}, {platform.system()} {platform.release()}"),
        ("load before the run", f"{os.getloadavg()[0]:.1f}"),
        ("swift-mpi", f"commit {commit}"),
        ("Swift", first_line("swift", "--version")),
        ("MPI", first_line("mpirun", "--version")),
        ("C", first_line("mpicc", "--version") + ", -O2"),
        ("Python", platform.python_version()),
        ("mpi4py, numpy", f"{mpi4py}, {numpy}"),
    ]
