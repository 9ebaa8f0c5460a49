# shellcheck shell=bash
# How Scripts/test-cluster.sh runs jobs and keeps count of what passed. Sourced by it.

passed=0
failed=0
table=()

note() { printf '   %s\n' "$*"; }

count_pass() {
    passed=$((passed + 1))
    printf 'passed %s (%s s)\n' "$1" "$2"
}

# $1: the name of the check; $2: why it failed; $3: the log to show.
count_failure() {
    failed=$((failed + 1))
    printf 'FAILED %s: %s\n' "$1" "$2"
    sed 's/^/     | /' "$3" | tail -n 40
}

# Seconds from one moment to another, with one digit after the point.
seconds_between() { awk -v from="$1" -v to="$2" 'BEGIN { printf "%.1f", to - from }'; }

# Becomes a command with the variables of profiles; to be run in the background:  become "tcp recovery" COMMAND …
become() {
    local profile profiles=$1
    shift
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
    for profile in $profiles; do
        # shellcheck source=/dev/null
        . "mpirun-configs/$profile.env"
    done
    # The hosts have their cores in common, which none of them knows.
    export OMPI_MCA_mpi_yield_when_idle=1
    exec "$@"
}

# Runs a job to its end, which is within the limit, and sets `status`, `seconds` and `log`.
# $1: the limit in seconds; $2: the name; $3: the profiles; then the command.
run_job() {
    local limit=$1 name=$2 profiles=$3 start=$EPOCHREALTIME
    shift 3
    log=$logs/$name.log
    status=0
    # Waiting can be interrupted, a command in the foreground cannot.
    become "$profiles" timeout -k 5 "$limit" "$@" </dev/null >"$log" 2>&1 &
    wait $! || status=$?
    seconds=$(seconds_between "$start" "$EPOCHREALTIME")
}

# The processes of a job that are left, once what is about to end has had five seconds for that.
processes_left_behind() {
    local try left
    for try in {1..50}; do
        left=$(processes_left)
        [ -n "$left" ] || return 0
        sleep 0.1
    done
    printf '%s\n' "$left"
}

# All that a job has left behind.
left_behind() {
    processes_left_behind
    files_left
}

# A check: a job that ends with success within the limit, prints what it should, and leaves nothing behind.
# $1: the limit in seconds; $2: the name; $3: the profiles; $4: what has to be in its output, a regular expression a line;
# then the command.
check_job() {
    local limit=$1 name=$2 profiles=$3 patterns=$4 pattern left
    shift 4
    is_wanted "$name" || return 0
    run_job "$limit" "$name" "$profiles" "$@"
    left=$(left_behind)
    sweep
    if [ "$status" -ne 0 ]; then
        count_failure "$name" "status $status after $seconds s" "$log"
        return
    fi
    while read -r pattern; do
        if ! grep -Eq -- "$pattern" "$log"; then
            count_failure "$name" "nothing in its output looks like: $pattern" "$log"
            return
        fi
    done <<<"$patterns"
    if [ -n "$left" ]; then
        count_failure "$name" "it left behind: $left" "$log"
        return
    fi
    count_pass "$name" "$seconds"
}

# A check whose job must fail, within the limit and not at it, with words.
check_refusal() {
    local limit=$1 name=$2 profiles=$3 pattern=$4
    shift 4
    is_wanted "$name" || return 0
    run_job "$limit" "$name" "$profiles" "$@"
    sweep
    if [ "$status" -eq 0 ]; then
        count_failure "$name" 'it succeeds where it should not' "$log"
    elif awk -v seconds="$seconds" -v limit="$limit" 'BEGIN { exit !(seconds >= limit) }'; then
        count_failure "$name" "it had to be ended after $seconds s" "$log"
    elif ! grep -Eq -- "$pattern" "$log"; then
        count_failure "$name" "nothing in its output looks like: $pattern" "$log"
    else
        count_pass "$name" "$seconds"
    fi
}
