#!/bin/sh
# Removes what killed jobs left behind.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/clean.sh [--dry-run] [--help]

Removes files of this user that jobs leave behind when they are killed: shared memory of Open MPI and of programs
(/dev/shm/vader_segment.*, sm_segment.*, swift-mpi.*) that no process has open any more, and session folders
(ompi.HOST.UID/pid.N under TMPDIR or /tmp) of launchers that have ended. It ends no process.

  --dry-run   only print what would be removed
USAGE
}

dry=false
for argument in "$@"; do
    case $argument in
        --dry-run) dry=true ;;
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

remove() {
    printf '%s\n' "$1"
    $dry || rm -rf -- "$1"
}

# A segment is in use if a process maps it or has it open. Those of other users cannot be seen, nor removed.
in_use() {
    # Processes come and go while this reads.
    grep -lqsF -- "$1" /proc/[0-9]*/maps 2>/dev/null && return 0
    [ -n "$(find /proc/[0-9]*/fd -lname "$1" -print -quit 2>/dev/null || true)" ]
}

for segment in /dev/shm/vader_segment.* /dev/shm/sm_segment.* /dev/shm/swift-mpi.*; do
    if [ -f "$segment" ] && [ -O "$segment" ] && ! in_use "$segment"; then remove "$segment"; fi
done

for session in "${TMPDIR:-/tmp}"/ompi.*."$(id -u)"; do
    if ! [ -d "$session" ] || ! [ -O "$session" ]; then continue; fi
    for folder in "$session"/pid.*; do
        [ -d "$folder" ] || continue
        identifier=${folder##*/pid.}
        kill -0 "$identifier" 2>/dev/null || remove "$folder"
    done
    $dry || rmdir -- "$session" 2>/dev/null || true
done
