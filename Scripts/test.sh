#!/bin/bash
# Installs what is missing, builds, and runs every test.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/test.sh [--quick] [--help]

Installs Open MPI and mpi4py if they are missing, builds once with the tests, checks the form of the sources, runs
every test, and a part of those on several hosts (Scripts/test-cluster.sh and Scripts/test-slurm.sh), which count as
one each and are left out, with the reason, where a machine does not allow them. Then, in a release build, the tests
that depend on how the compiler lays out code: functions that travel between processes. The last line says how many
tests passed and failed.

  --quick   leave out several hosts and the release build
USAGE
}

quick=false
for argument in "$@"; do
    case $argument in
        --quick) quick=true ;;
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
root=$PWD
limit_in_seconds=1500

say() { printf '\n== %s\n' "$*"; }

# A hang must end, wherever it is. macOS has no timeout(1).
limited() {
    if command -v timeout >/dev/null 2>&1; then timeout -k 30 "$limit_in_seconds" "$@"; else "$@"; fi
}

# Runs tests, and keeps what they print.
tested() (
    set -o pipefail
    log=$1
    shift
    limited "$@" 2>&1 | tee "$log"
)

# A test of several hosts, quickly, with the program that is built: $1 is its name.
hosts_passed=0
hosts_failed=0
test_hosts() {
    local ended=0 log=$reports/$1.hosts
    set -o pipefail
    # A limit of its own, since it is a small part of all.
    SWIFT_MPI_PROGRAM=$program limit_in_seconds=240 limited "Scripts/test-$1.sh" --quick 2>&1 | tee "$log" || ended=$?
    set +o pipefail
    case $ended in
        0) hosts_passed=$((hosts_passed + 1)) ;;
        # It has said why it is not possible here.
        77) ;;
        *)
            hosts_failed=$((hosts_failed + 1))
            status=1
            mv "$log" "$log.failed"
            echo "Scripts/test-$1.sh --quick ended with status $ended" >>"$log.failed"
            ;;
    esac
}

# What failed, with what it had to say: it may be far up in the output. And how the runs ended.
show_failures() {
    for log in "$reports"/*.log; do
        [ -e "$log" ] || continue
        awk '/^✘/ { left = 60 } /^(◇|✔)/ { left = 0 } left > 0 { print substr($0, 1, 400); left -= 1 }' "$log"
        tail -n 3 "$log"
    done
    for log in "$reports"/*.failed; do
        if [ -e "$log" ]; then tail -n 200 "$log" | cut -c 1-400; fi
    done
}

say 'Installing what is missing'
Scripts/install.sh --tests
if [ -z "${SWIFT_MPI_PYTHON-}" ] && [ -x .venv/bin/python ]; then
    export SWIFT_MPI_PYTHON=$root/.venv/bin/python
fi
# shellcheck source=mpirun-configs/local.env
. mpirun-configs/local.env

reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT

say 'Building'
swift build --build-tests

status=0

say 'Checking the form of the sources'
if Scripts/check-format.sh; then echo 'nothing to mend'; else status=1; fi

say 'Testing what judges the benchmarks'
if python3 -B -m unittest discover -q -s Scripts/benchmark; then :; else status=1; fi

say 'Testing'
tested "$reports/debug.log" swift test --skip-build --xunit-output "$reports/debug.xml" || status=1

if ! $quick; then
    program=$(swift build --show-bin-path)/swift-mpi
    say 'Testing on three hosts'
    test_hosts cluster
    say 'Testing on two nodes of Slurm'
    test_hosts slurm
fi

if ! $quick; then
    say 'Testing functions that travel, as optimised code'
    release=(--configuration release -Xswiftc -enable-testing)
    export SWIFT_MPI_TESTS=layout
    swift build "${release[@]}" --product swift-mpiPackageTests
    tested "$reports/release.log" swift test "${release[@]}" --skip-build --filter '^(ClosureCodingTests|RankLaunchingTests\.OnRanksTests)' \
        --xunit-output "$reports/release.xml" || status=1
fi

# Tests kill launchers on purpose, which then cannot tidy up themselves.
Scripts/clean.sh >/dev/null

# One report per testing library and run: <testsuite name=… tests="48" failures="0" …>
count() {
    cat "$reports"/*.xml 2>/dev/null | grep -o "<testsuite [^>]*" | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' \
        | awk '{ sum += $1 } END { print sum + 0 }'
}
total=$(($(count tests) + hosts_passed + hosts_failed))
failed=$(($(count failures) + $(count errors) + hosts_failed))
# A run that was cut off, or sources in bad form, are failures as well.
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
    failed=1
    total=$((total + 1))
fi
if [ "$status" -ne 0 ]; then
    say 'What failed'
    show_failures
fi
say "$((total - failed)) passed, $failed failed"
exit $status
