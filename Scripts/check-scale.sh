#!/bin/bash
# Runs many ranks and many processes on this machine, and prints what each of them costs.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/check-scale.sh [--ranks LIST] [--processes LIST] [--help]

Builds swift-mpi optimised, and runs jobs of 1, 4, 16 and 64 ranks with one process on each, and of one rank with 100 and 500 processes
(swift-mpi check scale): a barrier of all ranks, the tour's pool with a worker on each of them, and processes that are all there at the
same time. Fails if one of them fails or takes more than two minutes, or if a rank has more than 32 MB for itself, or a process, if they are a hundred, more than 2.
Linux only: it reads /proc. The job of 64 ranks needs half a gigabyte of memory.

  --ranks      other numbers of ranks, such as 2,8
  --processes  other numbers of processes on one rank

The columns: seconds until MPI is there on all ranks, and until the block of withProcesses begins; of a barrier, and of making and using the pool; of
starting the processes. Megabytes of a rank, of what it shares with nobody, of its server for processes and of a process (where
several share memory each has its part of it), and of all together. The descriptors of a rank.

Set SWIFT_MPI_PROGRAM to use a program that is there.
USAGE
}

ranks=1,4,16,64
processes=100,500
while [ $# -gt 0 ]; do
    case $1 in
        --ranks)
            ranks=${2:?}
            shift
            ;;
        --processes)
            processes=${2:?}
            shift
            ;;
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
program=${SWIFT_MPI_PROGRAM-}
if [ -z "$program" ]; then
    Scripts/install.sh >/dev/null
    swift build --configuration release --product swift-mpi
    program=$(swift build --configuration release --show-bin-path)/swift-mpi
fi
# shellcheck source=mpirun-configs/local.env
. mpirun-configs/local.env
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# $1: the ranks; $2: the processes of each.
check() {
    if ! timeout -k 5 120 mpirun -n "$1" "$program" check scale --processes "$2" --since "$EPOCHREALTIME" >"$log" 2>&1; then
        printf '%s ranks with %s processes failed\n' "$1" "$2"
        cat "$log"
        exit 1
    fi
    awk -v processes="$2" '
        { value[$1] = $2 }
        END {
            printf "%5d %9d %8.2f %8.2f %8.2f ms %8.3f %8.2f %8.1f %8.1f %8.1f %8.2f %8.0f %11d\n", value["ranks"], processes, \
                value["mpi"], value["inside"], value["barrier"], value["pool"], value["start"], value["rank"], value["own"], \
                value["server"], value["process"], value["all"], value["descriptors"]
            exit !(value["own"] > 0 && value["own"] <= 32 && value["process"] > 0 && (processes < 100 || value["process"] <= 2))
        }' "$log" || {
        echo 'that is more memory than it should be'
        exit 1
    }
}

printf '%5s %9s %8s %8s %11s %8s %8s %8s %8s %8s %8s %8s %11s\n' \
    ranks processes mpi/s inside/s barrier pool/s start/s rank/MB own/MB server process all/MB descriptors
for count in ${ranks//,/ }; do check "$count" 1; done
for count in ${processes//,/ }; do check 1 "$count"; done
