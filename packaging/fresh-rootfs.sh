#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Proves the README on a machine that has nothing: a minimal Debian root file system, a clone of
# this tree, and the two commands in it. Needs root, debootstrap, git and apt's archive.
#
#   packaging/fresh-rootfs.sh [bookworm|trixie]
#
# WORKDIR=FOLDER keeps the root file system there (default: a temporary folder, removed at the end).
# Everything inside runs in its own mount and PID namespace; the sensor sees only that one
# (--scope pidns). apt inside uses this machine's settings, copied into the throw-away tree only;
# its compiler cache is this machine's (~/.cache/ccache), if there is one. Nothing else comes along.
# Prints the wall time of each step; fails if a step fails.
set -euo pipefail
release=${1:-bookworm}
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=${WORKDIR:-$(mktemp -d)}
mkdir -p "$work"
root=$work/$release
cache=$(ccache --get-config cache_dir 2>/dev/null || true)
[ "$(id -u)" -eq 0 ] || { echo 'fresh-rootfs.sh: needs root' >&2; exit 1; }
cleanup() { [ -n "${WORKDIR:-}" ] || rm -rf --one-file-system "$work"; }
trap cleanup EXIT

# step NAME COMMAND...: runs it quietly, prints its wall time, shows the output if it fails
step() {
    local name=$1 begin end status=0
    shift
    begin=$(date +%s%N)
    "$@" >"$work/log" 2>&1 </dev/null || status=$?
    end=$(date +%s%N)
    printf '%-9s %-34s %5d.%d s\n' "$release" "$name" \
        $(((end - begin) / 1000000000)) $(((end - begin) / 100000000 % 10))
    if [ "$status" -ne 0 ]; then
        tail -n 60 "$work/log" >&2
        echo "fresh-rootfs.sh: '$name' failed with $status" >&2
        exit 1
    fi
}

bootstrap() {
    rm -rf --one-file-system "$root"
    debootstrap --variant=minbase "$release" "$root"
    apt-config dump | grep -E '^Acquire::(http|https|ftp|Check-|ForceIP|Retries)' \
        >"$root/etc/apt/apt.conf.d/80host" || true
    cp /etc/resolv.conf "$root/etc/resolv.conf"
}

clone() { git -c safe.directory='*' clone -q --no-hardlinks "$tree" "$root/root/falco-ebpf"; }

# Runs a command in the tree's clone with the rootfs as the root of everything, and nothing of this
# environment. Not in a chroot, where mount namespaces and the kernel's own paths do not work.
inside() {
    unshare -p -f -m --kill-child -- bash -c '
        root=$1 cache=$2; shift 2
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount --rbind --make-rslave /sys "$root/sys"
        mount --rbind --make-rslave /dev "$root/dev"
        if [ -d "$cache" ]; then
            mkdir -p "$root/root/.cache/ccache"
            mount --bind "$cache" "$root/root/.cache/ccache"
        fi
        cd "$root" && pivot_root . . && umount -l .
        exec /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
            sh -c "cd /root/falco-ebpf && $*"' _ "$root" "$cache" "$@"
}

# The sensor must attach, watch its own quiet namespace for a second, and end in good order.
watch_a_second() {
    inside 'make run ARGS="--scope pidns -M 1"' || return 1
    grep -q "Opening 'syscall' source" "$work/log" && grep -q 'Events detected: ' "$work/log"
}

step 'debootstrap minbase' bootstrap
step 'git clone' clone
step 'packages (packaging/deps.sh)' inside 'packaging/deps.sh'
step 'make run, for a second (first)' watch_a_second
step 'make run, for a second (again)' watch_a_second
step 'make test' inside 'make test'
grep -E 'tests passed|Total Test time' "$work/log" | sed "s/^/$release   /"
step 'make test (again)' inside 'make test'
