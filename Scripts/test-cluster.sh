#!/bin/bash
# Runs jobs on three hosts that are made on this machine, and sees what becomes of them when something fails.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/test-cluster.sh [--only REGEX] [--no-faults] [--keep] [--help]

As root on Linux. Installs what it needs (iproute2, openssh-server, python3), builds swift-mpi, and makes three hosts out of network, mount, UTS and
process namespaces on a bridge, each with a name, a /tmp and a /dev/shm of its own. On them, over TCP, with the system's own mpirun, it runs

  - the tour, checks of all kinds of communication between ranks (swift-mpi check ranks) and of processes, queues, pipes and a pool
    (swift-mpi check processes), with every profile and sample of mpirun-configs; first with a script that enters the namespaces in place of ssh,
    then through real sshds; with Open MPI 5 and MPICH's launcher, if they are installed;
  - a pool and a conversation of ranks (swift-mpi check endurance) that meet a fault: a process, a rank or a host killed, a link cut, cut for a moment,
    slow, or lossy; with the profile tcp.env alone and with recovery.env. A table says what became of each, and after how many seconds it was noticed.

Every job has a time limit. Everything happens in namespaces that end with this script, however that comes about; so several can run at a time.

  --only       only the checks whose name matches, such as 'tour|link-cut'
  --no-faults  leave the faults out
  --keep       keep the logs, and the hosts until Ctrl-C, and say how to enter them

The last line says how many checks passed and failed; the exit status is 0 if none failed.
Set CONFIGURATION=release to use the optimised build, SWIFT_MPI_PROGRAM to use a program that is there.
USAGE
}

only=.
faults=true
keep=false
inside=false
while [ $# -gt 0 ]; do
    case $1 in
        --only)
            only=${2:?}
            shift
            ;;
        --no-faults) faults=false ;;
        --keep) keep=true ;;
        # What this script tells itself.
        --inside) inside=true ;;
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

say() { printf '\n== %s\n' "$*"; }

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

cd "$(dirname "$0")/.."

# MARK: Outside: what the machine has to have, and the namespaces

install_what_is_missing() {
    local packages=()
    command -v ip >/dev/null && command -v tc >/dev/null || packages+=(iproute2)
    [ -x /usr/sbin/sshd ] || packages+=(openssh-server)
    command -v ssh >/dev/null || packages+=(openssh-client)
    command -v python3 >/dev/null || packages+=(python3)
    command -v setpriv >/dev/null && command -v unshare >/dev/null || packages+=(util-linux)
    [ ${#packages[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "Install ${packages[*]}, then come back."
    # Nothing of it is to be started on this machine itself.
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod +x $policy
        # shellcheck disable=SC2064
        trap "rm -f $policy" EXIT
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q -o DPkg::Lock::Timeout=300 update
    apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${packages[@]}"
}

if ! $inside; then
    [ "$(uname)" = Linux ] || fail 'This takes the namespaces of Linux.'
    [ "$(id -u)" -eq 0 ] || fail 'This has to be run as root: it makes network interfaces and mounts, in namespaces of its own.'
    say 'What is needed'
    (install_what_is_missing)
    program=${SWIFT_MPI_PROGRAM-}
    if [ -z "$program" ]; then
        Scripts/install.sh
        swift build --configuration "${CONFIGURATION:-debug}" --product swift-mpi
        program=$(swift build --configuration "${CONFIGURATION:-debug}" --show-bin-path)/swift-mpi
    fi
    logs=$(mktemp -d "${TMPDIR:-/tmp}/swift-mpi-cluster.XXXXXX")
    child=
    # Whatever ends this script ends all that it has started: the namespace of processes ends with its first one.
    finish() {
        if [ -n "$child" ]; then kill -KILL "$child" 2>/dev/null || true; fi
        if $keep; then echo "The logs are in $logs"; else rm -rf "$logs"; fi
    }
    trap finish EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    arguments=(--only "$only")
    $faults || arguments+=(--no-faults)
    ! $keep || arguments+=(--keep)
    status=0
    SWIFT_MPI_PROGRAM=$program SWIFT_MPI_CLUSTER_LOGS=$logs setpriv --pdeathsig KILL \
        unshare --mount --net --uts --ipc --pid --fork --kill-child --mount-proc --propagation private \
        "$PWD/Scripts/test-cluster.sh" --inside "${arguments[@]}" &
    child=$!
    if $keep; then
        until first=$(tr -d ' \n' <"/proc/$child/task/$child/children") && [ -n "$first" ]; do sleep 0.05; done
        echo "To enter a host: nsenter -t $first -m -n -u -i -p /run/project/Scripts/cluster/enter-host n1 bash -i"
    fi
    wait "$child" || status=$?
    child=
    exit "$status"
fi

# MARK: Inside

# Paths below /tmp would vanish: the program and this package have a second place, and so have the logs.
mount -t tmpfs tmpfs /run
mkdir -p /run/cluster /run/netns /run/project /run/logs /run/program
mount --bind "$PWD" /run/project
mount --bind "$SWIFT_MPI_CLUSTER_LOGS" /run/logs
mount --bind "$(dirname "$SWIFT_MPI_PROGRAM")" /run/program
mount -t tmpfs -o mode=1777,size=512m cluster-head /tmp
mount -t tmpfs -o mode=1777,size=512m cluster-head /dev/shm
cd /run/project
logs=/run/logs
parts=/run/project/Scripts/cluster
program=/run/program/$(basename "$SWIFT_MPI_PROGRAM")
unset TMPDIR
for variable in ${!OMPI_*} ${!PMIX_*} ${!PRTE_*}; do unset "$variable"; done
# Nobody's own settings.
export HOME=/run/cluster

is_wanted() { [[ $1 =~ $only ]]; }

# shellcheck source=Scripts/cluster/hosts.sh
. "$parts/hosts.sh"
# shellcheck source=Scripts/cluster/jobs.sh
. "$parts/jobs.sh"
# shellcheck source=Scripts/cluster/checks.sh
. "$parts/checks.sh"
# shellcheck source=Scripts/cluster/faults.sh
. "$parts/faults.sh"

say "Three hosts on this one"
make_network
prepare_sshds
for host in "${hosts[@]}"; do start_host "$host"; done
note "$(mpirun --version | head -n 1) on ${hosts[*]}"

say 'Jobs on three hosts'
check_hosts
say 'Profiles and samples'
check_profiles
say 'Other libraries'
check_other_libraries
say 'Through sshd'
check_ssh
if $faults; then
    say 'Faults'
    check_faults
fi

if [ ${#table[@]} -gt 0 ]; then
    say 'What became of jobs that met a fault'
    printf '%-22s %-6s %-13s %-22s %7s %5s  %s\n' fault work profile outcome seconds left 'first word of it'
    printf '%s\n' "${table[@]}"
fi
if $keep; then
    say 'The hosts stay until this is interrupted'
    sleep infinity &
    wait $!
fi
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
