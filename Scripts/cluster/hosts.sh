# shellcheck shell=bash
# The hosts of Scripts/test-cluster.sh: namespaces, a bridge, and what can be done to them. Sourced by it, inside of namespaces of
# its own, so all of it is gone when that script ends.
#
# A host is a network, mount, UTS, IPC and process namespace: an address, a name, a /tmp and a /dev/shm of its own, processes that nobody
# else sees. mpirun runs on "head", where the script is. /run/cluster, /run/project and everything else is one file system for all.

hosts=(n1 n2 n3)
state=/run/cluster

make_network() {
    local host number=0
    hostname head
    ip link set lo up
    # With a number of its own, which otherwise changes with the links, and the hosts go on sending to the former one.
    ip link add bridge address 02:00:00:77:00:01 type bridge
    ip address add 10.77.0.1/24 dev bridge
    ip link set bridge up
    printf '%s\n' '127.0.0.1 localhost' '10.77.0.1 head' >"$state/hosts"
    for host in "${hosts[@]}"; do
        number=$((number + 1))
        printf '10.77.0.1%s %s\n' "$number" "$host" >>"$state/hosts"
        ip netns add "$host"
        ip link add "$host-port" type veth peer name eth0 netns "$host"
        ip link set "$host-port" master bridge up
        ip -n "$host" address add "10.77.0.1$number/24" dev eth0
        ip -n "$host" link set lo up
        ip -n "$host" link set eth0 up
    done
    # Names are what is written here, and nobody else is asked.
    : >"$state/resolv.conf"
    mount --bind "$state/hosts" /etc/hosts
    if [ -e /etc/resolv.conf ]; then mount --bind "$state/resolv.conf" "$(readlink -f /etc/resolv.conf)"; fi
}

start_host() {
    local host=$1 launcher
    rm -f "$state/$host.ready"
    nsenter --net="/run/netns/$host" \
        unshare --mount --uts --ipc --pid --fork --kill-child "$parts/host" "$host" >>"$logs/$host.log" 2>&1 &
    launcher=$!
    disown "$launcher"
    until [ -e "$state/$host.ready" ]; do
        kill -0 "$launcher" 2>/dev/null || { cat "$logs/$host.log" >&2 && fail "$host cannot be started"; }
        sleep 0.02
    done
    # The only child of unshare, which nsenter has become, is the first process of the host.
    tr -d ' \n' <"/proc/$launcher/task/$launcher/children" >"$state/$host.pid"
}

# Everything on a host ends at once, as if somebody had pulled its plug; its network stays, and tells the others so.
kill_host() {
    local pid
    pid=$(cat "$state/$1.pid")
    kill -KILL "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
}

cut_link() { ip link set "$1-port" down; }

mend_link() { ip link set "$1-port" up; }

address_of() { awk -v host="$1" '$2 == host { print $1 }' "$state/hosts"; }

# $1: the host; $2: milliseconds each way; $3: how many of a hundred packets are lost each way.
slow_link() {
    local host=$1 relay
    if tc -n "$host" qdisc add dev eth0 root netem delay "$2ms" loss "$3%" 2>/dev/null; then
        tc qdisc add dev "$host-port" root netem delay "$2ms" loss "$3%"
        return
    fi
    $said_no_netem || note 'this kernel has no netem: a program carries the packets of slow links (Scripts/cluster/slow-link.py)'
    said_no_netem=true
    [ -c /dev/net/tun ] || return 1
    rm -f "$state/relay"
    python3 "$parts/slow-link.py" "$host" "$2" "$3" >"$state/relay" 2>>"$logs/slow-link.log" &
    relay=$!
    disown "$relay"
    echo "$relay" >"$state/relay.pid"
    until grep -q ready "$state/relay" 2>/dev/null; do
        kill -0 "$relay" 2>/dev/null || return 1
        sleep 0.02
    done
    ip link set slow-bridge master bridge up
    # The others know the host by the number of its interface.
    ip -n "$host" link set slow-host address "$(ip -n "$host" -br link show eth0 | awk '{ print $3 }')"
    ip -n "$host" address del "$(address_of "$host")/24" dev eth0
    ip -n "$host" address add "$(address_of "$host")/24" dev slow-host
    ip -n "$host" link set slow-host up
    ip link set "$host-port" down
}
said_no_netem=false

restore_link() {
    local host=$1
    if tc -n "$host" qdisc del dev eth0 root 2>/dev/null; then
        tc qdisc del dev "$host-port" root
        return
    fi
    [ -e "$state/relay.pid" ] || return 0
    kill "$(cat "$state/relay.pid")" 2>/dev/null || true
    rm -f "$state/relay.pid"
    ip link set "$host-port" up
    while ip -n "$host" link show slow-host >/dev/null 2>&1; do sleep 0.02; done
    ip -n "$host" address add "$(address_of "$host")/24" dev eth0 2>/dev/null || true
}

# Real sshds, one on each host, with keys that are made here.
prepare_sshds() {
    local host
    mkdir -m 700 "$state/ssh"
    ssh-keygen -q -t ed25519 -N '' -f "$state/ssh/client"
    for host in "${hosts[@]}"; do
        ssh-keygen -q -t ed25519 -N '' -f "$state/ssh/$host"
        printf '%s %s\n' "$host" "$(cat "$state/ssh/$host.pub")" >>"$state/ssh/known"
        printf '%s\n' "HostKey $state/ssh/$host" "PidFile $state/ssh/$host.pid" "AuthorizedKeysFile $state/ssh/client.pub" \
            'PermitRootLogin prohibit-password' 'PasswordAuthentication no' 'UsePAM no' 'StrictModes no' \
            >"$state/ssh/$host.conf"
    done
    printf '%s\n' 'Host *' "IdentityFile $state/ssh/client" 'IdentitiesOnly yes' "UserKnownHostsFile $state/ssh/known" \
        'GlobalKnownHostsFile /dev/null' 'StrictHostKeyChecking yes' 'BatchMode yes' 'ConnectTimeout 10' >"$state/ssh/config"
}

# Prints a line for each process of a job that is still there: its pid, the host that it is on, and its program.
processes_left() {
    local folder host file space
    local -A host_of
    for host in "${hosts[@]}"; do
        space=$(readlink "/proc/$(cat "$state/$host.pid")/ns/pid" 2>/dev/null) || continue
        host_of[$space]=$host
    done
    for folder in /proc/[0-9]*; do
        # What has ended, but was not waited for, has no file any more. The processes that ranks host go by names of their own.
        file=$(readlink "$folder/exe" 2>/dev/null) || continue
        case ${file##*/} in
            orterun | orted | prte* | mpiexec* | hydra* | "${program##*/}") ;;
            *) continue ;;
        esac
        space=$(readlink "$folder/ns/pid") || continue
        printf '%s %s %s\n' "${folder#/proc/}" "${host_of[$space]-head}" "${file##*/}"
    done
}

# Whether /tmp and /dev/shm are those of "head": nothing may be removed from the machine's own.
are_private() {
    [ "$(df --output=source /tmp | tail -n 1) $(df --output=source /dev/shm | tail -n 1)" = 'cluster-head cluster-head' ]
}

# Prints the files that jobs have left on the hosts.
files_left() {
    local host
    for host in "${hosts[@]}"; do
        kill -0 "$(cat "$state/$host.pid")" 2>/dev/null || continue
        "$parts/enter-host" "$host" 'ls -d /dev/shm/* /tmp/* 2>/dev/null || true' | sed "s/^/$host:/"
    done
    find /dev/shm /tmp -mindepth 1 -maxdepth 1 -printf 'head:%p\n'
}

# Ends and removes what is left after a job.
sweep() {
    local host
    are_private || fail 'this is not the inside of Scripts/test-cluster.sh'
    processes_left | while read -r pid _; do kill -KILL "$pid" 2>/dev/null || true; done
    for host in "${hosts[@]}"; do
        kill -0 "$(cat "$state/$host.pid")" 2>/dev/null || start_host "$host"
        "$parts/enter-host" "$host" 'rm -rf /dev/shm/* /tmp/*'
    done
    find /dev/shm /tmp -mindepth 1 -maxdepth 1 -exec rm -rf {} +
}
