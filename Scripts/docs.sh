#!/bin/bash
# Makes web pages of the documentation.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/docs.sh [--output FOLDER] [--skip-build] [--help]

Builds the package, and makes static web pages of the articles and of what the sources say of everything public in the libraries MPI
and Multiprocessing. Needs nothing beyond the Swift toolchain. Fails on every warning, such as a link that leads nowhere.

  --output FOLDER   where the pages go; .build/documentation by default. The folder is written anew.
  --skip-build      take the modules as they were built last

To read the pages: python3 -m http.server --directory FOLDER, then http://localhost:8000/documentation.
USAGE
}

output=
builds=true
while [ $# -gt 0 ]; do
    case $1 in
        --output)
            output=$(realpath -m "${2:?}")
            shift
            ;;
        --skip-build) builds=false ;;
        -h | --help)
            usage
            exit 0
            ;;
        *)
            usage >&2
            exit 2
            ;;
    esac
    shift
done

cd "$(dirname "$0")/.."
output=${output:-$PWD/.build/documentation}
# Nothing but pages of an earlier run is ever removed.
if [ -e "$output" ] && [ ! -e "$output/metadata.json" ] && [ -n "$(ls -A "$output")" ]; then
    echo "$output has something else in it than documentation; name another folder" >&2
    exit 2
fi
# docc lies beside the compiler, also where only the compiler is in PATH.
toolchain=$(dirname "$(readlink -f "$(command -v swift)")")
PATH=$toolchain:$PATH

if $builds; then swift build; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build=.build/debug
package=ompi-c
if [ "${SWIFT_MPI_LIBRARY-}" = mpich ]; then package=mpich; fi
target=$(swift -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)".*/\1/p')
options=(-target "$target" -I "$build/Modules" -I Sources/CMPI
    -Xcc "-fmodule-map-file=$build/CProcessSupport.build/module.modulemap")
for option in $(pkg-config --cflags-only-I "$package"); do options+=(-Xcc "$option"); done

# The articles of a library may link to what the libraries before it have.
archives=()
dependencies=()
for library in MPI Multiprocessing; do
    mkdir "$work/$library"
    swift symbolgraph-extract -module-name "$library" "${options[@]}" -minimum-access-level public \
        -output-dir "$work/$library"
    docc convert "Sources/$library/$library.docc" --additional-symbol-graph-dir "$work/$library" \
        --fallback-default-module-kind Library --enable-experimental-external-link-support \
        ${dependencies[@]+"${dependencies[@]}"} --warnings-as-errors --output-path "$work/$library.doccarchive"
    archives+=("$work/$library.doccarchive")
    dependencies+=(--dependency "$work/$library.doccarchive")
done

rm -rf "$output"
mkdir -p "$(dirname "$output")"
docc merge "${archives[@]}" --synthesized-landing-page-name swift-mpi --output-path "$output"
echo "$output"
