# Sourced: submits jobs, waits for them, looks what they leave, and counts what is as it should be.
# shellcheck shell=bash

passed=0
failed=0
jobs=$state/jobs
mkdir -p "$jobs"

pass() {
    passed=$((passed + 1))
    printf 'ok      %s\n' "$1"
}

# fail DESCRIPTION [JOB]
fail() {
    failed=$((failed + 1))
    printf 'FAILED  %s\n' "$1"
    [ $# -gt 1 ] || return 0
    timeout 10 scontrol show job "$2" 2>&1 | sed 's/^/        /'
    tail -n 60 "$(output_of "$2")" 2>/dev/null | cut -c 1-300 | sed 's/^/        | /'
}

# submit [OPTION…] SCRIPT [ARGUMENT…]: leaves the job's number in $job.
submit() {
    job=$(cd "$jobs" && timeout 30 sbatch --parsable "$@") && return
    fail "sbatch refuses: $*"
    return 1
}

# field JOB NAME: what Slurm knows of a job, a line for each element of an array.
field() { timeout 10 scontrol -o show job "$1" 2>/dev/null | grep -o "\b$2=[^ ]*" | cut -d= -f2-; }

output_of() { field "$1" StdOut | head -n 1; }

# within SECONDS COMMAND…: tries again and again until the command succeeds.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.2
    done
}

is_over() { ! field "$1" JobState | grep -qvE '^(COMPLETED|CANCELLED|FAILED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY)$'; }

is_running() { [ "$(field "$1" JobState)" = RUNNING ]; }

# expect DESCRIPTION JOB SECONDS STATE [PATTERN…]: the job ends in that state, and its output has lines like these.
expect() {
    local description=$1 number=$2 seconds=$3 wanted=$4 pattern
    shift 4
    if ! within "$seconds" is_over "$number"; then
        fail "$description: not over after $seconds s" "$number"
        timeout 10 scancel "$number"
        return 1
    fi
    if [ "$(field "$number" JobState | sort -u)" != "$wanted" ]; then
        fail "$description: it should have ended as $wanted" "$number"
        return 1
    fi
    for pattern in "$@"; do
        if ! grep -Eq -- "$pattern" "$(output_of "$number")"; then
            fail "$description: no line like '$pattern'" "$number"
            return 1
        fi
    done
    pass "$description"
}

# MARK: What is left

# The processes of jobs. Whatever a job starts has its number in the environment, wherever it has gone.
processes_of_jobs() {
    {
        grep -lz '^SLURM_JOB_ID=' /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3
        pgrep -x slurmstepd
        pgrep -x srun
    } | sort -un
}

# The temporary files of both nodes.
temporary_files() {
    local node
    for node in $nodes; do
        nsenter --target "$(cat "$state/$node/slurmd.pid")" --mount find /tmp /dev/shm -mindepth 1 2>/dev/null \
            | sed "s/^/$node:/"
    done | sort
}

# All of it, in words; nothing if there is nothing.
leftovers() {
    local process
    for process in $(processes_of_jobs); do
        [ -r "/proc/$process/cmdline" ] || continue
        printf 'process %s %s: %s\n' "$process" "$(cat "/proc/$process/comm" 2>/dev/null)" \
            "$(tr '\0' ' ' 2>/dev/null <"/proc/$process/cmdline" | cut -c 1-150)"
    done
    temporary_files | comm -23 - "$state/files-before" | sed 's/^/file /'
}

nothing_is_left() { [ -z "$(leftovers)" ]; }

# expect_nothing_left DESCRIPTION: within $leave_seconds.
expect_nothing_left() {
    local begin=$EPOCHREALTIME
    if within "$leave_seconds" nothing_is_left; then
        pass "$1: nothing is left after $(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }') s"
    else
        fail "$1: after $leave_seconds s there is left:"
        leftovers | sed 's/^/        /'
    fi
}
