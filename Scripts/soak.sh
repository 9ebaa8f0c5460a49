#!/bin/sh
# Uses everything for a long time and looks whether anything grows.
set -eu

usage() {
    cat <<'TEXT'
Usage: Scripts/soak.sh [SECONDS] [--ranks N] [--help]

For SECONDS (600 by default) processes are started and ended, killed, pools, queues, pipes, locks and shared values made and used,
without a pause, on 4 ranks. Then the memory and the descriptors of every rank's process are compared with what they
were after the first minute, and printed. Exits 0 if nothing has grown.

  SECONDS     how long
  --ranks N   on how many ranks
  --help      this text
TEXT
}

seconds=600
ranks=4
while [ $# -gt 0 ]; do
    case "$1" in
        --help|-h) usage; exit 0 ;;
        --ranks) ranks=${2:?--ranks needs a number}; shift 2 ;;
        *[!0-9]*|'') usage >&2; exit 2 ;;
        *) seconds=$1; shift ;;
    esac
done

cd "$(dirname "$0")/.."
# shellcheck source=mpirun-configs/local.env
. mpirun-configs/local.env
log=$(mktemp)
trap 'rm -f "$log"' EXIT

swift build --build-tests
if ! SOAK_SECONDS=$seconds SOAK_RANKS=$ranks timeout -k 10 $((seconds + 300)) \
    swift test --skip-build --filter 'SoakTests' >"$log" 2>&1; then
    cat "$log"
    exit 1
fi
grep -o 'soak:.*' "$log" | sort -u
