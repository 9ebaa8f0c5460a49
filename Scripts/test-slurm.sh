#!/bin/bash
# Runs the Slurm templates on a real Slurm, on a cluster of namespaces that is gone afterwards.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/test-slurm.sh [--keep] [--help]

As root, on Linux. Installs Debian's Slurm and munge if they are missing, builds swift-mpi, and makes a cluster on this
machine: a controller and two nodes, each with its own name, network, /tmp, /dev/shm and /run, a key of its own for
munge, and Slurm's own daemons. There it submits the templates of mpirun-configs/slurm with sbatch, checks their output
on both nodes, cancels jobs, kills ranks, lets the time run out, and looks whether anything is left. It takes about four
minutes, and ends after twenty whatever happens.

All processes live in namespaces of their own, so they end with this script, however it ends. The exit status is 0 if
all checks pass.

  --keep   keep the folder with the jobs' output and the daemons' logs, and print where it is
  CONFIGURATION=release Scripts/test-slurm.sh   test an optimised build
USAGE
}

keep=false
for argument in "$@"; do
    case $argument in
        --keep) keep=true ;;
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

# What stops the test before it has begun is a failure, too.
give_up() {
    say "$*"
    echo '0 passed, 1 failed'
    exit 1
}

[ "$(uname)" = Linux ] || give_up 'This test needs Linux: it makes hosts out of namespaces.'
[ "$(id -u)" -eq 0 ] || give_up 'This test needs root: it makes namespaces and starts Slurm. Try: sudo Scripts/test-slurm.sh'

# MARK: Installing

has_all() {
    local name
    for name in slurmctld slurmd sbatch munged ip unshare setpriv nsenter; do
        command -v "$name" >/dev/null 2>&1 || return 1
    done
}

# The packages would start daemons for the whole machine; a policy keeps them from it.
install_slurm() {
    command -v apt-get >/dev/null 2>&1 \
        || give_up 'Slurm is missing. Install slurmctld, slurmd, its client programs, munge and iproute2.'
    say 'Installing Slurm and munge'
    (
        policy=/usr/sbin/policy-rc.d
        if ! [ -e "$policy" ]; then
            trap 'rm -f "$policy"' EXIT
            printf '#!/bin/sh\nexit 101\n' >"$policy"
            chmod 755 "$policy"
        fi
        apt=(env DEBIAN_FRONTEND=noninteractive timeout -k 10 600 apt-get -q -o 'DPkg::Lock::Timeout=300')
        { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends slurmctld slurmd slurm-client munge \
            iproute2 util-linux procps; } >&2
    )
}

PATH=$PATH:/usr/sbin:/sbin
if ! has_all; then
    install_slurm && has_all || give_up 'Slurm could not be installed.'
fi

"$root/Scripts/install.sh"
swift build --package-path "$root" --configuration "$configuration" --product swift-mpi >&2
program=$(swift build --package-path "$root" --configuration "$configuration" --show-bin-path)/swift-mpi

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

setpriv --pdeathsig KILL unshare --mount --uts --ipc --net --pid --fork --kill-child=KILL --mount-proc \
    --propagation private "$root/Scripts/slurm/inside.sh" "$state" "$root" "$program" </dev/null &
cluster=$!
sleep "$limit_in_seconds" &
clock=$!

status=0
wait -n "$cluster" "$clock" || status=$?
if kill -0 "$cluster" 2>/dev/null && ! kill -0 "$clock" 2>/dev/null; then
    give_up "The test was not over after $limit_in_seconds s."
fi
exit "$status"
