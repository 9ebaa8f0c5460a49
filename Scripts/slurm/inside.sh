#!/bin/bash
# Makes a cluster of a controller and two nodes, runs the checks in it, and prints how many passed and failed. Started by
# test-slurm.sh as the first process of namespaces of its own: when it ends, nothing that it has started is left.
# usage: inside.sh STATE CHECKOUT PROGRAM [--quick]
set -u
state=$1 checkout=$2 program=$3 quick=${4-}
here=$(cd "$(dirname "$0")" && pwd)
subnet=10.77.0
nodes='n1 n2'

fail_to_start() {
    printf '%s\n' "$*" >&2
    tail -n 20 "$state"/*.log "$state"/n?/*.log "$state"/n?/*.out >&2 2>/dev/null
    exit 1
}

# MARK: Network and names

make_network() {
    mount -t tmpfs -o mode=755 tmpfs /run && mkdir -p /run/netns
    hostname head
    ip link set lo up
    ip link add bridge0 type bridge
    ip address add "$subnet.1/24" dev bridge0
    ip link set bridge0 up
    printf '127.0.0.1 localhost\n%s.1 head\n' "$subnet" >"$state/hosts"
    local node number=10
    for node in $nodes; do
        number=$((number + 1))
        ip netns add "$node"
        ip link add "to-$node" type veth peer name eth0 netns "$node"
        ip link set "to-$node" master bridge0 up
        ip -n "$node" address add "$subnet.$number/24" dev eth0
        ip -n "$node" link set eth0 up
        ip -n "$node" link set lo up
        printf '%s.%s %s\n' "$subnet" "$number" "$node" >>"$state/hosts"
    done
    mount --bind "$state/hosts" /etc/hosts
    # There is no name server to wait for.
    : >"$state/resolv.conf"
    mount --bind "$state/resolv.conf" /etc/resolv.conf 2>/dev/null || true
}

# MARK: Slurm

write_configuration() {
    local processors affinity=task/affinity
    processors=$(nproc)
    # A template wants two ranks on each node; Slurm cannot bind to cores that are not there.
    if [ "$processors" -lt 2 ]; then
        processors=2
        affinity=task/none
    fi
    cat >"$state/slurm.conf" <<CONFIGURATION
ClusterName=swift-mpi
SlurmctldHost=head($subnet.1)
SlurmUser=root
AuthType=auth/munge
# A job that goes back into the queue waits until its old credentials are worthless.
AuthInfo=cred_expire=5
StateSaveLocation=$state/controller
SlurmdSpoolDir=$state/%n/spool
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/%n/slurmd.pid
SlurmctldLogFile=$state/slurmctld.log
SlurmdLogFile=$state/%n/slurmd.log
PlugStackConfig=$state/plugstack.conf
# No control groups: whatever leaves its process group is invisible to Slurm, and has to end by itself.
ProctrackType=proctrack/linuxproc
TaskPlugin=$affinity
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
# Between SIGTERM and SIGKILL, in seconds: Slurm's default.
KillWait=$kill_wait
NodeName=n1 NodeAddr=$subnet.11 Sockets=1 CoresPerSocket=$processors
NodeName=n2 NodeAddr=$subnet.12 Sockets=1 CoresPerSocket=$processors
PartitionName=all Nodes=ALL Default=YES State=UP OverSubscribe=FORCE:16
CONFIGURATION
    : >"$state/plugstack.conf"
    printf "CgroupPlugin=cgroup/v1\n" >"$state/cgroup.conf"
}

start_slurm() {
    export SLURM_CONF=$state/slurm.conf
    write_configuration
    (umask 077 && head -c 128 /dev/urandom >"$state/munge.key")
    mkdir -p "$state/controller"
    # shellcheck source=Scripts/slurm/munge.sh
    . "$here/munge.sh"
    start_munge "$state" head || fail_to_start 'munged does not start'
    slurmctld -D >"$state/slurmctld.out" 2>&1 &
    local node
    for node in $nodes; do
        ip netns exec "$node" unshare --mount --uts --ipc --propagation private \
            "$here/node.sh" "$node" "$state" "$checkout" &
    done
    local end=$((SECONDS + 60))
    until [ "$(timeout 10 sinfo -h -N -t idle -o %N 2>/dev/null | wc -l)" = 2 ]; do
        [ "$SECONDS" -lt "$end" ] || fail_to_start 'the nodes do not become idle'
        sleep 0.2
    done
}

kill_wait=30
# shellcheck source=Scripts/slurm/jobs.sh
. "$here/jobs.sh"
# shellcheck source=Scripts/slurm/checks.sh
. "$here/checks.sh"

make_network || fail_to_start 'the network cannot be made: this needs root, ip, and a kernel with network namespaces'
start_slurm
printf 'Slurm %s runs on head, n1 and n2\n' "$(sinfo -V | awk '{ print $2 }')"
run_checks
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
