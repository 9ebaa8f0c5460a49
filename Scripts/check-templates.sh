#!/bin/bash
# Checks the batch templates that cannot be run without their scheduler, as far as that goes.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/check-templates.sh [--help]

Checks mpirun-configs/pbs, lsf, kubernetes and apptainer without the systems that they are for: scripts are parsed, and run with
stand-ins for what the scheduler sets and for mpirun, to see which command comes of them, and once with the real mpirun
on this machine; the YAML file is parsed (if a Python with PyYAML is there); every option that a scheduler reads has a comment above it.
Scripts/test-slurm.sh runs those for Slurm for real. The last line says how many checks passed and failed.
USAGE
}

case ${1-} in
    '') ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
esac

cd "$(dirname "$0")/../mpirun-configs"
templates=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# check DESCRIPTION COMMAND…
check() {
    local description=$1 output
    shift
    if output=$("$@" 2>&1); then
        passed=$((passed + 1))
        printf 'ok      %s\n' "$description"
    else
        failed=$((failed + 1))
        printf 'FAILED  %s\n%s\n' "$description" "$output"
    fi
}

# What the command prints is exactly this.
prints() {
    local wanted=$1 found
    shift
    found=$("$@") || return 1
    [ "$found" = "$wanted" ] || { printf 'wanted: %s\nfound:  %s\n' "$wanted" "$found"; return 1; }
}

# Lines that a scheduler reads are explained: before the first of them in a row stands a comment.
explains() {
    awk -v mark="$2" '
        index($0, mark) == 1 { if (!explained) { print "not explained: " $0; bad = 1 }; next }
        { explained = /^# / }
        END { exit bad }' "$1"
}

# MARK: Stand-ins

mkdir "$work/bin" "$work/tm" "$work/lsf"
printf '#!/bin/sh\nprintf "%%s" "mpirun"; printf " [%%s]" "$@"; echo; pwd\n' >"$work/bin/mpirun"
printf '#!/bin/sh\necho mca:plm:rsh:version:mca:2.1.0\n' >"$work/bin/ompi_info"
printf '#!/bin/sh\necho mca:plm:tm:version:mca:2.1.0\n' >"$work/tm/ompi_info"
printf '#!/bin/sh\necho mca:plm:lsf:version:mca:2.1.0\n' >"$work/lsf/ompi_info"
printf '#!/bin/sh\nshift\nexec "$@"\n' >"$work/bin/blaunch"
chmod +x "$work"/*/*
printf 'localhost\nlocalhost\n' >"$work/nodes"
ln -s "$(command -v true)" "$work/program"

with_stand_ins() { env PATH="$1:$work/bin:$PATH" PBS_O_WORKDIR="$work" PBS_NODEFILE="$work/nodes" \
    LSB_DJOB_HOSTFILE="$work/nodes" PROGRAM=./hello ARGUMENTS='--size 3' bash "${@:2}"; }

really() {
    env PATH="$PATH:$work/bin" OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 PBS_O_WORKDIR="$work" \
        PBS_NODEFILE="$work/nodes" LSB_DJOB_HOSTFILE="$work/nodes" PROGRAM=echo ARGUMENTS=rank \
        timeout -k 5 60 bash "$1"
}

# MARK: PBS and LSF

cd "$work"
for template in pbs/mpirun.pbs lsf/mpirun.lsf; do check "$template: the shell can read it" bash -n "$templates/$template"; done
check 'pbs/mpirun.pbs: options are explained' explains "$templates/pbs/mpirun.pbs" '#PBS'
check 'lsf/mpirun.lsf: options are explained' explains "$templates/lsf/mpirun.lsf" '#BSUB'
check 'pbs/mpirun.pbs: without PBS in Open MPI, hosts from the file' \
    prints "mpirun [--hostfile] [$work/nodes] [./hello] [--size] [3]"$'\n'"$work" \
    with_stand_ins "$work/bin" "$templates/pbs/mpirun.pbs"
check 'pbs/mpirun.pbs: with PBS in Open MPI, it finds them' prints "mpirun [./hello] [--size] [3]"$'\n'"$work" \
    with_stand_ins "$work/tm" "$templates/pbs/mpirun.pbs"
check 'lsf/mpirun.lsf: without LSF in Open MPI, hosts from the file, and blaunch' \
    prints "mpirun [--hostfile] [$work/nodes] [--mca] [plm_rsh_agent] [blaunch] [./hello] [--size] [3]"$'\n'"$work" \
    with_stand_ins "$work/bin" "$templates/lsf/mpirun.lsf"
check 'lsf/mpirun.lsf: with LSF in Open MPI, it finds them' prints "mpirun [./hello] [--size] [3]"$'\n'"$work" \
    with_stand_ins "$work/lsf" "$templates/lsf/mpirun.lsf"
if command -v mpirun >/dev/null 2>&1; then
    for template in pbs/mpirun.pbs lsf/mpirun.lsf; do
        check "$template: the real mpirun starts a rank for each line" prints $'rank\nrank' really "$templates/$template"
    done
else
    echo 'skipped PBS and LSF with the real mpirun: there is none'
fi

# MARK: Kubernetes and Apptainer

python=
for candidate in python3 "$templates/../.venv/bin/python"; do
    if "$candidate" -c 'import yaml' 2>/dev/null; then
        python=$candidate
        break
    fi
done
parses() {
    "$python" - "$1" <<'PYTHON'
import sys, yaml
job = yaml.safe_load(open(sys.argv[1]))
assert (job["apiVersion"], job["kind"]) == ("kubeflow.org/v2beta1", "MPIJob")
roles = job["spec"]["mpiReplicaSpecs"]
assert set(roles) == {"Launcher", "Worker"}
for name, role in roles.items():
    pod = role["template"]["spec"]
    for container in pod["containers"]:
        assert container["image"] and container["securityContext"]["runAsUser"] == 1000, name
        assert all(isinstance(word, str) for word in container["command"] + container["args"]), name
        mounts = {mount["name"] for mount in container.get("volumeMounts", [])}
        assert mounts == {volume["name"] for volume in pod.get("volumes", [])}, name
PYTHON
}
if [ -n "$python" ]; then
    check 'kubernetes/mpijob.yaml: YAML, with all that a job needs' parses "$templates/kubernetes/mpijob.yaml"
else
    echo 'skipped kubernetes/mpijob.yaml: there is no Python with PyYAML'
fi

# The shell parts of the two recipes for images.
docker_shell() { sed -e ':join' -e '/\\$/N; s/\\\n//; t join' "$1" | sed -n 's/^RUN //p'; }
check 'kubernetes/Dockerfile: its commands can be read' bash -n <(docker_shell "$templates/kubernetes/Dockerfile")
apptainer_shell() { awk '/^%/ { inside = /^%(post|environment|runscript)/; next } /^Bootstrap/ { inside = 0 } inside' "$1"; }
check 'apptainer/hello.def: its commands can be read' bash -n <(apptainer_shell "$templates/apptainer/hello.def")

printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
