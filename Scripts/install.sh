#!/bin/sh
# Installs what swift-mpi needs beside Swift. Does nothing, quickly, where it is there already.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/install.sh [--tests] [--help]

Installs Open MPI (mpirun and the headers) and pkg-config if they are missing, with apt-get: as root, or
through sudo. On other systems it says what to install. Swift itself must be there (https://swift.org/install).

  --tests   also make .venv with mpi4py, against which the tests check messages. If that cannot be
            done the script goes on without: those tests are skipped and say so.
USAGE
}

tests=false
for argument in "$@"; do
    case $argument in
        --tests) tests=true ;;
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

say() { printf '%s\n' "$*" >&2; }

has() { command -v "$1" >/dev/null 2>&1; }

has_mpi() { has mpirun && has pkg-config && pkg-config --exists ompi-c; }

# Runs a command as root, or fails without a question if that cannot be.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif has sudo && [ -t 0 ]; then
        sudo "$@"
    elif has sudo; then
        sudo -n "$@"
    else
        return 1
    fi
}

# Fetches the lists of packages once, then installs.
lists_are_fresh=false
apt_install() {
    if ! $lists_are_fresh; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 update >&2 || return 1
        lists_are_fresh=true
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 install -y \
        --no-install-recommends "$@" >&2
}

if ! has swift; then
    say 'swift was not found in PATH. Install Swift 6.3 or later from https://swift.org/install, then come back.'
    exit 1
fi

if ! has_mpi; then
    packages='openmpi-bin libopenmpi-dev pkg-config'
    if has apt-get; then
        say "Installing $packages"
        # shellcheck disable=SC2086 # a list of words
        if ! apt_install $packages; then
            say "Open MPI is missing and could not be installed. An administrator of this machine has to run:"
            say "    apt-get update && apt-get install -y $packages"
            exit 1
        fi
    else
        say 'Open MPI is missing. Install it with its headers, and pkg-config:'
        say '    Debian, Ubuntu   apt-get install openmpi-bin libopenmpi-dev pkg-config'
        say '    Fedora, RHEL     dnf install openmpi-devel pkgconf, then: module load mpi'
        say '    macOS            brew install open-mpi pkgconf'
        say '    a cluster        module load openmpi (the name differs; try: module avail)'
        exit 1
    fi
    has_mpi || {
        say 'Open MPI is installed, but mpirun or ompi-c.pc is not found: check PATH and PKG_CONFIG_PATH.'
        exit 1
    }
fi

$tests || exit 0

# A Python that can take part in an MPI job.
has_mpi4py() { [ -x .venv/bin/python ] && .venv/bin/python -c 'import numpy, mpi4py' >/dev/null 2>&1; }

make_venv() {
    rm -rf .venv
    python3 -m venv .venv >/dev/null 2>&1 \
        && .venv/bin/python -m pip install --quiet --disable-pip-version-check mpi4py numpy >&2
}

if ! has_mpi4py; then
    say 'Making .venv with mpi4py'
    if ! make_venv; then
        # A Debian Python may lack the module; a second try has it.
        if ! { has apt-get && apt_install python3 python3-venv && make_venv; }; then
            rm -rf .venv
            say 'mpi4py could not be installed: the tests that need it will be skipped.'
            say 'An administrator can help with: apt-get install -y python3-venv'
        fi
    fi
fi
