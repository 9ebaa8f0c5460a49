#!/bin/sh
# Checks the form of sources and scripts.
set -eu

usage() {
    cat <<'USAGE'
usage: Scripts/check-format.sh [--fix] [--help]

Checks all Swift sources with swift-format (rules in .swift-format), and the scripts with shellcheck where
that is installed. Prints what is wrong and exits with 1, or prints nothing.

  --fix   first rewrite what swift-format can mend by itself
USAGE
}

fix=false
for argument in "$@"; do
    case $argument in
        --fix) fix=true ;;
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

cd "$(dirname "$0")/.."

if $fix; then swift format --in-place --recursive --parallel Package.swift Sources Tests; fi

status=0
swift format lint --strict --recursive --parallel Package.swift Sources Tests || status=1
if command -v shellcheck >/dev/null 2>&1; then
    shellcheck --external-sources Scripts/*.sh .ci/run || status=1
fi
exit $status
