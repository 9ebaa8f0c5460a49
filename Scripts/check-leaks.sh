#!/bin/bash
# Says which objects of MPI the tests make and do not free.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/check-leaks.sh [--filter REGEX] [--help]

Runs the tests of the module MPI as they are, but with the library checking arguments and saying what is left at the end
(mpirun-configs/leaks.env), and with a census (Tests/HandleCensus) that counts on every rank what is made and freed, because the library
knows of windows, files and infos only. Prints every object that was left, with the way through the program by which it was
made, and what the library said, and fails if there is anything of that, if a test fails, or if a kind of object was never made.

Before that a program that frees nothing shows that the census finds objects of each kind.

  --filter   run these tests only; then not every kind has to occur
USAGE
}

filter='^MPITests\.'
expects_every_kind=true
while [ $# -gt 0 ]; do
    case $1 in
        --filter)
            filter=${2:?}
            expects_every_kind=false
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
# shellcheck source=mpirun-configs/local.env
. mpirun-configs/local.env
# shellcheck source=mpirun-configs/leaks.env
. mpirun-configs/leaks.env

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/check" "$folder/ranks"

read -ra includes <<<"$(pkg-config --cflags ompi-c)"
read -ra libraries <<<"$(pkg-config --libs ompi-c)"
printf '#include <mpi.h>\n#if __has_include(<mpi-ext.h>)\n#include <mpi-ext.h>\n#endif\n' >"$folder/declarations.c"
cc -E "${includes[@]}" "$folder/declarations.c" | python3 Tests/HandleCensus/wrappers.py >"$folder/wrappers.inc"
cc -Wall -Wextra -Werror -O1 -fPIC -shared -I"$folder" "${includes[@]}" Tests/HandleCensus/HandleCensus.c \
    -o "$folder/census.so" "${libraries[@]}" -ldl
cc -O1 "${includes[@]}" Tests/HandleCensus/Leaky.c -o "$folder/leaky" "${libraries[@]}"
# The launcher hands it to the ranks only.
export OMPI_MCA_mca_base_env_list="LD_PRELOAD=$folder/census.so"

kinds=$(sed -n 's/^made: [0-9]* //p' <(SWIFT_MPI_CENSUS=$folder/check timeout -k 5 60 mpirun -n 1 "$folder/leaky" \
    "$folder/leaky" >"$folder/leaky.log" 2>&1; cat "$folder"/check/*))
status=0
while read -r kind; do
    if grep -q "^leak: $kind made" "$folder"/check/*; then continue; fi
    echo "the census does not find a leak of this kind: ${kind:-any}"
    status=1
done <<<"$kinds"
if ! grep -q 'WARNING: MPI_Info still allocated' "$folder"/check/*; then
    echo 'what the library says itself is not found'
    status=1
fi
if [ $status -ne 0 ]; then
    cat "$folder/leaky.log"
    exit 1
fi

swift build --build-tests
SWIFT_MPI_CENSUS=$folder/ranks timeout -k 30 1500 swift test --skip-build --filter "$filter" || status=1

arguments=()
if $expects_every_kind; then arguments=(--every-kind); fi
python3 Tests/HandleCensus/report.py "${arguments[@]}" "$folder/ranks" || status=1
exit $status
