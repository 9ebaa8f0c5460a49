# Sourced: what a cluster's users do with the templates, and what has to come of it.
# shellcheck shell=bash disable=SC2154 # $state, $checkout, $program, $quick, $nodes come from inside.sh, $job from submit

templates=$checkout/mpirun-configs/slurm
# A job that is over or cancelled is gone from all nodes within this time, long before Slurm loses its patience.
leave_seconds=$((kill_wait / 2))
# A pool that has work on both nodes for a long time.
long_work=(bench pool --repetitions 100000 --tasks 2000 --items 20000 --lengths 100)

run_checks() {
    # The jobs are root's.
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
    # The nodes share this machine's cores, which nobody can tell from within.
    export OMPI_MCA_mpi_yield_when_idle=1
    temporary_files >"$state/files-before"

    check_template mpirun
    check_template srun-pmix
    if [ -n "$quick" ]; then
        check_cancel mpirun
        return
    fi
    check_array
    check_doctor
    check_yielding
    check_binding srun-pmix --cpu-bind=cores
    check_binding mpirun --bind-to core
    local template
    for template in mpirun srun-pmix; do
        check_cancel $template
        check_killed_rank $template
    done
    check_ends_of_time
}

# Processes, a pool and messages between ranks, on both nodes.
check_template() {
    local template=$templates/$1.sbatch
    submit "$template" "$program" tour --second 0.1 || return
    expect "$1.sbatch: the tour, with processes and a pool on both nodes" "$job" 120 COMPLETED \
        '^Pool    : \[0, 1, 4, 9, .*, 9604, 9801\]$' 'pool: PoolWorker-.* on rank 1, n1$' \
        'pool: PoolWorker-.* on rank [23], n2$' 'called run method in process: Process-5'
    submit "$template" "$program" bench is --class S || return
    expect "$1.sbatch: ranks sort together and verify the result" "$job" 120 COMPLETED \
        'ranks: 4, verification: successful'
    submit "$template" "$program" example nonsense || return
    expect "$1.sbatch: the program's failure is the job's" "$job" 60 FAILED "there is no example 'nonsense'"
    expect_nothing_left "$1.sbatch"
}

# Each element gets its own number.
check_array() {
    submit --array=1-3%2 "$templates/array.sbatch" "$program" bench latency --repetitions 1 --sizes INDEX0 || return
    local number=$job element lines
    expect "array.sbatch: three elements" "$number" 180 COMPLETED || return
    for element in 1 2 3; do
        lines=$(grep -cE "^ *(size )?${element}0( |$)" "$jobs/swift-mpi-$number-$element.out")
        if [ "$lines" -ge 1 ]; then
            pass "array.sbatch: element $element has its own argument"
        else
            fail "array.sbatch: element $element has not its own argument"
            sed 's/^/        | /' "$jobs/swift-mpi-$number-$element.out"
        fi
    done
}

# The doctor finds nothing wrong, as a job and in a batch script, and what is wrong in a step without PMI.
check_doctor() {
    local template
    for template in mpirun srun-pmix; do
        submit "$templates/$template.sbatch" "$program" doctor || return
        expect "$template.sbatch: the doctor is content" "$job" 90 COMPLETED \
            '^ok +4 ranks on 2 hosts' '^ok +host n1: 2 ranks' '^ok +host n2: 2 ranks' '^no problems$'
    done
    submit "$templates/mpirun.sbatch" "$program" doctor --ranks || return
    expect 'mpirun.sbatch: the doctor measures all pairs' "$job" 90 COMPLETED \
        '^latency in µs, ' '^bandwidth in GB/s, '
    submit --ntasks=2 --wrap "srun --mpi=none $program doctor" || return
    expect 'the doctor knows what srun without PMI is' "$job" 90 FAILED \
        '^PROBLEM +srun started 2 tasks without PMI' 'srun --mpi=pmix'
    submit --wrap "$program doctor" || return
    expect 'the doctor is content in a batch script, without a launcher' "$job" 90 COMPLETED '^no problems'
}

# More ranks than cores, which Slurm calls slots: ranks that wait give way, however they were started.
check_yielding() {
    local ranks=$(($(nproc) + 1)) options=(--overcommit --nodes=1 --time=2)
    # shellcheck disable=SC2016
    submit "${options[@]}" --wrap "unset OMPI_MCA_mpi_yield_when_idle
        srun --mpi=pmix --overcommit -n $ranks $program doctor" || return
    expect "srun: $ranks ranks on $(nproc) cores yield" "$job" 90 COMPLETED "^ok +host n[12]: $ranks ranks"
    submit "${options[@]}" --ntasks=$ranks --wrap "unset OMPI_MCA_mpi_yield_when_idle
        mpirun $program doctor" || return
    expect "mpirun: $ranks ranks on $(nproc) cores yield" "$job" 90 COMPLETED "^ok +host n[12]: $ranks ranks"
}

workers() { pgrep '^PoolWorker'; }
has_two_workers() { [ "$(workers | wc -l)" -ge 2 ]; }
cores_of() { grep '^Cpus_allowed_list' "/proc/$1/status" 2>/dev/null | cut -f2; }

# Ranks may be bound; the processes that they host are not squeezed onto the same core.
# check_binding TEMPLATE OPTION…: with options of the launcher's.
check_binding() {
    local name=$1.sbatch
    shift
    if [ "$(nproc)" -lt 2 ]; then
        echo "skipped $name: processes have all cores: this machine has one core only"
        return
    fi
    submit "$templates/$name" "$@" "$program" "${long_work[@]}" || return
    local number=$job rank all bound=0 squeezed=0 process
    all=$(cores_of 1)
    if within 60 has_two_workers; then
        for rank in $(pgrep -x swift-mpi); do [ "$(cores_of "$rank")" = "$all" ] || bound=$((bound + 1)); done
        for process in $(workers); do [ "$(cores_of "$process")" = "$all" ] || squeezed=$((squeezed + 1)); done
        if [ "$bound" -lt 4 ]; then
            fail "$name: the ranks should be bound, for this check ($bound of 4 are)" "$number"
        elif [ "$squeezed" -gt 0 ]; then
            fail "$name: $squeezed processes are bound to their rank's core" "$number"
        else
            pass "$name: ranks are bound to cores, the processes of a pool are not"
        fi
    else
        fail "$name: the pool does not begin" "$number"
    fi
    timeout 10 scancel "$number"
    expect_nothing_left "$name: scancel of bound ranks"
}

# Begins work that lasts; true if processes compute on both nodes.
begin_long_work() {
    submit "$@" "$program" "${long_work[@]}" || return
    if ! within 60 has_two_workers; then
        fail "$1: the pool does not begin" "$job"
        timeout 10 scancel "$job"
        return 1
    fi
    # What is looked for afterwards can be seen at all.
    local seen
    seen=$(leftovers)
    if ! grep -q 'PoolWorker' <<<"$seen" || ! grep -q '^file n1:' <<<"$seen" || ! grep -q '^file n2:' <<<"$seen"; then
        fail "$1: a running job has no processes or files:"
        printf '%s\n' "$seen"
    fi
}

check_cancel() {
    begin_long_work "$templates/$1.sbatch" || return
    timeout 10 scancel "$job"
    expect_nothing_left "$1.sbatch: scancel"
    expect "$1.sbatch: the job is cancelled" "$job" 30 CANCELLED
}

# A rank of the second node dies: the others do not wait for it.
check_killed_rank() {
    begin_long_work "$templates/$1.sbatch" || return
    local worker rank
    worker=$(workers | while read -r worker; do
        tr '\0' '\n' <"/proc/$worker/environ" | grep -q '^SLURMD_NODENAME=n2$' && echo "$worker"
    done | head -n 1)
    # Between a process and its rank stands the rank's fork server.
    rank=$(parent_of "$(parent_of "${worker:-1}")")
    if [ "$(cat "/proc/$rank/comm" 2>/dev/null)" != swift-mpi ]; then
        fail "$1.sbatch: no rank with a process on n2" "$job"
        timeout 10 scancel "$job"
        return
    fi
    kill -KILL "$rank"
    expect "$1.sbatch: a killed rank ends the job" "$job" 60 FAILED
    expect_nothing_left "$1.sbatch: a killed rank"
}

parent_of() { awk '$1 == "PPid:" { print $2 }' "/proc/$1/status" 2>/dev/null; }

# Slurm counts time in minutes and looks twice a minute, so these wait together.
check_ends_of_time() {
    local by_mpirun by_srun requeued
    cat >"$state/stages.sh" <<STAGES
#!/bin/bash
if [ "\${SLURM_RESTART_COUNT:-0}" = 0 ]; then
    echo "the first time on \$SLURMD_NODENAME"
    exec '$program' ${long_work[*]}
fi
exec '$program' bench is --class S
STAGES
    chmod 755 "$state/stages.sh"
    submit --time=1 "$templates/mpirun.sbatch" "$program" "${long_work[@]}" || return
    by_mpirun=$job
    submit --time=1 "$templates/srun-pmix.sbatch" "$program" "${long_work[@]}" || return
    by_srun=$job
    submit --time=2 --signal=B:USR1@75 "$templates/requeue.sbatch" "$state/stages.sh" || return
    requeued=$job
    expect 'mpirun.sbatch: the time is over' "$by_mpirun" 180 TIMEOUT
    expect 'srun-pmix.sbatch: the time is over' "$by_srun" 180 TIMEOUT
    expect 'requeue.sbatch: the job goes back into the queue and ends the second time' "$requeued" 240 COMPLETED \
        'the first time on n2' 'The time is nearly over' 'ranks: 4, verification: successful'
    expect_nothing_left 'after the ends of time'
}
