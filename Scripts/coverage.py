"""Compares the tables of Sources/MPI/MPI.docc/FromMPI4Py.md with the installed mpi4py and with the sources."""

import inspect
import pathlib
import re
import sys

import mpi4py

mpi4py.rc.initialize = False
from mpi4py import MPI  # noqa: E402

root = pathlib.Path(__file__).resolve().parent.parent
article = (root / "Sources/MPI/MPI.docc/FromMPI4Py.md").read_text()
sources = "\n".join(path.read_text() for path in sorted((root / "Sources/MPI").rglob("*.swift")))
declared = set(re.findall(r"\b(?:func|var|let|case|class|struct|enum|protocol|init|subscript)\b\s*`?(\w+)?", sources))
declared |= {"init", "subscript"}

# Same as others, or without members of their own.
left_out = {"BottomType", "BufferAutomaticType", "InPlaceType", "memory"}

members = {}
for name in dir(MPI):
    value = getattr(MPI, name)
    if inspect.isclass(value) and not name.startswith("_") and name not in left_out:
        members[name] = {m for m in vars(value) if not m.startswith("_")}
members["Functions of the module"] = {
    name
    for name in dir(MPI)
    if not name.startswith("_") and not inspect.isclass(getattr(MPI, name)) and callable(getattr(MPI, name)) and not name.isupper()
}

table, section = {}, None
problems = []
for line in article.splitlines():
    if line.startswith("## "):
        section = line[3:]
    elif line.startswith("| `"):
        names, here, remark = [cell.strip() for cell in line.strip("|").split("|")]
        for name in re.findall(r"`(\w+)`", names):
            table[section, name] = "newer" if remark.endswith("has MPI 4.0") else here
        for spelled in re.findall(r"`([^`]+)`", here):
            for part in spelled.split("(")[0].split("."):
                if part not in declared:
                    problems.append(f"{section}: there is no {part}, as in {spelled}")

for path in sorted((root / "Sources/MPI/CNames").glob("*.swift")):
    for name in re.findall(r'renamed: "(?:\w+\.)?(\w+)"', path.read_text()):
        if name not in declared and name != "self":
            problems.append(f"{path.name}: there is no {name} that something could be renamed to")

there = missing = newer = impossible = 0
for section, names in sorted(members.items()):
    for name in sorted(names):
        here = table.pop((section, name), None)
        if here is None:
            problems.append(f"{section}.{name} is in no table")
        elif here == "–":
            impossible += 1
        elif here == "—":
            missing += 1
        elif here == "newer":
            newer += 1
        else:
            there += 1
problems += [f"{section}.{name} is no member of mpi4py" for section, name in table]

for problem in problems:
    print(problem)
servable = there + missing
print(f"mpi4py {mpi4py.__version__}: {there} of {servable} members that a library of MPI 3.1 can serve are there"
      f" ({100 * there / servable:.1f} %); so are {newer} that need MPI 4; {impossible} need a newer one or are Python's alone")
sys.exit(1 if problems else 0)
