#!/bin/bash
# Becomes a node of the cluster that inside.sh makes: its munged and its slurmd. Started in the node's own namespaces.
# usage: node.sh NAME STATE CHECKOUT
set -eu
name=$1 state=$2 checkout=$3

hostname "$name"

# What is temporary belongs to this node alone. A checkout below /tmp stays visible.
exec 3<"$checkout"
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=755 tmpfs /run
case $checkout in
    /tmp/*)
        mkdir -p "$checkout"
        mount --no-canonicalize --bind /proc/self/fd/3 "$checkout"
        ;;
esac
exec 3<&-

. "$(dirname "$0")/munge.sh"
start_munge "$state" "$name"
mkdir -p "$state/$name/spool"
exec slurmd -D -N "$name" >"$state/$name/slurmd.out" 2>&1
