#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs with apt what is missing to build and test falco-ebpf on Debian 12 or 13.
#
#   packaging/deps.sh [GROUP...]     groups: build (default), service, fuzz, tidy, rootfs, bench,
#                                    guest, package, package-test, engines
#
# Asks nothing, needs no terminal, works in a chroot. When everything is there it only reads the
# package database and returns at once. Without root it names what is missing and fails.
# The same package names hold for both releases. The Makefile calls this before it builds.
set -eu

build='g++ make cmake ninja-build ccache pkgconf python3
clang-19 llvm-19-dev libbpf-dev bpftool libelf-dev zlib1g-dev libzstd-dev
tao-pegtl-dev libyaml-cpp-dev libspdlog-dev libre2-dev nlohmann-json3-dev libcli11-dev catch2
libcurl4-openssl-dev librdkafka-dev libssl-dev libboost-dev libcap-ng-dev libseccomp-dev'
# What tests of the service talk to: a syslog, a TLS web server, a metrics server.
service='rsyslog nginx-light openssl prometheus curl'
fuzz='libclang-rt-19-dev'
tidy='clang-tidy-19 clang-format-19'
rootfs='debootstrap git ca-certificates'
# What falco-bench macro works with.
bench='redis-server redis-tools nginx-light wrk gcc'
# What tests/guest boots other kernels with.
guest='qemu-system-x86 seabios busybox-static'
# What makes packages, and what the tests of them install, boot and run these with.
package='dpkg-dev file rpm patch xz-utils python3-yaml libnghttp2-dev'
package_test='lintian shellcheck mmdebstrap systemd systemd-container cpio openssl podman runc
docker.io'
# Container engines that tests/engines starts, and what makes pods.
engines='podman runc crun uidmap nftables conmon docker.io containerd
    containernetworking-plugins iproute2
busybox-static python3-grpcio lxc systemd-container'

wanted=
for group in "${@:-build}"; do
    case $group in
        build) wanted="$wanted $build" ;;
        service) wanted="$wanted $service" ;;
        fuzz) wanted="$wanted $fuzz" ;;
        tidy) wanted="$wanted $tidy" ;;
        rootfs) wanted="$wanted $rootfs" ;;
        bench) wanted="$wanted $bench" ;;
        guest) wanted="$wanted $guest" ;;
        engines) wanted="$wanted $engines" ;;
        package) wanted="$wanted $package" ;;
        package-test) wanted="$wanted $package $package_test" ;;
        *)
            echo "deps.sh: unknown group '$group'; see the head of this file" >&2
            exit 2
            ;;
    esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo 'deps.sh: no apt here; the build needs what these Debian packages hold:' $wanted >&2
    exit 0
fi

# "name" for every package that is installed, from one query.
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
    sed -n 's/^installed //p') || true
missing=
for package in $wanted; do
    case "
$installed
" in
        *"
$package
"*) ;;
        *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo 'deps.sh: missing packages; run as root:' >&2
    echo "  apt-get install --no-install-recommends$missing" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
apt() {
    apt-get -q -y -o APT::Install-Recommends=false -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 \
        -o DPkg::Lock::Timeout=300 "$@" </dev/null
}
log=$(mktemp)
policy=/usr/sbin/policy-rc.d
trap 'rm -f "$log" ${made_policy:+"$policy"}' EXIT
# Programs to measure with come as services: none of them is started.
if [ ! -e "$policy" ]; then
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
run() {
    if ! apt "$@" >"$log" 2>&1; then
        echo "deps.sh: apt-get $1 failed:" >&2
        grep -E '^(E|W|Err):' "$log" >&2 || tail -n 20 "$log" >&2
        return 1
    fi
}

echo "deps.sh: installing$missing"
# Lists may be absent (fresh image) or stale (the mirror dropped a version): refresh, then install.
run update || echo 'deps.sh: going on with the package lists that are here' >&2
if ! run install $missing; then
    echo 'deps.sh: needs Debian 12 or 13 with its main archive' >&2
    exit 1
fi
