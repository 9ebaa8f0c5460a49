#!/bin/sh
# Installs what is missing, builds, and runs the tour.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/run.sh [RANKS] [ARGUMENT …]

Installs Open MPI if it is missing, builds, and runs swift-mpi on RANKS ranks of this machine (4 if omitted)
with the profile mpirun-configs/local.env. Without further arguments it runs the tour.

  Scripts/run.sh                    the tour on 4 ranks
  Scripts/run.sh 2                  the tour on 2 ranks
  Scripts/run.sh 3 example pool     one example on 3 ranks
  CONFIGURATION=release Scripts/run.sh
USAGE
}

case ${1-} in
    -h | --help)
        usage
        exit 0
        ;;
esac

ranks=4
case ${1-} in
    '') ;;
    0* | *[!0-9]*)
        printf 'RANKS must be a number from 1 on, not "%s".\n' "$1" >&2
        usage >&2
        exit 2
        ;;
    *)
        ranks=$1
        shift
        ;;
esac

root=$(cd "$(dirname "$0")/.." && pwd)
configuration=${CONFIGURATION:-debug}

"$root/Scripts/install.sh"
swift build --package-path "$root" --configuration "$configuration" --product swift-mpi
folder=$(swift build --package-path "$root" --configuration "$configuration" --show-bin-path)

# shellcheck source=mpirun-configs/local.env
. "$root/mpirun-configs/local.env"
exec mpirun -n "$ranks" "$folder/swift-mpi" "$@"
