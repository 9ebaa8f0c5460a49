#!/bin/bash
# Runs jobs on three hosts that are made on this machine, and sees what becomes of them when something fails.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/test-cluster.sh [--quick] [--only REGEX] [--no-faults] [--keep] [--help]

As root on Linux. Installs what it needs (iproute2, openssh-server, python3), builds swift-mpi, and makes three hosts out of network, mount, UTS and
process namespaces on a bridge, each with a name, a /tmp and a /dev/shm of its own. On them, over TCP, with the system's own mpirun, it runs

  - the tour, checks of all kinds of communication between ranks (swift-mpi check ranks) and of processes, queues, pipes and a pool
    (swift-mpi check processes), with every profile and sample of mpirun-configs; first with a script that enters the namespaces in place of ssh,
    then through real sshds; with Open MPI 5 and MPICH's launcher, if they are installed;
  - a pool and a conversation of ranks (swift-mpi check endurance) that meet a fault: a process, a rank or a host killed, a link cut, cut for a moment,
    slow, or lossy; with the profile tcp.env alone and with recovery.env. A table says what became of each, and after how many seconds it was noticed.

Every job has a time limit. Everything happens in namespaces that end with this script, however that comes about; so several can run at a time.

  --quick      only the tour, processes and a pool on all hosts, and a host that is killed; without sshd. It takes about half a minute
  --only       only the checks whose name matches, such as 'tour|link-cut'
  --no-faults  leave the faults out
  --keep       keep the logs, and the hosts until Ctrl-C, and say how to enter them

The last line says how many checks passed and failed; the exit status is 0 if none failed, and 77 if this machine does not allow the test:
then the last line says why.
Set CONFIGURATION=release to use the optimised build, SWIFT_MPI_PROGRAM to use a program that is there.
USAGE
}

only=.
quick=false
faults=true
keep=false
inside=false
while [ $# -gt 0 ]; do
    case $1 in
        --only)
            only=${2:?}
            shift
            ;;
        --quick)
            quick=true
            only='^(tour|processes-3|host-killed-pool-tcp)$'
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

# shellcheck source=Scripts/cluster/machine.sh
. Scripts/cluster/machine.sh

install_what_is_missing() {
    local packages=()
    command -v ip >/dev/null && command -v tc >/dev/null || packages+=(iproute2)
    if ! $quick; then
        [ -x /usr/sbin/sshd ] || packages+=(openssh-server)
        command -v ssh >/dev/null || packages+=(openssh-client)
    fi
    command -v python3 >/dev/null || packages+=(python3)
    [ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"
}

PATH=$PATH:/usr/sbin:/sbin
if ! $inside; then
    need_hosts Scripts/test-cluster.sh
    say 'What is needed'
    install_what_is_missing
    need_network
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
    ! $quick || arguments=(--quick)
    $faults || arguments+=(--no-faults)
    ! $keep || arguments+=(--keep)
    status=0
    SWIFT_MPI_PROGRAM=$program SWIFT_MPI_CLUSTER_LOGS=$logs "${in_namespaces[@]}" "$PWD/Scripts/test-cluster.sh" --inside "${arguments[@]}" &
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
$quick || prepare_sshds
for host in "${hosts[@]}"; do start_host "$host"; done
note "$(mpirun --version | head -n 1) on ${hosts[*]}"

say 'Jobs on three hosts'
check_hosts
if ! $quick; then
    say 'Profiles and samples'
    check_profiles
    say 'Other libraries'
    check_other_libraries
    say 'Through sshd'
    check_ssh
fi
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
