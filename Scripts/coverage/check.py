"""Compares the tables for those who come from Python with what Python has, and with the sources.

A table has a line `| Python's names | the name here | remark |` for each member: `—` is not there, `–` is Python's alone or what no MPI
library of the standard that is followed has.
"""

import importlib
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]


class Reference:
    """One library for Python: its members, the article that has the tables, and the sources that the tables speak of."""

    def __init__(self, module, article, sources, summary):
        self.module = importlib.import_module(module)
        self.article = (root / article).read_text()
        self.sources = [root / folder for folder in sources]
        self.summary = summary

    def declared_names(self):
        text = "\n".join(path.read_text() for folder in self.sources for path in sorted(folder.rglob("*.swift")))
        names = re.findall(r"\b(?:func|var|let|case|class|struct|enum|protocol|actor|init|subscript)\b\s*`?(\w+)?", text)
        # Cases may stand side by side on one line.
        for line in re.findall(r"^\s*case ([\w, ]+)$", text, re.MULTILINE):
            names += re.findall(r"\w+", line)
        return set(names) | {"init", "subscript"}

    def rows(self):
        section = None
        for line in self.article.splitlines():
            if line.startswith("## "):
                section = line[3:]
            elif line.startswith("| `") and line.count("|") == 4:
                names, here, remark = [cell.strip() for cell in line.strip("|").split("|")]
                yield section, re.findall(r"`(\w+)`", names), here, remark

    def check(self):
        """What is wrong with the tables, and one line that says how much is there."""
        declared, problems, table = self.declared_names(), [], {}
        for section, names, here, remark in self.rows():
            for name in names:
                table[section, name] = (here, remark)
            for spelled in re.findall(r"`([^`]+)`", here):
                for part in spelled.split("(")[0].split("."):
                    if part not in declared:
                        problems.append(f"{section}: there is no {part}, as in {spelled}")
        problems += self.unknown_renamings(declared)

        counts = {"there": 0, "missing": 0, "newer": 0, "impossible": 0}
        for section, names in sorted(self.module.members().items()):
            for name in sorted(names):
                if (section, name) not in table:
                    problems.append(f"{section}.{name} is in no table")
                    continue
                here, remark = table.pop((section, name))
                kind = {"—": "missing", "–": "impossible"}.get(here, "there")
                counts["newer" if remark.endswith("has MPI 4.0") else kind] += 1
        problems += [
            f"{section}.{name} is no member of {self.module.name}"
            for (section, name), (_, remark) in table.items()
            if "since Python" not in remark
        ]
        servable = counts["there"] + counts["missing"]
        share = f"{100 * counts['there'] / max(servable, 1):.1f} %"
        return problems, f"{self.module.name}: " + self.summary.format(servable=servable, share=share, **counts)

    def unknown_renamings(self, declared):
        for folder in self.sources:
            for path in sorted((folder / "CNames").glob("*.swift")):
                for name in re.findall(r'renamed: "(?:\w+\.)?(\w+)"', path.read_text()):
                    if name not in declared and name != "self":
                        yield f"{path.name}: there is no {name} that something could be renamed to"


references = {
    "mpi4py": lambda: Reference(
        "mpi4py_members",
        "Sources/MPI/MPI.docc/FromMPI4Py.md",
        ["Sources/MPI"],
        "{there} of {servable} members that a library of MPI 3.1 can serve are there ({share}); so are {newer} that need MPI 4; "
        "{impossible} need a newer one or are Python's alone",
    ),
    "multiprocessing": lambda: Reference(
        "multiprocessing_members",
        "Sources/Multiprocessing/Multiprocessing.docc/FromMultiprocessing.md",
        ["Sources/Multiprocessing"],
        "{there} of {servable} members that are not Python's alone are there ({share}); {impossible} are",
    ),
}

status = 0
for name in sys.argv[1:] or references:
    problems, figure = references[name]().check()
    for problem in problems:
        print(problem)
    print(figure)
    if problems:
        status = 1
sys.exit(status)
