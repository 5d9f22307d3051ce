#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every test of packages on what `make package` left: all formats, fresh systems, a booted one,
# containers. Takes minutes, root and apt's archive. Called by `make test-packages`.
#   all.sh BUILD ROOTS      BUILD: the static build; ROOTS: a folder for root file systems, kept
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$2"
roots=$(cd "$2" && pwd)
deb=$(ls "$build"/packages/falco-ebpf_*.deb)
rpm=$(ls "$build"/packages/falco-ebpf-*.rpm)
archive=$(ls "$build"/packages/falco-ebpf-*.tar.gz)
failed=

check() {
    name=$1
    shift
    echo "== $name"
    status=0
    python3 "$here/$name.py" "$@" || status=$?
    case $status in 0 | 77) ;; *) failed="$failed $name" ;; esac
}
check chart_test --sensor "$build/bin/falco-ebpf"
check package_test --build "$build" --static --deb "$deb" --rpm "$rpm" --archive "$archive"
check takeover_test --deb "$deb"
check rpm_test --rpm "$rpm"
check roots_test --deb "$deb" --archive "$archive" --static-link "$build/bin/static_link" \
    --roots "$roots"
check container_test --archive "$archive"
check boot_test --deb "$deb" --roots "$roots"
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
echo 'packages: all tests passed'
