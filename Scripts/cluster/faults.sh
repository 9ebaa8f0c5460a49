# shellcheck shell=bash
# The faults of Scripts/test-cluster.sh, and what becomes of a job that meets one. Sourced by it.

# Prints the pid of a process of the job on a host: a rank, or a process that a rank hosts.
# The launcher's daemon starts ranks; a rank starts a server, and that one the rank's processes.
pid_on() {
    local kind=$1 host=$2 pid place file generation
    while read -r pid place file; do
        [ "$place" = "$host" ] && [ "$file" = "${program##*/}" ] || continue
        generation=process
        case $(program_of_parent "$pid" 1) in orted | prted) generation=rank ;; esac
        case $(program_of_parent "$pid" 2) in orted | prted) generation=server ;; esac
        if [ "$generation" = "$kind" ]; then
            echo "$pid"
            return
        fi
    done < <(processes_left)
    fail "there is no $kind on $host"
}

# $1: a pid; $2: which of its forefathers.
program_of_parent() {
    local pid=$1 generation=$2
    while [ "$generation" -gt 0 ]; do
        pid=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")
        generation=$((generation - 1))
    done
    basename "$(readlink "/proc/$pid/exe")"
}

fault_process_killed() { kill -KILL "$(pid_on process n3)"; }
fault_rank_killed() { kill -KILL "$(pid_on rank n3)"; }
# While the ranks are between two withProcesses.
fault_rank_killed_between() {
    until grep -q '^resting$' "$log"; do sleep 0.1; done
    fault_rank_killed
}
fault_host_killed() { kill_host n3; }
fault_link_cut() { cut_link n3; }
fault_link_cut_for_3_s() {
    cut_link n3
    sleep 3
    mend_link n3
}
# Those that are there from the beginning.
fault_none() { :; }

# The line that says most about what was lost: the program's own word, or else the launcher's.
message_in() {
    local pattern
    for pattern in ' is lost: ' '^[0-9.]+ lost ' 'noticed that|has lost communication|unable to reliably' 'failed|timed out'; do
        if grep -Ea "$pattern" "$1" | grep -Eav 'BAD-PARAM|setpgid' | grep -m 1 . | sed -E 's/^[0-9]+\.[0-9]+ //; s/^.* reason=//' | cut -c 1-110 | grep .; then return; fi
    done
}

# $1: the name; $2: the work of swift-mpi check endurance; $3: the profiles; $4: what it may come to, a regular expression;
# $5: the function that brings the fault about; $6: in how many seconds at most the job has to be over after that; $7, if given: for how many
# seconds the job works; the rest: further arguments of the check.
check_fault() {
    local name=$1 work=$2 profiles=$3 expected=$4 inject=$5 limit=$6
    # Long enough for a loss to be noticed in between.
    local duration=${7:-12}
    local arguments=("${@:8}")
    if [[ $expected == ends* ]]; then duration=$((limit - 30)); fi
    local start moment end job outcome noticed message left
    is_wanted "$name-$work-${profiles// /+}" || return 0
    log=$logs/$name-$work-${profiles// /+}.log
    status=0
    : >"$log"
    become "$profiles" timeout -k 5 $((limit + 120)) "${launch[@]}" -n 3 --map-by node \
        "$program" check endurance --work "$work" --seconds "$duration" --patience 6 "${arguments[@]}" </dev/null >>"$log" 2>&1 &
    job=$!
    start=$EPOCHREALTIME
    until grep -q ' going$' "$log"; do
        if ! kill -0 "$job" 2>/dev/null || awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a > 120) }'; then
            kill "$job" 2>/dev/null || true
            wait "$job" || true
            sweep
            count_failure "$name" 'the job did not get going' "$log"
            return
        fi
        sleep 0.1
    done
    moment=$EPOCHREALTIME
    echo "started in $(seconds_between "$start" "$moment") s" >>"$log"
    "$inject"
    # Then the launcher is ended: the limit of `timeout` above is for the time before the fault, too.
    rm -f "$state/overdue"
    (
        sleep "$limit"
        processes_left >"$state/overdue"
        kill "$job" 2>/dev/null || true
    ) &
    local watch=$!
    wait "$job" || status=$?
    end=$EPOCHREALTIME
    kill "$watch" 2>/dev/null || true
    # Before the link is mended, so that those count who know nothing of the end of their job.
    left=$(processes_left_behind)
    noticed=$(awk -v moment="$moment" '$1 ~ /^[0-9]+\.[0-9]+$/ && $2 ~ /^lost/ { printf "%.1f", ($1 > moment ? $1 - moment : 0); exit }' "$log")
    message=$(message_in "$log" || true)
    local course=ends
    if grep -q ' finished$' "$log"; then course='goes on'; fi
    if [ -e "$state/overdue" ]; then
        outcome=HANGS
        # Open MPI 4 may not notice that nobody is left.
        if ! grep -q " ${program##*/}\$" "$state/overdue"; then outcome="$course, mpirun hangs"; fi
    elif [ "$course" = 'goes on' ] && [ "$status" -eq 0 ]; then
        outcome='goes on'
    else
        outcome="$course, status $status"
        if [ "$course" = ends ]; then noticed=${noticed:-$(seconds_between "$moment" "$end")}; fi
    fi
    if [ -n "$left" ]; then printf 'left behind: %s\n' "$left" >>"$log"; fi
    left=$(grep -c . <<<"$left" || true)
    mend_link n3
    sweep
    table+=("$(printf '%-22s %-6s %-13s %-22s %7s %5s  %s' "$name" "$work" "${profiles// /+}" "$outcome" "${noticed:--}" "$left" "$message")")
    if [[ $outcome =~ ^($expected) ]]; then
        count_pass "$name, $work, ${profiles// /+}: $outcome" "${noticed:--}"
    else
        count_failure "$name, $work, ${profiles// /+}" "it $outcome, and should: $expected" "$log"
    fi
}

# A link that is slow, or loses packets, from the beginning to the end.
check_slow_link() {
    local name=$1 milliseconds=$2 percent=$3
    shift 3
    is_wanted "$name-$1-${2// /+}" || return 0
    if ! slow_link n3 "$milliseconds" "$percent"; then
        note "not tried: $name, since this kernel has neither netem nor /dev/net/tun"
        return
    fi
    check_fault "$name" "$@" fault_none 60
    restore_link n3
}

check_faults() {
    local profiles
    for profiles in tcp 'tcp recovery'; do
        check_fault process-killed pool "$profiles" 'goes on' fault_process_killed 60
        check_fault link-cut-for-3-s pool "$profiles" 'goes on' fault_link_cut_for_3_s 60
        check_slow_link slow-100-ms 50 0 pool "$profiles" 'goes on'
        check_slow_link lossy-3-percent 0 3 pool "$profiles" 'goes on'
    done
    check_fault rank-killed pool tcp 'ends, status' fault_rank_killed 90
    check_fault link-cut pool tcp 'ends, status' fault_link_cut 90
    # The program goes on after 30 seconds without a word of the lost rank; Open MPI 4's mpirun may wait for a host behind a cut link.
    check_fault rank-killed pool 'tcp recovery' 'goes on' fault_rank_killed 90 45
    check_fault rank-killed-between pool 'tcp recovery' 'goes on' fault_rank_killed_between 90 5 --rest 8
    check_fault link-cut pool 'tcp recovery' 'goes on' fault_link_cut 90 45
    check_fault host-killed pool tcp 'ends, status' fault_host_killed 90
    check_fault host-killed ranks tcp 'ends, status' fault_host_killed 90
    check_fault link-cut ranks tcp 'ends, status' fault_link_cut 90
    check_fault rank-killed ranks tcp 'ends, status' fault_rank_killed 90
    # What Open MPI 4 does without a host differs from time to time: it ends the job, or lets it go on and stays itself; no rank hangs.
    check_fault host-killed pool 'tcp recovery' 'ends|goes on' fault_host_killed 90 45
    check_fault host-killed ranks 'tcp recovery' 'ends|goes on' fault_host_killed 90
    check_fault link-cut ranks 'tcp recovery' 'ends|goes on' fault_link_cut 90
    check_fault rank-killed ranks 'tcp recovery' 'goes on' fault_rank_killed 90
}
