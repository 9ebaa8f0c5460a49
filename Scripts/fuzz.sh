#!/bin/sh
# Feeds mutated messages to the message decoder.
set -eu

usage() {
    cat <<'TEXT'
Usage: Scripts/fuzz.sh [COUNT] [--seed SEED] [--first NUMBER]

Decodes COUNT mutated messages of many types (1,000,000 by default) in a release build and prints the seed,
the count, the outcomes and the growth of memory. Exits 0 if every input was decoded or refused.

  COUNT           how many inputs
  --seed SEED     another sequence of inputs (1 by default)
  --first NUMBER  read no input before this one, to come to a failure sooner
  --help          this text
TEXT
}

count=1000000
seed=1
first=0
while [ $# -gt 0 ]; do
    case "$1" in
        --help|-h) usage; exit 0 ;;
        --seed) seed=${2:?--seed needs a number}; shift 2 ;;
        --first) first=${2:?--first needs a number}; shift 2 ;;
        *[!0-9]*|'') usage >&2; exit 2 ;;
        *) count=$1; shift ;;
    esac
done

cd "$(dirname "$0")/.."
progress=$(mktemp)
log=$(mktemp)
trap 'rm -f "$progress" "$log"' EXIT

swift build -c release --build-tests
status=0
MESSAGE_FUZZ_COUNT=$count MESSAGE_FUZZ_SEED=$seed MESSAGE_FUZZ_FIRST=$first MESSAGE_FUZZ_PROGRESS=$progress \
    swift test -c release --skip-build --filter 'MutationFuzzerTests/mutations' >"$log" 2>&1 || status=$?
if [ "$status" -ne 0 ]; then
    cat "$log"
    echo "FAILED at input $(cat "$progress") of seed $seed: Scripts/fuzz.sh $count --seed $seed --first $(cat "$progress")"
    exit 1
fi
grep '^fuzz:' "$log"
