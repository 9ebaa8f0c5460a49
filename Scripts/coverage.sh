#!/bin/bash
# Says how much of mpi4py there is here.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/coverage.sh [--help]

Lists the members of the installed mpi4py, compares them with the tables of Sources/MPI/MPI.docc/FromMPI4Py.md and with the
sources, and prints how much is there. It fails if a member is in no table, or a name that a table has is not in the sources.
The Python with mpi4py is the one that SWIFT_MPI_PYTHON names, else the one in .venv, else python3.
USAGE
}

case ${1-} in
    '') ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
esac

cd "$(dirname "$0")/.."
python=${SWIFT_MPI_PYTHON-}
if [ -z "$python" ]; then
    if [ -x .venv/bin/python ]; then python=.venv/bin/python; else python=python3; fi
fi
exec "$python" Scripts/coverage.py
