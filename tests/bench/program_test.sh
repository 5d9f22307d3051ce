#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs falco-bench as a user does, with stand-ins in place of sensors.
#   program_test.sh PATH_OF_FALCO_BENCH
set -eu
bench=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "program_test.sh: $1" >&2; exit 1; }

# A sensor that says so on its descriptor when it is ready, and stays.
cat >"$work/sensor" <<'END'
#!/bin/sh
while [ "$1" != --ready-fd ]; do shift; done
echo ready >&"$2"
exec sleep 600
END
# A peer that says so on its output, after its pid.
cat >"$work/peer" <<END
#!/bin/sh
echo \$\$ >>"$work/pids"
echo 'up and running' >&2
exec sleep 600
END
chmod +x "$work/sensor" "$work/peer"

"$bench" kernel --sensor "$work/sensor" --peer "$work/peer" --peer-ready 'up and running' \
    --peer-delay 0 --no-floor --rounds 2 --warmup 1 --scale 0.02 --json "$work/run.jsonl" \
    >"$work/table" 2>"$work/log"
[ "$(grep -c '"type":"series"' "$work/run.jsonl")" = 12 ] || fail '4 subjects x 3 variants expected'
grep -q '^getppid  *peer ' "$work/table" || fail 'the table lacks the peer'
[ "$(grep -c '^round 2/2' "$work/log")" = 3 ] || fail 'a progress line per variant expected'
[ "$(wc -l <"$work/pids")" = 3 ] || fail 'the peer must be started once a round'
while read -r pid; do
    ! kill -0 "$pid" 2>/dev/null || fail 'a peer outlived its round'
done <"$work/pids"

"$bench" report "$work/run.jsonl" --out "$work/report" >"$work/written"
[ "$(wc -l <"$work/written")" = 3 ] || fail 'three files expected'
grep -q '</html>' "$work/report/report.html" || fail 'the page is cut short'
! grep -qE '(src|href)=' "$work/report/report.html" || fail 'the page fetches something'
python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$work/report/kernel.svg"

# Real work in the same rounds, with what the stand-ins use of a processor.
"$bench" macro --sensor "$work/sensor" --only find,'exec storm' --rounds 1 --warmup 0 \
    --scale 0.01 --json "$work/macro.jsonl" >"$work/table" 2>"$work/log"
[ "$(grep -c '"type":"series"' "$work/macro.jsonl")" = 8 ] || fail "4 subjects x 2 variants"
grep -q "^find, sensor's CPU  *falco-ebpf " "$work/table" || fail "the table lacks the sensor's CPU"
if "$bench" macro --sensor "$work/sensor" --only nothing 2>"$work/err"; then
    fail 'a workload that is none passed'
fi
grep -q "no workload 'nothing'" "$work/err" || fail 'the reason is missing'
if PATH=/nowhere "$bench" macro --sensor "$work/sensor" --only find 2>"$work/err"; then
    fail 'work without its programs passed'
fi

# Failures: no sensor, one that dies, one that never gets ready, a file that is no run.
if "$bench" kernel --sensor "$work/none" --rounds 1 2>"$work/err"; then
    fail 'a missing sensor passed'
fi
grep -q 'No such file' "$work/err" || fail 'the reason is missing'
if "$bench" kernel --no-sensor --peer 'echo last words; exit 3' --rounds 1 --scale 0.02 \
    --peer-delay 0 2>"$work/err"; then fail 'a dead peer passed'; fi
grep -q 'last words' "$work/err" || fail "a dead peer's output is missing"
if "$bench" kernel --no-sensor 2>/dev/null; then fail 'nothing to compare passed'; fi
if "$bench" report "$work/table" --out "$work/report" 2>"$work/err"; then
    fail 'a bad file passed'
fi
grep -q 'line 1' "$work/err" || fail 'the line number is missing'
