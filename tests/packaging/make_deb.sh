#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the .deb of a build folder for the tests behind it; 77 where the machine lacks what it
# takes.
#   make_deb.sh BUILD DEB
set -eu
rm -f "$2"
for need in dpkg-deb dpkg-shlibdeps file; do
    if ! command -v "$need" >/dev/null; then
        echo "skipped: no $need here (packaging/deps.sh package)"
        exit 77
    fi
done
cd "$1"
cpack -G DEB --config CPackConfig.cmake
[ -s "$2" ]
