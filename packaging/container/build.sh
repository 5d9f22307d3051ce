#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the container image from the archive that `make package` leaves. Needs no network.
#
#   packaging/container/build.sh ARCHIVE.tar.gz [ENGINE [TAG [OPTION...]]]
#
# ENGINE: podman (default), docker, or either with options in front: 'podman --root R'. OPTIONs are
# for its build command, for example --build-arg BASE=IMAGE.
set -eu
archive=${1:?usage: build.sh ARCHIVE.tar.gz [ENGINE [TAG [OPTION...]]]}
engine=${2:-podman}
tag=${3:-localhost/falco-ebpf:latest}
shift "$(($# < 3 ? $# : 3))"
here=$(cd "$(dirname "$0")" && pwd)
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT

tar -xzf "$archive" -C "$context" --strip-components=1
# Only what runs: no unit, manual or completion; the licences stay.
cd "$context"
rm -rf install.sh README.md LICENSE usr/lib usr/share/man usr/share/bash-completion usr/share/zsh \
    usr/share/fish usr/share/falco-ebpf/init.d usr/bin/falco-bench
mkdir -p root tmp proc var/cache/falco-ebpf var/spool/falco-ebpf var/log/falco etc/falco/rules.d \
    etc/falco/config.d etc/ssl/certs
chmod 0700 root var/cache/falco-ebpf var/spool/falco-ebpf
chmod 1777 tmp
echo 'time_format_iso_8601: true' >etc/falco/config.d/falco.iso8601_timeformat.yaml
cp usr/share/falco-ebpf/own-rules.yaml etc/falco/config.d/falco-ebpf.yaml
printf 'root:x:0:0:root:/root:/sbin/nologin\n' >etc/passwd
printf 'root:x:0:\n' >etc/group
printf 'passwd: files\ngroup: files\nhosts: files dns\n' >etc/nsswitch.conf
# Who the receivers of alerts may be signed by: as the building machine trusts.
[ ! -e /etc/ssl/certs/ca-certificates.crt ] ||
    cp /etc/ssl/certs/ca-certificates.crt etc/ssl/certs/ca-certificates.crt
cp "$here/Containerfile" "$context.file"
# shellcheck disable=SC2086  # options of the engine
$engine build -q -f "$context.file" -t "$tag" "$@" "$context"
rm -f "$context.file"
