#!/bin/bash
# Measures swift-mpi against C, mpi4py and CPython's multiprocessing on this machine, and writes BENCHMARKS.md.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/benchmark.sh [--only NAME]... [--quick] [--rounds N] [--output FOLDER] [--skip-build] [--help]

Makes a Python environment of its own with mpi4py in .build-benchmarks, compiles the programs in C, builds swift-mpi for release,
and runs each benchmark in turn with Swift, C and Python, several rounds. Ratios are taken within a round; the table has their median and
quartiles. Writes BENCHMARKS.md and its plots (Benchmarks/*.svg), and what was measured to .build-benchmarks/records.jsonl.

  --only NAME      run this benchmark alone (may be repeated); the report goes to .build-benchmarks/report
  --quick          small parameters: under 3 minutes once everything is built; the report goes there as well
  --rounds N       how often each program runs (9 unless told, 2 if quick; what takes long runs less often)
  --output FOLDER  where the report goes
  --skip-build     use the release build that is there

Nothing else should run meanwhile. Whether two runs agree is told by  python3 Scripts/benchmark/compare.py RECORDS RECORDS.
USAGE
}

arguments=()
skip_build=false
while [ $# -gt 0 ]; do
    case $1 in
        --only | --rounds | --output)
            [ $# -ge 2 ] || { usage >&2; exit 2; }
            arguments+=("$1" "$2")
            shift
            ;;
        --quick) arguments+=("$1") ;;
        --skip-build) skip_build=true ;;
        -h | --help)
            usage
            exit 0
            ;;
        *)
            usage >&2
            exit 2
            ;;
    esac
    shift
done

cd "$(dirname "$0")/.."
folder=$PWD/.build-benchmarks
mkdir -p "$folder/c"
# shellcheck source=mpirun-configs/local.env
. mpirun-configs/local.env
export PYTHONDONTWRITEBYTECODE=1

if [ ! -e "$folder/python/complete" ]; then
    echo '== Making a Python environment'
    rm -rf "$folder/python"
    python3 -m venv "$folder/python"
    "$folder/python/bin/pip" install --quiet --disable-pip-version-check 'mpi4py>=4.1,<4.2' numpy
    touch "$folder/python/complete"
fi

echo '== Compiling the programs in C'
for source in Sources/PeerBenchmarks/C/*.c; do
    mpicc -O2 -Wall -Wextra -o "$folder/c/$(basename "$source" .c)" "$source" -lm
done

if ! $skip_build; then
    echo '== Building swift-mpi'
    # With Swift's libraries in the program, as for a cluster: they need not be found and bound whenever it starts.
    swift build --configuration release --static-swift-stdlib --product swift-mpi
fi

exec "$folder/python/bin/python" Scripts/benchmark/run.py "${arguments[@]+"${arguments[@]}"}"
