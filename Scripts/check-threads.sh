#!/bin/bash
# Has ThreadSanitizer watch the tests that use several threads.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/check-threads.sh [--filter REGEX] [--help]

Builds everything with ThreadSanitizer (in .build-tsan; slow the first time), runs the tests of requests, of waiting, of await and of threads,
and prints every race that it has seen on a rank or in the test program. Fails if there is one, or if a test fails.

Open MPI is not built for ThreadSanitizer: what its libraries do to memory is not looked at (Tests/ThreadCheck/suppressions.txt).
Nothing of Swift is left out. Before that a program with a race shows that races are found.

  --filter   run these tests instead
USAGE
}

filter='^MPITests\.(GeneralizedRequest|RequestGroup|WaitingPolicy|ProgressThread|AwaitedTimeout|AsynchronousCommunicator|Counter|.*SendReceive|.*Persistent|.*Immediate|.*Thread)'
while [ $# -gt 0 ]; do
    case $1 in
        --filter)
            filter=${2:?}
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

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
scratch=$PWD/.build-tsan
mkdir -p "$scratch" "$folder/reports" "$folder/check"

# What the dynamic parts of Open MPI are called differs from version to version.
cp Tests/ThreadCheck/suppressions.txt "$folder/suppressions"
parts=$(ompi_info --path pkglibdir --parsable | sed 's/.*pkglibdir://')
for file in "$parts"/*.so; do
    if [ -e "$file" ]; then echo "called_from_lib:$(basename "$file")" >>"$folder/suppressions"; fi
done

# The ranks inherit it. What is found goes into files, one for each process, and a process with races ends as it would without.
options="suppressions=$folder/suppressions exitcode=0 history_size=4"

# The clang of the Swift that builds.
clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
"$clang" -O1 -fPIC -c Tests/ThreadCheck/MutexHooks.c -o "$scratch/MutexHooks.o"

hooks=(-Xlinker "$scratch/MutexHooks.o")
printf '%s\n' 'import Dispatch' 'final class Box: @unchecked Sendable { var number = 0 }' 'let box = Box()' \
    'DispatchQueue.concurrentPerform(iterations: 8) { _ in for _ in 0..<1_000_000 { box.number += 1 } }' >"$folder/race.swift"
swiftc -sanitize=thread "$folder/race.swift" -o "$folder/race" "${hooks[@]}"
TSAN_OPTIONS="$options log_path=$folder/check/race" "$folder/race"
if ! cat "$folder"/check/* 2>/dev/null | grep -q 'ThreadSanitizer: .*race'; then
    echo 'ThreadSanitizer does not find the race of a program that has one'
    exit 1
fi

status=0
build=(--sanitize=thread --scratch-path "$scratch" "${hooks[@]}")
swift build --build-tests "${build[@]}"
TSAN_OPTIONS="$options log_path=$folder/reports/process" \
    timeout -k 30 1500 swift test "${build[@]}" --skip-build --filter "$filter" || status=1

if cat "$folder"/reports/* 2>/dev/null >"$folder/all" && [ -s "$folder/all" ]; then
    swift demangle --simplified <"$folder/all"
    echo "$(grep -c '^WARNING: ThreadSanitizer' "$folder/all") reports; in short:"
    grep '^SUMMARY' "$folder/all" | swift demangle --simplified | sort | uniq -c | sort -rn
    status=1
else
    echo 'ThreadSanitizer has nothing to report'
fi
exit $status
