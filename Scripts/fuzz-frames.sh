#!/bin/sh
# Sends mutated frames to a Host, a pool, an endpoint, a link and a listener.
set -eu

usage() {
    cat <<'TEXT'
Usage: Scripts/fuzz-frames.sh [COUNT] [--seed SEED] [--help]

Sends COUNT mutated frames (1,000,000 by default) to each of these: a Host with services of every kind, the service of a
pool, an endpoint (as replies), a reader of frames (through a socket), a handshake, the reader of a listener's messages, and
a listener over many connections; in a debug build, whose checks trap. Prints what became of them, and how much more memory
the program has afterwards. Exits 0 if nothing trapped or hung and who keeps to the rules was served all the time.

  COUNT         how many frames
  --seed SEED   another sequence of frames (1 by default)
  --help        this text
TEXT
}

count=1000000
seed=1
while [ $# -gt 0 ]; do
    case "$1" in
        --help|-h) usage; exit 0 ;;
        --seed) seed=${2:?--seed needs a number}; shift 2 ;;
        *[!0-9]*|'') usage >&2; exit 2 ;;
        *) count=$1; shift ;;
    esac
done

cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT

swift build --build-tests
if ! FRAME_FUZZ_COUNT=$count FRAME_FUZZ_SEED=$seed timeout -k 10 3000 \
    swift test --skip-build --no-parallel --filter 'FrameFuzzTests' >"$log" 2>&1; then
    cat "$log"
    echo "FAILED: Scripts/fuzz-frames.sh $count --seed $seed"
    exit 1
fi
grep '^fuzz:' "$log"
