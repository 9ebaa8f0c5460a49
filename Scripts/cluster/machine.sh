# shellcheck shell=bash
# What Scripts/test-cluster.sh and Scripts/test-slurm.sh want of the machine that they run on. Sourced by both.

# The exit status of a test that this machine does not allow: it has neither passed nor failed.
not_possible=77

# Namespaces of its own for a command, which all end with it, and with this script.
in_namespaces=(setpriv --pdeathsig KILL unshare --mount --net --uts --ipc --pid --fork --kill-child=KILL --mount-proc --propagation private)

# $1: why this test is not possible here.
leave_out() {
    printf 'left out: %s\n' "$*"
    exit "$not_possible"
}

# Installs packages of Debian's, none of which is to start anything on this machine itself.
install_packages() (
    command -v apt-get >/dev/null || leave_out "there is no apt-get to install what is missing: $*"
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    # Without a network it says so soon.
    apt=(env DEBIAN_FRONTEND=noninteractive timeout -k 10 300 apt-get -q -o DPkg::Lock::Timeout=120 -o Acquire::http::Timeout=15)
    { "${apt[@]}" -o APT::Update::Error-Mode=any update && "${apt[@]}" install -y --no-install-recommends "$@"; } >&2 \
        || leave_out "what is missing cannot be installed: $*"
)

# Ends the script if this machine does not let it make hosts. $1: the name of the script.
need_hosts() {
    local answer
    [ "$(uname)" = Linux ] || leave_out 'hosts are made of the namespaces of Linux'
    [ "$(id -u)" -eq 0 ] || leave_out "hosts can be made by root only; try: sudo $1"
    command -v setpriv >/dev/null && command -v unshare >/dev/null || leave_out 'there is no setpriv or unshare (util-linux)'
    answer=$("${in_namespaces[@]}" sh -c 'mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /tmp' 2>&1) \
        || leave_out "root may not make namespaces here ($answer); a container needs --privileged for that"
}

# The same for the network between hosts, once there is ip(8).
need_network() {
    local answer
    answer=$("${in_namespaces[@]}" sh -c 'ip link add one type bridge && ip link add two type veth peer name three' 2>&1) \
        || leave_out "a bridge and links to it cannot be made here ($answer)"
}
