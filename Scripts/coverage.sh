#!/bin/bash
# Says how much of mpi4py and of Python's multiprocessing there is here.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/coverage.sh [--help] [mpi4py | multiprocessing]...

Lists the members of the installed mpi4py, and of Python's multiprocessing and concurrent.futures, compares them with the tables of
Sources/MPI/MPI.docc/FromMPI4Py.md and Sources/Multiprocessing/Multiprocessing.docc/FromMultiprocessing.md and with the sources, and
prints how much is there. It fails if a member is in no table, or a name that a table has is not in the sources.
The Python is the one that SWIFT_MPI_PYTHON names, else the one in .venv, else python3; it needs mpi4py for the first of the two.
USAGE
}

for argument in "$@"; do
    case $argument in
        mpi4py | multiprocessing) ;;
        -h | --help)
            usage
            exit 0
            ;;
        *)
            usage >&2
            exit 2
            ;;
    esac
done

cd "$(dirname "$0")/.."
python=${SWIFT_MPI_PYTHON-}
if [ -z "$python" ]; then
    if [ -x .venv/bin/python ]; then python=.venv/bin/python; else python=python3; fi
fi
exec "$python" -B Scripts/coverage/check.py "$@"
