#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs this archive, or removes it, where there is no package manager that knows it. What an
# operator has in /etc/falco is kept. The programs need no library of the system.
#
#   ./install.sh [--root FOLDER]            copies usr/ and etc/, enables the unit
#   ./install.sh --remove [--root FOLDER]   takes away what is still as it was installed
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=
remove=
while [ $# -gt 0 ]; do
    case $1 in
        --root) root=${2:?--root needs a folder}; shift 2 ;;
        --remove) remove=yes; shift ;;
        *) echo "usage: $0 [--remove] [--root FOLDER]" >&2; exit 2 ;;
    esac
done
cd "$here"
here_systemd() { [ -z "$root" ] && [ -d /run/systemd/system ]; }
entries() { find usr etc ! -type d | sort; }

if [ -n "$remove" ]; then
    if here_systemd; then
        systemctl --quiet disable --now falco-ebpf.service || true
    fi
    rm -f "$root/etc/systemd/system/multi-user.target.wants/falco-ebpf.service"
    entries | while read -r file; do
        if [ -h "$file" ]; then
            [ "$(readlink "$root/$file" 2>/dev/null)" != "$(readlink "$file")" ] ||
                rm -f "$root/$file"
        elif cmp -s "$file" "$root/$file"; then
            rm -f "$root/$file"
        fi
    done
    if [ ! -e "$root/etc/falco/falco-ebpf_rules.yaml" ]; then
        rm -f "$root/etc/falco/config.d/falco-ebpf.yaml"
    fi
    find usr etc -depth -type d | grep falco | while read -r folder; do
        rmdir "$root/$folder" 2>/dev/null || true
    done
    exit 0
fi

fresh=
[ -e "$root/etc/falco/falco.yaml" ] || [ -e "$root/etc/falco/falco_rules.yaml" ] || fresh=yes
entries | while read -r file; do
    mkdir -p "$root/$(dirname "$file")"
    case $file in
        etc/*) if [ -e "$root/$file" ]; then echo "kept: $root/$file"; continue; fi ;;
    esac
    # In two steps: a program that runs is exchanged, not written into.
    cp -P -p "$file" "$root/$file.new"
    mv -f "$root/$file.new" "$root/$file"
done
mkdir -p "$root/etc/falco/config.d" "$root/etc/falco/rules.d"
if [ -n "$fresh" ]; then
    cp usr/share/falco-ebpf/own-rules.yaml "$root/etc/falco/config.d/falco-ebpf.yaml"
fi
for folder in var/cache/falco-ebpf var/spool/falco-ebpf; do
    mkdir -p "$root/$folder"
    chmod 0700 "$root/$folder"
done
mkdir -p "$root/var/log/falco"
if here_systemd; then
    systemctl daemon-reload
    systemctl --quiet --force enable falco-ebpf.service
    echo 'start it with: systemctl start falco-ebpf'
fi
