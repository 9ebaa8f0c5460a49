"""Writes C functions that stand in front of those of mpi.h which make or free an object, and tell the census.

usage: wrappers.py < mpi.h as the preprocessor leaves it > wrappers.inc

A function that gets a pointer to a handle makes an object, unless it is one of those that change a handle the caller has: they free
objects, or complete requests, if the handle is null afterwards.
"""

import re
import sys

KINDS = "Comm Group Datatype Op Request Win File Info Errhandler Message".split()

# They change a handle that the caller has.
CHANGING = re.compile(r"MPI_(\w+_free|Comm_disconnect|File_close|Wait\w*|Test(any|all|some)?|Imrecv|Mrecv)$")

# They leave the handle as it is, or give one that is not the caller's to free.
SILENT = re.compile(r"MPI_(T_\w+|Cancel|Start|Startall|Type_commit|Type_match_size|Type_create_f90_\w+|Comm_get_parent)$")


def parameters(text):
    """The parameters of a prototype: type, name, what follows the name."""
    found = []
    for part in (part.strip() for part in text.split(",")):
        match = re.match(r"(.*?)(\w+)\s*((?:\[\d*\])*)$", part)
        if part != "void" and match and match.group(1):
            found.append((match.group(1).strip(), match.group(2), match.group(3)))
    return found


def handles(found, name):
    """The parameters through which handles come back: kind, name, whether it is an array."""
    for kind, parameter, brackets in found:
        match = re.match(r"MPI_(\w+)\s*(\*?)$", kind)
        if match and match.group(1) in KINDS and (match.group(2) or brackets):
            # Receiving a message consumes it, and makes a request.
            if name != "MPI_Type_get_contents" or brackets:
                yield match.group(1), parameter, bool(brackets)


def wrapper(name, text):
    found = parameters(text)
    pointers = list(handles(found, name))
    keyval = re.match(r"MPI_\w+_(create|free)_keyval$", name)
    if SILENT.match(name) or not (pointers or keyval):
        return
    call = f"P{name}({', '.join(parameter for _, parameter, _ in found)})"
    before, after = [], []
    for kind, parameter, is_array in pointers:
        if name == "MPI_Type_get_contents":
            count = "census_contents(mtype)"
        else:
            count = next((p for _, p, _ in found if p in ("count", "incount")), "1") if is_array else "1"
        if CHANGING.match(name) and (kind != "Request" or not name.endswith("mrecv")):
            before.append(f"CENSUS_BEFORE({kind}, {parameter}, {count})")
            after.append(f"CENSUS_AFTER({kind}, {parameter})")
        else:
            flag = " && *flag" if any(p == "flag" for _, p, _ in found) else ""
            after.append(f"if (code == MPI_SUCCESS{flag}) CENSUS_MADE({kind}, {parameter}, {count})")
    if keyval:
        parameter = next(p for kind, p, _ in found if re.match(r"int\s*\*$", kind) and p.endswith("keyval"))
        if keyval.group(1) == "create":
            after.append(f"if (code == MPI_SUCCESS) CENSUS_KEY_MADE({parameter})")
        else:
            before.append(f"CENSUS_KEY_FREED({parameter})")
    print(f"int {name}({text}) {{")
    print("\n".join(f"    {line};" for line in [*before, f"int code = {call}", *after, "return code"]))
    print("}\n")


header = " ".join(line for line in sys.stdin if not line.startswith("#"))
for name, text in sorted(set(re.findall(r"\bint\s+(MPIX?_\w+)\s*\(([^;{()]*)\)", header))):
    wrapper(name, re.sub(r"\s+", " ", text).strip())
