#!/bin/bash
# Counts what communication allocates, in optimised code.
set -eu -o pipefail

usage() {
    cat <<'USAGE'
usage: Scripts/check-allocations.sh [--debug] [--help]

Builds with optimisation and runs the suite AllocationTests: a small buffer is sent and received without an allocation that the same loop in C
does not have, and a large one without a second buffer, be it blocking, immediate, persistent or collective. Prints as
well what a message of 8 bytes to oneself takes beside C, which is judged by nobody: it depends on what else the machine does.

  --debug   take the build for debugging, which is quicker to be had; the times mean little then
USAGE
}

build=(--configuration release -Xswiftc -enable-testing)
for argument in "$@"; do
    case $argument in
        --debug) build=() ;;
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
# shellcheck source=mpirun-configs/local.env
. mpirun-configs/local.env

log=$(mktemp)
trap 'rm -f "$log"' EXIT

swift build "${build[@]}" --build-tests
timeout -k 30 900 swift test "${build[@]}" --skip-build --filter '^MPITests\.AllocationTests' 2>&1 | tee "$log"

# A check that counts nothing has not been made.
if grep -q 'allocations cannot be counted' "$log"; then exit 1; fi
if ! grep -q '✔ Test run with [1-9]' "$log"; then exit 1; fi
