#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds every fuzz target of a build folder and runs each for a while.
#
#   packaging/fuzz.sh BUILD_FOLDER SECONDS JOBS
#
# A target is a program bin/fuzz_NAME; its seeds are tests/fuzz/seeds/NAME where that folder exists.
# What it learns stays in BUILD_FOLDER/corpus/NAME. Fails at the first crash, with its input's path.
set -eu
build=$1 seconds=$2 jobs=$3

targets=$(ninja -C "$build" -t targets all | sed -n 's/^\(bin\/fuzz_[a-z0-9_]*\): .*/\1/p')
if [ -z "$targets" ]; then
    echo 'fuzz.sh: the tree has no fuzz target' >&2
    exit 1
fi
ninja -C "$build" -j "$jobs" $targets

for target in $targets; do
    name=${target#bin/fuzz_}
    corpus=$build/corpus/$name
    seeds=tests/fuzz/seeds/$name
    mkdir -p "$corpus" "$build/crashes"
    [ -d "$seeds" ] || seeds=
    echo "== fuzz $name, $seconds s"
    "$build/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -print_final_stats=1 -verbosity=0 -artifact_prefix="$build/crashes/$name-" "$corpus" $seeds
done
echo "fuzz: no crash in $(echo $targets | wc -w) targets"
