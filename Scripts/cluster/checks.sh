# shellcheck shell=bash
# What Scripts/test-cluster.sh tries when nothing fails: every shipped profile and sample. Sourced by it.

# mpirun on "head", with the ranks on the three hosts; what starts them stands in for ssh.
launch=(mpirun --hostfile mpirun-configs/hostfile --mca plm_rsh_agent "$parts/enter-host")
launch_by_ssh=(mpirun --hostfile mpirun-configs/hostfile --mca plm_rsh_agent "ssh -F $state/ssh/config")

all_ranks_checks=$'^ok values$\n^ok buffers$\n^ok collectives$\n^ok large-collectives$\n^ok windows$\n^ok counter$'
# Between hosts Open MPI 4.1 has windows at this level only.
ranks_check=("$program" check ranks --threads serialized)
all_processes_checks=$'^ok processes$\n^ok pipes$\n^ok shared-state$\n^ok pool$\n^ok output$\n^ok ends$\n^ok shared-memory$'
three_hosts='3 hosts: n1, n2, n3$'

check_hosts() {
    check_job 120 tour tcp $'who ran what\non rank 1, n2\non rank 2, n3\non rank 3, n1\npool: .* on rank 3' \
        "${launch[@]}" -n 4 --map-by node "$program" --second 0.2
    check_job 90 ranks-3 tcp "ranks: 3 on $three_hosts"$'\n'"$all_ranks_checks" \
        "${launch[@]}" -n 3 --map-by node "${ranks_check[@]}"
    check_job 90 ranks-multiple tcp "ranks: 3 on $three_hosts"$'\n^ok values$\n^ok buffers$\n^ok collectives$\n^ok large-collectives$' \
        "${launch[@]}" -n 3 --map-by node "$program" check ranks --no-windows
    check_refusal 60 windows-multiple tcp 'call Environment.initialize\(threads: .serialized\) first' \
        "${launch[@]}" -n 3 --map-by node "$program" check ranks
    check_job 120 ranks-6 tcp "ranks: 6 on $three_hosts"$'\n'"$all_ranks_checks" \
        "${launch[@]}" -n 6 "${ranks_check[@]}"
    check_job 120 processes-3 tcp "on 3 ranks, $three_hosts"$'\n'"$all_processes_checks" \
        "${launch[@]}" -n 3 --map-by node "$program" check processes
    check_job 120 processes-6 tcp "on 6 ranks, $three_hosts"$'\n'"$all_processes_checks" \
        "${launch[@]}" -n 6 "$program" check processes
    check_job 90 doctor tcp $'3 ranks on 3 hosts\n^latency in µs, .*median\n^bandwidth in GB/s, .*median' \
        "${launch[@]}" -n 3 --map-by node "$program" doctor --ranks
}

check_ssh() {
    check_job 90 ssh-ranks tcp "ranks: 3 on $three_hosts"$'\n'"$all_ranks_checks" \
        "${launch_by_ssh[@]}" -n 3 --map-by node "${ranks_check[@]}"
    check_job 120 ssh-processes tcp "on 6 ranks, $three_hosts"$'\n'"$all_processes_checks" \
        "${launch_by_ssh[@]}" -n 6 "$program" check processes
    check_job 120 ssh-tour tcp $'on rank 1, n2\non rank 2, n3' \
        "${launch_by_ssh[@]}" -n 3 --map-by node "$program" --second 0.2
}

# A container with a small /dev/shm, in which no process may look into the memory of another one.
contained=(unshare --mount -- python3 "$parts/contain.py")

check_profiles() {
    check_job 90 local local "ranks: 4 on 1 host: head"$'\n'"$all_ranks_checks" mpirun -n 4 "$program" check ranks
    check_job 90 leaks 'local leaks' "$all_ranks_checks" mpirun -n 2 "$program" check ranks
    check_job 120 oversubscribed 'tcp oversubscribed' "ranks: 9 on $three_hosts"$'\n'"$all_ranks_checks" \
        "${launch[@]}" -n 9 "${ranks_check[@]}"
    check_refusal 60 not-oversubscribed tcp 'not enough slots' "${launch[@]}" -n 9 "${ranks_check[@]}"
    check_job 120 debug 'tcp debug' $'Data for JOB\nbtl:tcp: now connected to 10\\.77\n^\\[1,0\\]<stdout>:ok values$' \
        "${launch[@]}" -n 3 --map-by node "${ranks_check[@]}"
    check_job 120 recovery 'tcp recovery' "$all_ranks_checks" \
        "${launch[@]}" -n 3 --map-by node "${ranks_check[@]}"
    check_job 90 container-ranks container "ranks: 6 on 1 host: head"$'\n'"$all_ranks_checks" \
        "${contained[@]}" mpirun -n 6 "$program" check ranks
    check_job 120 container-processes container "$all_processes_checks" \
        "${contained[@]}" mpirun -n 4 "$program" check processes
    # That the container is one: what the profile is for goes wrong without it.
    check_refusal 90 container-without local 'vader|shared memory|Bus error|signal 7|No space' \
        "${contained[@]}" mpirun -n 6 "$program" check ranks
    check_job 90 rankfile tcp $'ranks: 4 on 3 hosts: n1, n2, n3\n^ok values$' \
        "${launch[@]}" --rankfile mpirun-configs/rankfile -n 4 "${ranks_check[@]}"
    # A path in an application file is taken as it stands: from the folder that holds .build.
    sed "s|.build/release/swift-mpi|$program|" mpirun-configs/appfile >"$state/appfile"
    check_job 90 appfile tcp $'ranks: 4 on 3 hosts: n1, n2, n3\n^ok values$' \
        "${launch[@]}" --app "$state/appfile"
}

# The other libraries, where they are installed (Scripts/test-libraries.sh does that).
check_other_libraries() {
    local folder=/run/project/.build-openmpi5 launch5
    if [ -x "$folder/bin/mpirun" ]; then
        export OPAL_PREFIX=$folder PMIX_PREFIX=$folder PRTE_PREFIX=$folder
        launch5=("$folder/bin/mpirun" --prefix "$folder" --hostfile mpirun-configs/hostfile -x "LD_LIBRARY_PATH=$folder/lib"
            -x OPAL_PREFIX -x PMIX_PREFIX --prtemca plm_ssh_agent "$parts/enter-host")
        check_job 120 openmpi5-ranks tcp "ranks: 3 on $three_hosts"$'\n'"$all_ranks_checks" \
            env "LD_LIBRARY_PATH=$folder/lib" "${launch5[@]}" -n 3 --map-by node "$program" check ranks
        check_job 120 openmpi5-processes 'tcp oversubscribed' "on 6 ranks, $three_hosts"$'\n'"$all_processes_checks" \
            env "LD_LIBRARY_PATH=$folder/lib" "${launch5[@]}" -n 6 --map-by node:OVERSUBSCRIBE "$program" check processes
        check_job 120 openmpi5-recovery 'tcp recovery' "on 3 ranks, $three_hosts"$'\n'"$all_processes_checks" \
            env "LD_LIBRARY_PATH=$folder/lib" "${launch5[@]}" -n 3 --map-by node "$program" check processes
        unset OPAL_PREFIX PMIX_PREFIX PRTE_PREFIX
    else
        note 'not tried: Open MPI 5, which is not in .build-openmpi5 (Scripts/test-libraries.sh --openmpi5)'
    fi
    if command -v mpiexec.mpich >/dev/null; then
        # This build is for another library: it is the files that are tried.
        check_job 60 mpich-hostfile local $'^n1\n^n2\n^n3' mpiexec.mpich -launcher ssh -launcher-exec "$parts/enter-host" \
            -f mpirun-configs/mpich/hostfile -n 6 hostname
        sed 's|[^ ]*swift-mpi .*|hostname|' mpirun-configs/mpich/configfile >"$state/configfile"
        check_job 60 mpich-configfile local $'^n1\n^n2' mpiexec.mpich -launcher ssh -launcher-exec "$parts/enter-host" \
            -f mpirun-configs/mpich/hostfile -configfile "$state/configfile"
    else
        note 'not tried: the samples for MPICH, which is not installed'
    fi
}
