#!/bin/bash
# Runs the Slurm templates on a real Slurm, on a cluster of namespaces that is gone afterwards.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/test-slurm.sh [--quick] [--keep] [--help]

As root, on Linux. Installs Debian's Slurm and munge if they are missing, builds swift-mpi, and makes a cluster on this
machine: a controller and two nodes, each with its own name, network, /tmp, /dev/shm and /run, a key of its own for
munge, and Slurm's own daemons. There it submits the templates of mpirun-configs/slurm with sbatch, checks their output
on both nodes, cancels jobs, kills ranks, lets the time run out, and looks whether anything is left. It takes about four
minutes, and ends after twenty whatever happens.

All processes live in namespaces of their own, so they end with this script, however it ends. The exit status is 0 if
all checks pass, and 77 if this machine does not allow the test: then the last line says why.

  --quick  only what the template for mpirun and the one for srun do, and one job that is cancelled: about a minute
  --keep   keep the folder with the jobs' output and the daemons' logs, and print where it is

Set CONFIGURATION=release to use the optimised build, SWIFT_MPI_PROGRAM to use a program that is there (not below /tmp).
USAGE
}

keep=false
quick=
for argument in "$@"; do
    case $argument in
        --keep) keep=true ;;
        --quick) quick=--quick ;;
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

root=$(cd "$(dirname "$0")/.." && pwd)
configuration=${CONFIGURATION:-debug}
limit_in_seconds=1200

say() { printf '%s\n' "$*" >&2; }

give_up() {
    say "$*"
    echo '0 passed, 1 failed'
    exit 1
}

# shellcheck source=Scripts/cluster/machine.sh
. "$root/Scripts/cluster/machine.sh"
need_hosts Scripts/test-slurm.sh

# MARK: Installing

has_all() {
    local name
    for name in slurmctld slurmd sbatch munged ip unshare setpriv nsenter; do
        command -v "$name" >/dev/null 2>&1 || return 1
    done
}

PATH=$PATH:/usr/sbin:/sbin
if ! has_all; then
    say 'Installing Slurm and munge'
    install_packages slurmctld slurmd slurm-client munge iproute2 util-linux procps
    has_all || leave_out 'Slurm is missing, and the packages of this system do not have all of it'
fi
need_network

program=${SWIFT_MPI_PROGRAM-}
if [ -z "$program" ]; then
    "$root/Scripts/install.sh"
    swift build --package-path "$root" --configuration "$configuration" --product swift-mpi >&2
    program=$(swift build --package-path "$root" --configuration "$configuration" --show-bin-path)/swift-mpi
fi

# MARK: Running

# The nodes see this folder; nothing else of theirs is on a disk.
state=$(mktemp -d /var/tmp/swift-mpi-slurm.XXXXXX)
chmod 755 "$state"
cluster=
clock=

finish() {
    trap - EXIT INT TERM HUP
    # With the first process of the namespaces all others in them end.
    if [ -n "$clock" ]; then kill "$clock" 2>/dev/null || true; fi
    if [ -n "$cluster" ]; then
        kill -KILL "$cluster" 2>/dev/null || true
        wait "$cluster" 2>/dev/null || true
    fi
    if $keep; then
        say "Output and logs are in $state"
        return
    fi
    # The last of them may be writing still.
    local attempt
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
        rm -rf "$state" 2>/dev/null && return
        sleep "0.$attempt"
    done
    say "The folder $state could not be removed."
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

"${in_namespaces[@]}" "$root/Scripts/slurm/inside.sh" "$state" "$root" "$program" $quick </dev/null &
cluster=$!
sleep "$limit_in_seconds" &
clock=$!

status=0
wait -n "$cluster" "$clock" || status=$?
if kill -0 "$cluster" 2>/dev/null && ! kill -0 "$clock" 2>/dev/null; then
    give_up "The test was not over after $limit_in_seconds s."
fi
exit "$status"
